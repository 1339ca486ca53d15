"""The bundle: everything a stranger needs to check a version offline, in one zip that `verify.py` reads.

Format `treaty-bundle/1`, described in docs/agreement.md. Each file but the signed bytes is canonical JSON, so that
no byte of it can change unseen; the manifest names the SHA-256 of each.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from treaty.agreement.signing import Signature
from treaty.journal.canonical import canonical
from treaty.journal.chain import verify_chain

FORMAT = "treaty-bundle/1"
PROPOSED = "agreement.proposed"
SIGNED = "agreement.signed"
FILES = ("agreement.json", "signatures.json", "keys.json", "journal.json")
_EPOCH = (1980, 1, 1, 0, 0, 0)


class NotBundled(ValueError):
    """What was given does not belong together. The message says what is missing."""


def write_bundle(signed_bytes: bytes, signatures: Sequence[Signature], entries: Sequence[Mapping[str, Any]]) -> bytes:
    """The zip of one version. The same input gives the same bytes.

    signed_bytes: as stored when the version was proposed · signatures: all of them · entries: an unbroken stretch of
    the journal (`journal.chain.FIELDS` and `hash`) that begins with the entry `agreement.proposed` of this version and
    holds an entry `agreement.signed` for each signature (its codes are `Signature.codes`).
    Raises NotBundled, or BrokenChain for a journal with a fault: a bundle that cannot be verified is not made.
    """
    name = hashlib.sha256(signed_bytes).hexdigest()
    signatures = _in_order(name, signatures, entries)
    head = verify_chain(entries)
    contents = {
        "agreement.json": signed_bytes,
        "signatures.json": canonical([signature.as_data() for signature in signatures]),
        "keys.json": canonical([_key(signature) for signature in signatures]),
        "journal.json": canonical([dict(entry) for entry in entries]),
    }
    manifest = {
        "format": FORMAT,
        "agreement": json.loads(signed_bytes)["terms"]["agreement"],
        "version": signatures[0].statement["version"],
        "hash": name,
        "journal": {"first": entries[0]["seq"], "last": head[0], "head": head[1]},
        "files": {file: hashlib.sha256(raw).hexdigest() for file, raw in contents.items()},
    }
    return _zip({"manifest.json": canonical(manifest), **contents})


def _in_order(name: str, signatures: Sequence[Signature], entries: Sequence[Mapping[str, Any]]) -> list[Signature]:
    """The signatures in the order the journal notes them: one version has one bundle."""
    if not signatures:
        raise NotBundled("nobody has signed this version: export it once it is signed")
    if any(signature.statement["hash"] != name for signature in signatures):
        raise NotBundled("a signature stands under other bytes than these: pass the stored bytes of the same version")
    first = entries[0] if entries else {}
    if first.get("verb") != PROPOSED or first.get("agreement") != name:
        raise NotBundled(f"the journal's stretch must begin with the entry {PROPOSED} of this version: start it there")
    noted = [entry["codes"].get("signature") for entry in entries if entry["verb"] == SIGNED and entry["agreement"] == name]
    for signature in signatures:
        if signature.hash not in noted:
            raise NotBundled(f"the journal has no entry for the signature of {signature.statement['person']}: end the stretch later")
    return sorted(signatures, key=lambda signature: noted.index(signature.hash))


def _key(signature: Signature) -> dict[str, Any]:
    return {"person": signature.statement["person"], "side": signature.statement["side"], "key": signature.key}


def _zip(contents: Mapping[str, bytes]) -> bytes:
    """No clock, no order by chance: the same contents are the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in contents.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(info, raw)
    return target.getvalue()
