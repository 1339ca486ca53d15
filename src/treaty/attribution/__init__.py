"""Which touches earned it? Pure files: a notebook needs no server for them. See docs/attribution.md."""
