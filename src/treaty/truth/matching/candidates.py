"""Which pairs are compared at all: all of a small table, of a larger one those with something rare in common."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from treaty.truth.matching.features import Prepared

Pairs = NDArray[np.int64]
"""Two columns of row numbers, the lower first, sorted, each pair once."""

ALL = 60_000
"""A table of so many pairs is compared whole."""
_BLOCK = 80
"""Rows that share a key: more of them and the key says nothing."""
_PER_ROW = 30
"""Pairs a row takes part in, on average: the bound of the whole work."""


def candidates(table: Prepared, sides: NDArray[np.int8]) -> Pairs:
    """sides: of each row, 0 or 1 where two files are linked, and all 0 within one file."""
    linking = bool(sides.any())
    most = int((sides == 0).sum()) * int((sides == 1).sum()) if linking else table.rows * (table.rows - 1) // 2
    pairs = every_pair(table.rows) if most <= ALL else _blocked(table)
    return pairs[sides[pairs[:, 0]] != sides[pairs[:, 1]]] if linking else pairs


def every_pair(rows: int) -> Pairs:
    left, right = np.triu_indices(rows, 1)
    return np.stack([left, right], axis=1).astype(np.int64)


def sampled(rows: int, sides: NDArray[np.int8], most: int, seed: int) -> Pairs:
    """Pairs drawn at random, of two files where there are two: what records of different people have in common."""
    draw = np.random.default_rng(seed)
    if sides.any():
        left, right = draw.choice(np.flatnonzero(sides == 0), most), draw.choice(np.flatnonzero(sides == 1), most)
    else:
        left, right = draw.integers(0, rows, most), draw.integers(0, rows, most)
    pairs = np.stack([np.minimum(left, right), np.maximum(left, right)], axis=1)
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0).astype(np.int64)


def _blocked(table: Prepared) -> Pairs:
    """The smallest blocks first, until the bound is reached: what the fewest records share says the most."""
    blocks: dict[str, list[int]] = defaultdict(list)
    for row in range(table.rows):
        for key in dict.fromkeys(keys(table.fields, row)):
            blocks[key].append(row)
    sizes = sorted((len(rows), key) for key, rows in blocks.items() if 2 <= len(rows) <= _BLOCK)
    found: list[Pairs] = []
    count = 0
    for size in range(2, _BLOCK + 1):
        same = np.array([blocks[key] for length, key in sizes if length == size], dtype=np.int64)
        if not len(same):
            continue
        left, right = np.triu_indices(size, 1)
        found.append(np.unique(same[:, left].ravel() * table.rows + same[:, right].ravel()))
        count += len(found[-1])
        if count > _PER_ROW * table.rows:
            break
    packed = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
    return np.stack([packed // table.rows, packed % table.rows], axis=1)


def keys(fields: dict[str, list[Any]], row: int) -> Iterator[str]:
    """One strong thing, or two weak ones, by which a record may meet its double. A swapped or mistyped part leaves others."""
    yield from _strong(fields, row)
    yield from (f"{one}|{two}" for one, two in combinations(sorted(set(_weak(fields, row))), 2))


def _strong(fields: dict[str, list[Any]], row: int) -> Iterator[str]:
    for name in ("whole", "email", "local", "phone", "company_sorted", "company_joined", "company1_joined", "domain", "words0", "birth"):
        if (value := fields[name][row] if name in fields else None) is not None:
            yield f"{name}:{value}"
    yield from (f"{name}:{fields[name][row]}" for name in fields if name.startswith("number") and fields[name][row])
    yield from (f"phone:{one}" for one in (fields["phones"][row] or () if "phones" in fields else ()))
    yield from (f"email:{one}" for one in (fields["emails"][row] or () if "emails" in fields else ()))


def _weak(fields: dict[str, list[Any]], row: int) -> Iterator[str]:
    for name in ("first", "last", "nick"):
        if value := fields[name][row] if name in fields else None:
            yield f"n:{sound(value)}"
    if birth := fields["birth"][row] if "birth" in fields else None:
        yield from (f"y:{birth[:4]}", f"md:{birth[4:]}")
    for name in ("city0", "postcode0", "state0"):
        if value := fields[name][row] if name in fields else None:
            yield f"{name}:{value[:5]}"
    for name in ("street", "company", "company1", "words0"):
        if value := fields[name][row] if name in fields else None:
            yield from (f"{name}:{sound(word)}" for word in value.split()[:4] if len(word) > 2)
    if house := fields["house"][row] if "house" in fields else None:
        yield f"h:{house}"
    if email := fields["email"][row] if "email" in fields else None:
        yield f"m:{email[:5]}"
    if phone := fields["phone"][row] if "phone" in fields else None:
        yield from (f"p:{phone[-4:]}", f"q:{phone[:4]}")


_SOUNDS = str.maketrans({"c": "k", "q": "k", "z": "s", "v": "f", "w": "f", "d": "t", "b": "p", "g": "k", "n": "m", "j": "i", "y": "i"})


def sound(name: str) -> str:
    """The consonants of a name, alike ones as one, at most five: `meyer` and `maier` are one, so are `oNah` and `Noah`."""
    bare = "".join(letter for letter in name.replace("ph", "f").translate(_SOUNDS) if letter not in "aeiouhi ")
    single = "".join(letter for at, letter in enumerate(bare) if not at or bare[at - 1] != letter)
    return single[:5] or name[:3]
