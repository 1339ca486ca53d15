"""Check a signed agreement offline: python verify.py FILE.zip [--receipt R.json]

Reads a bundle that Treaty exported and says whether both sides signed exactly these terms, and whether the journal
around it is whole. It shares no code with Treaty. Without a receipt it can tell that the bundle agrees with itself;
with the receipt a side kept at home it can tell that nobody has rewritten it since.
Exit 0: all of it holds. Exit 1: it does not, and the first fault is named. Exit 2: it was called in a wrong way.
"""

import argparse
import hashlib
import json
import struct
import sys
import zipfile
import zlib
from datetime import UTC, datetime, timedelta

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    sys.exit("verify.py needs the package cryptography: python -m pip install cryptography")

FILES = ("manifest.json", "agreement.json", "signatures.json", "keys.json", "journal.json")
ENTRY = {"seq", "verb", "subject_kind", "subject_key", "actor", "at_us", "agreement", "codes", "text_hash", "prev", "hash"}
STATEMENT = {"format", "agreement", "version", "hash", "person", "side", "at", "reason"}
SIDES = ("marketing", "sales")
LARGEST = 1 << 29
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Fault(Exception):
    """The first thing that does not hold."""


def need(holds, fault):
    if not holds:
        raise Fault(fault)


def sha256(raw):
    return hashlib.sha256(raw).hexdigest()


def canonical(value):
    """RFC 8785, whole numbers only: one meaning, one form of bytes."""
    return form(value).encode()


def form(value):
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        need(abs(value) < 2**53, f"{value} is beyond 2^53")
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(map(form, value)) + "]"
    need(isinstance(value, dict), f"{value!r} is no whole number, text, list or mapping")
    order = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return "{" + ",".join(f"{form(key)}:{form(value[key])}" for key in order) + "}"


def read_json(name, raw):
    """The value of canonical bytes. A byte more or less, a key twice, another order: not canonical."""
    try:
        value = json.loads(raw.decode())
        same = canonical(value) == raw
    except (ValueError, RecursionError):
        raise Fault(f"{name} is not readable as JSON") from None
    need(same, f"{name} is not in canonical form: somebody has edited it")
    return value


def need_fields(what, value, fields):
    need(isinstance(value, dict) and set(value) == set(fields), f"{what} has not exactly the fields {', '.join(sorted(fields))}")


