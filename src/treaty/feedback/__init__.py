"""What did sales answer, and why?"""
