"""A company whose causes are known: it shows the product and proves its numbers."""
