"""Which touches earned it, and what was promised of a campaign before it began?

The models are pure files: a notebook needs no server for them. See docs/attribution.md.
"""
