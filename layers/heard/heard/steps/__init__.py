"""The steps of a review's way: use cases over the ports that they are handed.

A handler in `functions/` parses its event, calls one use case of a module here and maps the result.
Nothing here knows Lambda. `ports`, `deciding`, `acknowledging`, `next_steps` and `desk_view` are
what several steps share.
"""
