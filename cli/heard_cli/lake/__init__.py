"""`heard lake`: the files that reports read, in the bucket of a stack or in a folder."""
