"""Tables that a loader copied out of a system into a warehouse: recognised together, joined, and read as records."""
