"""`heard connect`: one module for each command."""
