"""`heard policy`: one module a command, and what they share."""
