"""One module a platform: its API, as its documents describe it."""
