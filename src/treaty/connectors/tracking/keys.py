"""Write keys: what they look like, how they are kept, where a request carries them."""

import base64
import binascii
import hashlib
import secrets

PREFIX = {"browser": "public_", "form": "form_", "server": "secret_"}
"""So that whoever finds a key in a page or a log sees at once whether it was a secret."""

ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH = 32
"""57 letters, 32 places: 186 bits."""


def new_write_key(kind: str) -> str:
    """A new key for a source of that kind. Raises KeyError for a kind that has no write key."""
    return PREFIX[kind] + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def digest(key: str) -> str:
    """What is stored and looked up. A key is random, so a plain hash cannot be reversed by trying."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def from_basic(header: str) -> str:
    """The key in `Authorization: Basic base64(KEY:)`, or empty."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
