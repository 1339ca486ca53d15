"""Keys, signatures, receipts. Only the signatory's own passphrase opens their key, so nobody can sign for them.

A signature is Ed25519 over the canonical bytes of a statement: which agreement, version and hash, who signs for
which side, when and why. The private key lies sealed: scrypt makes a key of the passphrase, ChaCha20-Poly1305 closes
the box and binds it to the public key.
"""

import hashlib
import os
import unicodedata
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Protocol

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from treaty.agreement.canonical import Sha256
from treaty.agreement.terms_parties import Side
from treaty.journal.canonical import canonical

STATEMENT = "treaty-signature/1"
RECEIPT = "treaty-receipt/1"
SHORTEST_PASSPHRASE = 12
COST = 2**15
"""scrypt's n with r=8, p=3: 32 MB and a quarter of a second for each guess."""
Hex = Annotated[str, StringConstraints(pattern=r"^(?:[0-9a-f]{2})+$", max_length=400)]


class WrongPassphrase(ValueError):
    """The passphrase does not open this key."""


class WeakPassphrase(ValueError):
    """The passphrase is too short to keep a key."""


class BadSignature(ValueError):
    """A signature that does not fit its statement. The message says whose."""


class SealedKey(BaseModel):
    """A signatory's key as it is stored: the public half open, the private half in a box. n, r, p: the cost of scrypt."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: Literal["treaty-key/1"] = "treaty-key/1"
    public_key: Sha256
    salt: Hex
    nonce: Hex
    box: Hex
    n: Annotated[int, Field(ge=2**10, le=2**18)]
    r: Annotated[int, Field(ge=1, le=16)] = 8
    p: Annotated[int, Field(ge=1, le=8)] = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a signatory says. at: an aware moment; reason: why an amendment is made, empty for a first version."""

    agreement: str
    version: int
    hash: str
    person: str
    side: Side
    at: datetime
    reason: str = ""

    def as_data(self) -> dict[str, Any]:
        if self.at.tzinfo is None:
            raise ValueError(f"{self.at.isoformat()} has no time zone: pass an aware moment")
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        return {"format": STATEMENT, **asdict(self), "at": at}


class Said(Protocol):
    """Anything that can be signed: its data name their own format, so a signature under one thing is none under another."""

    def as_data(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Signature:
    """A statement, the public key, and the mark; all three as they travel."""

    statement: dict[str, Any]
    key: str
    signature: str

    def as_data(self) -> dict[str, Any]:
        return {"statement": self.statement, "key": self.key, "signature": self.signature}

    @property
    def hash(self) -> str:
        """Hex SHA-256 of the whole signature: what the journal keeps of it."""
        return hashlib.sha256(canonical(self.as_data())).hexdigest()

    @property
    def codes(self) -> dict[str, Any]:
        """What the journal's entry `agreement.signed` must hold, so that no signature can be added or taken away."""
        return {"version": self.statement["version"], "side": self.statement["side"], "key": self.key, "signature": self.hash}


def seal_key(passphrase: str, *, n: int = COST) -> SealedKey:
    """A new key under a passphrase; `n` is the cost of guessing it. Raises WeakPassphrase."""
    if len(passphrase.strip()) < SHORTEST_PASSPHRASE:
        raise WeakPassphrase(f"the passphrase has fewer than {SHORTEST_PASSPHRASE} characters: take a sentence only you would say")
    return _seal(Ed25519PrivateKey.generate(), passphrase, n)


def _seal(private: Ed25519PrivateKey, passphrase: str, n: int) -> SealedKey:
    public, salt, nonce = private.public_key().public_bytes_raw(), os.urandom(16), os.urandom(12)
    draft = SealedKey(public_key=public.hex(), salt=salt.hex(), nonce=nonce.hex(), box="00", n=n)
    box = ChaCha20Poly1305(_derive(draft, passphrase)).encrypt(nonce, private.private_bytes_raw(), public)
    return draft.model_copy(update={"box": box.hex()})


def open_key(sealed: SealedKey, passphrase: str) -> Ed25519PrivateKey:
    """The private key. Raises WrongPassphrase, also for a box somebody changed."""
    try:
        box = ChaCha20Poly1305(_derive(sealed, passphrase))
        raw = box.decrypt(bytes.fromhex(sealed.nonce), bytes.fromhex(sealed.box), bytes.fromhex(sealed.public_key))
    except (InvalidTag, ValueError):
        raise WrongPassphrase("this passphrase does not open your signing key: type it again, capitals and spaces count") from None
    return Ed25519PrivateKey.from_private_bytes(raw)


def _derive(sealed: SealedKey, passphrase: str) -> bytes:
    secret = unicodedata.normalize("NFKC", passphrase).encode()
    return Scrypt(salt=bytes.fromhex(sealed.salt), length=32, n=sealed.n, r=sealed.r, p=sealed.p).derive(secret)


def sign(sealed: SealedKey, passphrase: str, statement: Said) -> Signature:
    """Put one's name under a statement. Raises WrongPassphrase."""
    said = statement.as_data()
    mark = open_key(sealed, passphrase).sign(canonical(said))
    return Signature(said, sealed.public_key, mark.hex())


def verify(signature: Signature) -> None:
    """Raise BadSignature unless the key signed exactly this statement."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.key))
        key.verify(bytes.fromhex(signature.signature), canonical(signature.statement))
    except (InvalidSignature, ValueError):
        raise BadSignature(f"the signature of {signature.statement.get('person')!r} does not fit what it stands under") from None


def receipt(signatures: list[Signature], *, head: tuple[int, str]) -> dict[str, Any]:
    """What each side keeps at home: the hash, the keys, the signatures so far and the head of the journal.

    head: number and hash of the journal's last entry. With it the verifier finds any rewriting of what came before.
    """
    said = signatures[0].statement
    return {
        "format": RECEIPT,
        "agreement": said["agreement"],
        "version": said["version"],
        "hash": said["hash"],
        "keys": {one.statement["person"]: one.key for one in signatures},
        "signatures": {one.statement["person"]: one.signature for one in signatures},
        "journal": {"seq": head[0], "hash": head[1]},
    }
