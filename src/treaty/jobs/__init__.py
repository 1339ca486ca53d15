"""What runs by itself? Reactions, schedule, worker."""
