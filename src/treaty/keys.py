"""Public keys of records: short, unguessable, safe to read aloud. Row numbers never leave the database."""

import secrets
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _Text = models.CharField[Any, Any]
else:
    _Text = models.CharField

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 12
"""31 letters, 12 places: 59 bits, so nobody finds a record by trying."""


_FAIR = 256 // len(ALPHABET) * len(ALPHABET)
"""Bytes below it give every letter as often; the others are thrown away."""
_LETTERS, _UNFAIR = bytes(ALPHABET[byte % len(ALPHABET)].encode()[0] for byte in range(256)), bytes(range(_FAIR, 256))


def new_key() -> str:
    letters = b""
    while len(letters) < LENGTH:
        letters = secrets.token_bytes(2 * LENGTH).translate(_LETTERS, _UNFAIR)
    return letters[:LENGTH].decode()


class KeyField(_Text):
    """The key by which addresses and exports name a record."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_length=LENGTH, unique=True, default=new_key, editable=False)
        super().__init__(*args, **kwargs)
