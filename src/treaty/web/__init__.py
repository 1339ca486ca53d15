"""The pages both teams use."""
