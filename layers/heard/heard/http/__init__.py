"""The edge of Heard's HTTP APIs.

`requests` reads the bytes of a request, `responses` has the headers of every response, and errors
as problem+json. `api` serves the APIs for people who are signed in: `auth` says who calls, `bodies`
what a caller may send, `invalid_input` what is wrong with it, `query_times` reads times in an
address, and `etags` says whether a caller has the response already. `desk` and `audit` have the
routes of these two, and the shapes of their responses (`shape`).

The webhook's function imports `requests` and `responses` alone, because each module costs it time
at a cold start.
"""
