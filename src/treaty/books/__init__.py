"""Which figures are closed, from which data, signed by whom, and what has changed since?"""
