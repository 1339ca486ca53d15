"""By when, and was it kept?"""
