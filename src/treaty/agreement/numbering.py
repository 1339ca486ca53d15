"""How clauses are numbered, on every form of the contract: (a), within a clause (i)."""

_SIGNS = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def label(place: int, depth: int) -> str:
    """`(a)`, `(b)`; within a clause `(i)`, `(ii)`. place: from 0. depth: 0 for a clause of an article."""
    return f"({_roman(place + 1) if depth else _letter(place)})"


def _letter(place: int) -> str:
    """a to z, then aa, ab."""
    return ("" if place < 26 else _letter(place // 26 - 1)) + chr(ord("a") + place % 26)


def _roman(number: int) -> str:
    text = ""
    for size, sign in _SIGNS:
        text += sign * (number // size)
        number %= size
    return text
