"""A definition suggested from outcomes: which signals came before a win, and the few clauses that say most of it."""
