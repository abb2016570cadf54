"""`heard doctor`: whether a deployed stack is healthy, and what to do where it is not.

`reading` asks AWS. Each other module turns what was read into findings, and asks nothing.
"""
