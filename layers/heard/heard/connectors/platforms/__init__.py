"""One module a platform. Each defines `CONNECTOR`; `heard.connectors.load` finds it by name."""
