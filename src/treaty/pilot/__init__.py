"""Would the change work? A draft replayed over all that happened, before anybody signs it."""
