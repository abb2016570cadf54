"""Heard's runtime library: what a review is, what is decided about it, and what was done.

Domain modules (`reviews`, `assessment`, `policy`, `replies`, `follow_ups`, `outcomes`, `sla`)
import the standard library and each other only, and take the clock as an argument. `connectors`
know the platforms, `storage` is the only package that knows DynamoDB, and nothing here knows a
Lambda event.
"""
