"""What did both sides promise?"""
