"""Asking an outside service about people: how it is asked, what its answer means, who is asked about and how often."""