def read_zip(path):
    """Name to bytes of exactly the five files."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            need(sorted(info.filename for info in infos) == sorted(FILES), f"{path} does not hold exactly {', '.join(FILES)}")
            need(sum(info.file_size for info in infos) <= LARGEST, f"{path} holds more than {LARGEST:,} bytes")
            return {info.filename: archive.read(info) for info in infos}
    except OSError as error:
        raise Fault(f"{path} cannot be opened: {error.strerror or error}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, struct.error) as error:
        raise Fault(f"{path} is not a whole zip file: {error}") from None


def check_manifest(contents):
    manifest = read_json("manifest.json", contents["manifest.json"])
    need_fields("manifest.json", manifest, ("format", "agreement", "version", "hash", "journal", "files"))
    need(manifest["format"] == "treaty-bundle/1", f"format {manifest['format']!r} is unknown to this verifier: take a newer one")
    need_fields("manifest.json: files", manifest["files"], FILES[1:])
    need_fields("manifest.json: journal", manifest["journal"], ("first", "last", "head"))
    for name in FILES[1:]:
        need(sha256(contents[name]) == manifest["files"][name], f"{name} is not the file the manifest names: its hash differs")
    return manifest


def check_agreement(raw, manifest):
    """Who must sign, by side. The hash is that of the very bytes."""
    need(sha256(raw) == manifest["hash"], "the agreement is not the one the manifest names: its hash differs")
    document = read_json("agreement.json", raw)
    need(isinstance(document, dict) and document.get("format") == "treaty-agreement/1", "agreement.json has an unknown format")
    signatories = document["terms"]["signatories"]
    need(document["terms"]["agreement"] == manifest["agreement"], "the agreement has another name than the manifest says")
    need_fields("signatories", signatories, SIDES)
    for side in SIDES:
        people = signatories[side]
        need(people and all(isinstance(one, str) for one in people), f"nobody is named to sign for {side}")
    need(not set(signatories["marketing"]) & set(signatories["sales"]), "one person signs for both sides")
    return signatories


def check_signatures(signatures, keys, signatories, manifest):
    """Everyone named has signed once, for their side, with their key, exactly this hash and version."""
    known = {one["person"]: one for one in keys}
    signed = {check_signature(one, known, signatories, manifest): one for one in signatures}
    need(len(signed) == len(signatures), "somebody signed twice")
    for side in SIDES:
        for person in signatories[side]:
            need(person in signed, f"{person} has not signed for {side}")
    need([one["person"] for one in keys] == list(signed), "keys.json does not name exactly the keys that signed, in their order")
    return signed


def check_signature(one, known, signatories, manifest):
    need_fields("a signature", one, ("statement", "key", "signature"))
    said, key = one["statement"], one["key"]
    need_fields("a statement", said, STATEMENT)
    person, side = said["person"], said["side"]
    need(said["format"] == "treaty-signature/1", f"the statement of {person} has an unknown format")
    need(side in SIDES and person in signatories[side], f"{person} is not named to sign for {side}")
    for field in ("agreement", "version", "hash"):
        need(said[field] == manifest[field], f"{person} signed another {field}: {said[field]!r}")
    need(known.get(person) == {"person": person, "side": side, "key": key}, f"keys.json does not name the key of {person}")
    need(f"{key}{one['signature']}" == f"{key}{one['signature']}".lower(), f"the signature of {person} is not in small letters")
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(one["signature"]), canonical(said))
    except (InvalidSignature, ValueError, TypeError):
        raise Fault(f"the signature of {person} does not fit what it stands under") from None
    return person


def check_journal(entries, signed, manifest):
    """An unbroken chain from the proposal on, with exactly one entry for each signature."""
    need(entries, "the journal is empty")
    for before, entry in zip([None, *entries], entries, strict=False):
        check_entry(entry, before)
    first, last, about = entries[0], entries[-1], (lambda entry, verb: (entry["agreement"], entry["verb"]) == (manifest["hash"], verb))
    need(about(first, "agreement.proposed"), "the journal does not begin with the proposal of this version")
    need(first["codes"].get("version") == manifest["version"], "the journal's proposal has another version")
    stretch = {"first": first["seq"], "last": last["seq"], "head": last["hash"]}
    need(manifest["journal"] == stretch, "the journal is not the stretch the manifest names")
    noted = [entry for entry in entries if about(entry, "agreement.signed")]
    need(len(noted) == len(signed), f"the journal notes {len(noted)} signatures, the bundle holds {len(signed)}")
    for entry, (person, one) in zip(noted, signed.items(), strict=True):
        check_noted(entry, person, one)
    need(not any(about(entry, "agreement.withdrawn") for entry in entries), "the journal says this version was withdrawn")


def check_entry(entry, before):
    need_fields("a journal entry", entry, ENTRY)
    seq = entry["seq"]
    need(type(seq) is int and seq > 0 and isinstance(entry["codes"], dict), f"journal entry {seq!r} is malformed")
    if before is not None:
        need(seq == before["seq"] + 1, f"journal entry {before['seq'] + 1} is missing: {seq} follows {before['seq']}")
        need(entry["prev"] == before["hash"], f"journal entry {seq} does not continue the entry before it")
    elif seq == 1:
        need(entry["prev"] == "0" * 64, "journal entry 1 continues something before it")
    own = {name: value for name, value in entry.items() if name != "hash"}
    need(sha256(canonical(own)) == entry["hash"], f"journal entry {seq} was changed: its hash does not match")


def check_noted(entry, person, one):
    said = one["statement"]
    codes = {"version": said["version"], "side": said["side"], "key": one["key"], "signature": sha256(canonical(one))}
    need(entry["codes"] == codes, f"journal entry {entry['seq']} does not note the signature of {person}")
    same = (datetime.fromisoformat(said["at"]) - EPOCH) // timedelta(microseconds=1) == entry["at_us"]
    need(same, f"journal entry {entry['seq']} notes another moment than the signature of {person}")


# The receipt: what one side kept at home, out of reach of whoever runs the machine.


def check_receipt(path, manifest, signed, entries):
    """How many entries came after the receipt. Everything up to it must be what the receipt says."""
    try:
        with open(path, "rb") as file:
            receipt = json.loads(file.read())
    except (OSError, ValueError) as error:
        raise Fault(f"the receipt {path} cannot be read: {getattr(error, 'strerror', None) or 'it is not JSON'}") from None
    need_fields("the receipt", receipt, ("format", "agreement", "version", "hash", "keys", "signatures", "journal"))
    need(receipt["format"] == "treaty-receipt/1", "the receipt has an unknown format")
    for field in ("agreement", "version", "hash"):
        need(receipt[field] == manifest[field], f"the receipt is for another {field}: {receipt[field]!r}")
    for what, field in (("keys", "key"), ("signatures", "signature")):
        for person, kept in receipt[what].items():
            need(person in signed and signed[person][field] == kept, f"the {field} of {person} is not the one on the receipt")
    kept = receipt["journal"]
    entry = next((entry for entry in entries if entry["seq"] == kept["seq"]), None)
    need(entry is not None, f"journal entry {kept['seq']}, named by the receipt, is not in this bundle")
    need(entry["hash"] == kept["hash"], f"the journal was rewritten: entry {kept['seq']} is not the one on the receipt")
    return entries[-1]["seq"] - kept["seq"]


def verify(bundle, receipt):
    """Raise Fault at the first thing that does not hold; otherwise the lines to print."""
    contents = read_zip(bundle)
    manifest = check_manifest(contents)
    signatories = check_agreement(contents["agreement.json"], manifest)
    signatures, keys, entries = (read_json(name, contents[name]) for name in FILES[2:])
    signed = check_signatures(signatures, keys, signatories, manifest)
    check_journal(entries, signed, manifest)
    yield f"VERIFIED: {manifest['agreement']}, version {manifest['version']}, {manifest['hash']}"
    for said, key in sorted(((one["statement"], one["key"]) for one in signed.values()), key=lambda pair: pair[0]["at"]):
        yield f"  {said['at']}  {said['person']} for {said['side']}, key {key}"
    yield f"  journal entries {entries[0]['seq']} to {entries[-1]['seq']} are unbroken"
    if receipt is None:
        yield "  no receipt given: the bundle agrees with itself, but whoever made it could have made all of it anew"
    else:
        later = check_receipt(receipt, manifest, signed, entries)
        yield f"  it is the agreement on your receipt; {later} journal entries came after it and rest on the chain alone"


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Check a signed agreement offline.")
    parser.add_argument("bundle", metavar="FILE.zip")
    parser.add_argument("--receipt", metavar="R.json", help="the receipt your side kept when it signed")
    asked = parser.parse_args(arguments)
    try:
        lines = list(verify(asked.bundle, asked.receipt))
    except Fault as fault:
        print(f"NOT VERIFIED: {fault}")
        return 1
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        print(f"NOT VERIFIED: a value is of the wrong kind: {error}")
        return 1
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
