"""What is written back into a connected system, of what is true here: which fields, what would change, what was written."""
