"""One module per page: a query or two in, pieces out, rendered by templates."""
