"""JSON read strictly: what two parsers could read in two ways is refused, never guessed.

Refused: NaN and Infinity, numbers no machine holds, invalid UTF-8, lone surrogates, a key twice in one object,
more than 32 levels. The standard library takes the first, keeps the last of two keys, and dies of the depth.
Source: reliability facts T3.
"""

import json
from typing import Any

import msgspec

MOST_LEVELS = 32
BOM = b"\xef\xbb\xbf"
_NOT_OPENING = bytes(set(range(256)) - set(b"{[\n"))
_decode = msgspec.json.Decoder().decode
encode = msgspec.json.Encoder().encode
"""Compact UTF-8 bytes of a decoded value."""
encode_lines = msgspec.json.Encoder().encode_lines
"""The same of every value in a list, each ended by a line feed, which JSON never holds unescaped."""
sorted_encode = msgspec.json.Encoder(order="sorted").encode
"""The same with keys in order, so that equal values have equal bytes."""


class BadBody(ValueError):
    """A body nobody can read. `code` is for programs, the text for people; nothing of it was stored."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def decode(raw: bytes) -> Any:
    """The value, except that a key may still occur twice and levels may be too many: see `check`. Raises BadBody."""
    try:
        return _decode(raw.removeprefix(BOM))
    except RecursionError:
        raise _too_deep() from None
    except UnicodeDecodeError as problem:
        raise BadBody("invalid_encoding", f"the body is not UTF-8 ({problem.reason}): send JSON as UTF-8") from None
    except (msgspec.MsgspecError, ValueError) as problem:
        raise BadBody("invalid_json", f"the body is not valid JSON ({problem}): correct it and send it again") from None


def check_keys(raw: bytes, colons: int) -> None:
    """Refuse a key that occurs twice in one object. Raises BadBody.

    colons: how many the decoded value has when it is written again. A pair that was dropped took its colon with it,
    and nothing else changes their number unless one came as an escape: only then is the body read a second time.
    """
    if raw.count(b":") == colons and (b"\\" not in raw or b"\\u003" not in raw):  # one byte is found much sooner than five
        return
    twice = _first_twice(raw)
    if twice is not None:
        way_out = "which of the two counts is anyone's guess, so send one"
        raise BadBody("duplicate_key", f"the key {twice[:80]!r} occurs twice in one object: {way_out}")


def check_levels(values: list[Any], lines: bytes) -> None:
    """Refuse more than 32 levels in any of the values. Raises BadBody. A value with few brackets needs no walk.

    lines: the values as `encode_lines` writes them.
    """
    for value, opening in zip(values, lines.translate(None, _NOT_OPENING).split(b"\n"), strict=False):
        if len(opening) > MOST_LEVELS and _levels(value) > MOST_LEVELS:
            raise _too_deep()


def _too_deep() -> BadBody:
    return BadBody("too_deep", f"the body has more than {MOST_LEVELS} levels: flatten it")


def _levels(value: Any) -> int:
    """How deep objects and lists are nested, level by level, without recursion."""
    levels, here = 0, [value]
    while here := [item for item in here if isinstance(item, dict | list)]:
        levels += 1
        here = [inner for item in here for inner in (item.values() if isinstance(item, dict) else item)]
    return levels


def _first_twice(raw: bytes) -> str | None:
    """The first key that occurs twice in one object, found by a slower parser that tells every pair."""
    found: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> None:
        keys = [key for key, _ in pairs]
        if len(set(keys)) < len(keys):
            found.append(next(key for place, key in enumerate(keys) if key in keys[:place]))

    json.loads(raw.removeprefix(BOM), object_pairs_hook=look, parse_int=str, parse_float=str)
    return found[0] if found else None
