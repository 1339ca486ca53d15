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


def new_key() -> str:
    number = secrets.randbelow(len(ALPHABET) ** LENGTH)
    letters = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


class KeyField(_Text):
    """The key by which addresses and exports name a record."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_length=LENGTH, unique=True, default=new_key, editable=False)
        super().__init__(*args, **kwargs)
