"""The steps of a review's way: use cases over the ports that they are handed.

A handler in `functions/` parses its event, calls one use case of a module here and maps the result.
Nothing here knows Lambda. `ports`, `deciding` and `next_steps` are shared by several steps.
`acknowledging` and `engine_selection` are parts of triage, `desk_view` is a part of the desk.
"""
