"""Goals, pace, forecast: what was agreed to be reached, and where one stands."""
