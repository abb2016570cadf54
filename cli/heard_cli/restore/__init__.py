"""`heard restore`: bring back from a backup what was lost, and keep what came since."""
