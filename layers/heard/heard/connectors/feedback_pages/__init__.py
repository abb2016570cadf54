"""The pages of ours that a business's customers see: the feedback form and the feedback page.

    texts   what the pages say, one text file a language (`words/de.txt`)
    pages   the HTML

The pages work without JavaScript, by keyboard and screen reader, on a phone, in light and dark, and
in the reader's language. Nothing here knows tokens, secrets or reviews.
"""
