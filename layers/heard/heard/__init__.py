"""Heard's runtime library: what a review is, what is decided about it, and what was done.

`connectors` know the platforms. `storage` is the only package that knows DynamoDB. `aws` and
`messaging` know the other services, `http` the requests of the APIs. `steps` are the use cases. All
the rest is the domain: it decides, knows no AWS service, and takes the time as an argument.
"""
