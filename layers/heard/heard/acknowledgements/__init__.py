"""Automatic first replies: how one is chosen, rendered, checked and compared (R03, R10, R27)."""
