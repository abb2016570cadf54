"""Text of any language: its words, the phrases that stand in it, and the files that list phrases.

Knows nothing of reviews, replies or acknowledgements.
"""
