"""Formulas are text: what a spreadsheet would run is marked when we write, and the mark taken off when it returns.

The rule, reversible: a cell that begins with `= + - @`, tab, carriage return, NUL, one of their full-width forms
or an apostrophe gets one apostrophe in front. A file whose last column is `problem` was written here, and loses it.
"""

PROBLEM = "problem"
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\0", "\n", "＝", "＋", "－", "＠", "'")


def escape(cell: str) -> str:
    """The cell as any spreadsheet shows it, never as a formula."""
    return f"'{cell}" if cell.startswith(_RUNS) else cell


def unescape(cell: str) -> str:
    """The cell before `escape`; a cell that needed none is returned as it is."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_RUNS) else cell
