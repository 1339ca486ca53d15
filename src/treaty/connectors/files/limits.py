"""How much of a file is read before it is refused: exports come from outside and may be hostile."""

MAX_COLUMNS = 2_000
MAX_CELL = 1 << 20
"""Characters of one cell; the row of a longer one is refused and kept."""
MAX_RECORD = 16 << 20
"""Characters of one record: past it an open quote has swallowed the rest of the file."""
MAX_INFLATED = 8 << 30
FREE_INFLATED = 64 << 20
"""Bytes any archive may become before its ratio is judged."""
MAX_RATIO = 250
"""Bytes out per byte in. Real exports reach 5 to 40, columns of nothing but commas about 100, zeros 1,029."""
MAX_ENTRIES = 10_000
CHILD_MEMORY = 3 << 29
CHILD_SECONDS = 300


class FileRefused(Exception):
    """A whole file is not read. The text names the file, the reason and the way out."""
