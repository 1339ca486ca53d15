"""What do we decide together, and did we do it?"""
