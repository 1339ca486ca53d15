"""Who takes it, with which brief?"""
