"""The seals: each day of a business's outcomes, fixed by a signed checkpoint of one growing log.

Everything here is pure. What is read and stored, and who signs, is `heard.steps` and
`heard.storage`. An encrypted text (`heard.storage.sealing`) is something else.
"""
