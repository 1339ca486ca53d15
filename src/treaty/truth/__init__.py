"""What do we know? People, accounts, touches, leads, ownership, opportunities, activities, spend."""
