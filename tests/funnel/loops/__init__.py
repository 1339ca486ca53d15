"""Every number of the catalogue and every credit once more, by plain loops over plain rows: no Ibis, no SQL, no code of the product.

Written from what the catalogue says of each number (`treaty numbers list`) and landscape facts 5.1 and 5.5, not from how it is made.
`records` reads the rows of the database; `sales`, `leads` and `made` are the numbers; `credit` shares deals; `compare` holds both
beside each other.
"""
