"""Exports people hand over: read whatever they are, recognised, mapped to records."""
