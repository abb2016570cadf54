"""Checks of a reply before it is sent: tone, length, private numbers, copies (R06, R10, R12)."""
