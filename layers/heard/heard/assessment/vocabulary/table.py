"""The shape of a table of words."""

type Table = dict[str, str]
"""Phrases by language."""
