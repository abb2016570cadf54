"""The steps of a review's way.

One module a function of the same name, each a use case over the ports it is given.

A handler parses its event, calls one of these and maps the result; nothing here knows Lambda.
"""
