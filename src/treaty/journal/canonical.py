"""One form of bytes for one meaning: JSON as RFC 8785 writes it, without fractions.

Sorted keys, no space, UTF-8. Numbers are whole and within 2^53, the range every reader of JSON keeps exactly;
amounts, shares and days travel as text. What is hashed or signed is written by this function only.
"""

from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any

LARGEST = 2**53 - 1


class NotCanonical(ValueError):
    """A value that has no canonical form. The message names it and the way out."""


def canonical(value: Any) -> bytes:
    """The canonical bytes of plain data: mappings, lists, text, whole numbers, truth, None. Raises NotCanonical."""
    return _write(value).encode()


def _write(value: Any) -> str:
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return _whole(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_write, value))}]"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{_text(key)}:{_write(value[key])}' for key in sorted(value, key=_order))}}}"
    raise NotCanonical(f"{value!r} is {type(value).__name__}: write fractions, moments and days as text")


def _whole(number: int) -> str:
    if abs(number) > LARGEST:
        raise NotCanonical(f"{number} is beyond 2^53: write it as text")
    return str(int(number))


def _text(text: Any) -> str:
    if not isinstance(text, str):
        raise NotCanonical(f"the key {text!r} is {type(text).__name__}: keys are text")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotCanonical(f"{text!r} holds half a character: remove it") from None
    return encode_basestring(text)


def _order(key: Any) -> bytes:
    """RFC 8785 sorts by UTF-16 code units, which differs from Python's order beyond the basic plane."""
    return str(key).encode("utf-16-be", "surrogatepass")
