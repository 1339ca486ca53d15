"""Small servers that behave like the vendors, for tests and for the demo of connectors."""
