"""How many, how fast, where lost, at what cost?"""
