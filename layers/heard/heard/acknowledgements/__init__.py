"""Automatic first answers: how one is chosen and rendered, checked and compared (R03, R10, R27)."""
