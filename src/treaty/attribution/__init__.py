"""Which touches earned it? The path of a lead and of a deal; credit comes with the numbers."""
