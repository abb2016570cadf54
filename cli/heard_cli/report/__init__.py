"""`heard report`: the numbers of `analytics/`, counted on this machine or by Athena."""
