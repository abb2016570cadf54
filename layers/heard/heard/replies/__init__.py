"""What is checked in a reply before it is sent: its tone and its length (R06, R10, R12)."""
