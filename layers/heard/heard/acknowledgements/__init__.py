"""Automatic first answers.

Their wordings, how one is chosen, and how wordings are compared (R03, R10, R27).
"""
