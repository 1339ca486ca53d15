"""Which records speak of the same person or company? Tables in, pairs and clusters with their evidence out."""
