"""The bundle and its verifier, run as strangers run it: another process, no product, only the file and the receipt.

Every single change to a bundle is found with the receipt; a twin shows that without it one who rewrites everything
goes unnoticed, which is why both sides keep one.
"""

import copy
import importlib.util
import io
import json
import random
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.often import often
from treaty.agreement import bundle, canonical, signing
from treaty.agreement.canonical import Bindings
from treaty.agreement.signing import Signature, Statement
from treaty.journal.canonical import canonical as canonical_bytes
from treaty.journal.chain import BrokenChain, entry_hash
from treaty.moments import to_us

ROOT = Path(__file__).parents[2]
PHRASE = "seven grey herons at the weir"
NOON = datetime(2025, 12, 15, 12, tzinfo=UTC)
PEOPLE = {"mira.lang@halden.example": "marketing", "sam.okafor@halden.example": "sales"}
NAMES = ("agreement.json", "signatures.json", "keys.json", "journal.json")

spec = importlib.util.spec_from_file_location("verify", ROOT / "verify.py")
verifier = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verifier)


def entry(seq, verb, at, name, codes, prev):
    fields = {
        "seq": seq, "verb": verb, "subject_kind": "version", "subject_key": name, "actor": "abcdefghjkmn", "at_us": to_us(at),
        "agreement": name, "codes": codes, "text_hash": "", "prev": prev,
    }  # fmt: skip
    return {**fields, "hash": entry_hash(fields)}


def journal(name, marks):
    """Proposal, a decision in between, both signatures, a decision after."""
    steps = [("agreement.proposed", NOON, {"version": 3})]
    steps += [("handoff.made", NOON + timedelta(minutes=5), {"stage": "marketing_qualified"})]
    steps += [("agreement.signed", datetime.fromisoformat(mark.statement["at"]), mark.codes) for mark in marks]
    steps += [("agreement.in_force", NOON + timedelta(days=1), {"version": 3}), ("handoff.made", NOON + timedelta(days=2), {})]
    entries, prev = [], "5e" * 32
    for i, (verb, at, codes) in enumerate(steps):
        entries.append(entry(41 + i, verb, at, name, codes, prev))
        prev = entries[-1]["hash"]
    return entries


def signed_by(keys, name):
    marks = []
    for i, (person, side) in enumerate(PEOPLE.items()):
        said = Statement(
            agreement="Halden Instruments, sales and marketing", version=3, hash=name, person=person, side=side,
            at=NOON + timedelta(hours=1 + i), reason="the first quarter",
        )  # fmt: skip
        marks.append(signing.sign(keys[person], PHRASE, said))
    return marks


@pytest.fixture(scope="module")
def keys():
    return {person: signing.seal_key(PHRASE, n=2**10) for person in PEOPLE}


@pytest.fixture(scope="module")
def whole(halden, keys):
    raw = canonical.signed_bytes(halden, Bindings(files={"message-house.yaml": "e3" * 32}))
    marks = signed_by(keys, canonical.hash_of(raw))
    entries = journal(canonical.hash_of(raw), marks)
    return raw, marks, entries


@pytest.fixture(scope="module")
def kept(whole):
    _, marks, entries = whole
    return signing.receipt(marks, head=(entries[-1]["seq"], entries[-1]["hash"]))


def check(packed: bytes, receipt, tmp_path) -> str:
    """The fault the verifier names, or VERIFIED."""
    (tmp_path / "b.zip").write_bytes(packed)
    (tmp_path / "r.json").write_text(json.dumps(receipt))
    try:
        lines = list(verifier.verify(tmp_path / "b.zip", tmp_path / "r.json" if receipt else None))
        return lines[0].partition(":")[0]
    except verifier.Fault as fault:
        return str(fault)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return f"of the wrong kind: {error}"


def run(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, ROOT / "verify.py", *arguments], capture_output=True, text=True, check=False, cwd="/")


def test_a_bundle_verifies_in_another_process_with_and_without_a_receipt(whole, kept, tmp_path):
    (tmp_path / "b.zip").write_bytes(bundle.write_bundle(*whole))
    (tmp_path / "r.json").write_text(json.dumps(kept))
    with_receipt, without = run(tmp_path / "b.zip", "--receipt", tmp_path / "r.json"), run(tmp_path / "b.zip")
    assert (with_receipt.returncode, without.returncode) == (0, 0)
    assert "it is the agreement on your receipt; 0 journal entries came after it" in with_receipt.stdout
    assert "no receipt given" in without.stdout
    assert "sam.okafor@halden.example for sales" in without.stdout


def test_a_fault_is_named_and_ends_with_1_and_wrong_usage_with_2(whole, tmp_path):
    (tmp_path / "b.zip").write_bytes(b"no zip")
    spoiled = run(tmp_path / "b.zip")
    assert (spoiled.returncode, spoiled.stderr) == (1, "")
    assert spoiled.stdout.startswith("NOT VERIFIED: ")
    assert run(tmp_path / "absent.zip").returncode == 1
    assert run().returncode == 2


def test_the_verifier_is_a_short_program_of_its_own():
    text = (ROOT / "verify.py").read_text()
    assert len(text.splitlines()) <= 250
    assert "import treaty" not in text
    assert "from treaty" not in text


def test_the_same_input_gives_the_same_bytes(whole):
    assert bundle.write_bundle(*whole) == bundle.write_bundle(*whole)


def test_a_bundle_that_could_not_be_verified_is_not_made(whole):
    raw, marks, entries = whole
    for wrong, says in (
        ((raw, [], entries), "nobody has signed"),
        ((raw + b" ", marks, entries), "other bytes"),
        ((raw, marks, entries[1:]), "must begin with"),
        ((raw, marks, entries[:3]), "no entry for the signature of sam"),
    ):
        with pytest.raises(bundle.NotBundled, match=says):
            bundle.write_bundle(*wrong)
    with pytest.raises(BrokenChain, match="entry 42 is missing"):
        bundle.write_bundle(raw, marks, [entries[0], *entries[2:]])


# One change at a time.


def unpack(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(contents: dict[str, bytes], *, mended: bool = True) -> bytes:
    """A zip again; mended: the manifest names the new hashes, as anyone can write them."""
    if mended and "manifest.json" in contents:
        manifest = json.loads(contents["manifest.json"])
        manifest["files"] = {name: canonical.hash_of(contents[name]) for name in NAMES if name in contents}
        contents = {**contents, "manifest.json": canonical_bytes(manifest)}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, raw in contents.items():
            archive.writestr(name, raw)
    return target.getvalue()


def places(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for step in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[step], (*path, step))


def mutate(value, rng: random.Random):
    """One edit, deletion, swap, insertion or cut somewhere within plain data."""
    changed = copy.deepcopy(value)
    path = rng.choice([path for path in places(changed) if path])
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    old, how = inner[path[-1]], rng.choice(["edit", "delete", "swap", "insert", "cut"])
    if how == "delete":
        del inner[path[-1]]
    elif how == "swap" and isinstance(inner, list) and len(inner) > 1:
        other = rng.choice([i for i in range(len(inner)) if i != path[-1]])
        inner[path[-1]], inner[other] = inner[other], inner[path[-1]]
    elif how == "insert" and isinstance(inner, list):
        inner.insert(path[-1], rng.choice([old, {}, "x", 1]))
    elif how == "cut" and isinstance(inner, list):
        del inner[path[-1] :]
    else:
        inner[path[-1]] = edited(old, rng)
    return changed


def edited(old, rng: random.Random):
    if isinstance(old, str) and old:
        at = rng.randrange(len(old))
        return old[:at] + ("0" if old[at] != "0" else "1") + old[at + 1 :]
    return old + 1 if isinstance(old, int) else rng.choice(["x", None, 7, []])


def rehash(entries):
    """Make a chain whole again, as somebody without any key can."""
    fixed, prev = [], None
    for one in entries:
        fields = {**{name: value for name, value in one.items() if name != "hash"}, **({"prev": prev} if prev else {})}
        fixed.append({**fields, "hash": entry_hash(fields)})
        prev = fixed[-1]["hash"]
    return fixed


def spoiled(contents, rng: random.Random) -> bytes:
    """One change to one file of the bundle, in bytes or in meaning, manifest and chain mended or not."""
    contents = dict(contents)
    name = rng.choice(["manifest.json", *NAMES, "journal.json", "signatures.json"])
    if rng.random() < 0.3:
        raw = bytearray(contents[name])
        at, how = rng.randrange(len(raw)), rng.choice(["edit", "delete", "insert", "cut"])
        raw[at:] = {
            "edit": bytes([raw[at] ^ (1 << rng.randrange(8))]) + raw[at + 1 :],
            "delete": raw[at + 1 :],
            "insert": b" " + raw[at:],
            "cut": b"",
        }[how]
        contents[name] = bytes(raw)
        return pack(contents, mended=name != "manifest.json" and rng.random() < 0.7)
    value = mutate(json.loads(contents[name]), rng)
    if name == "journal.json" and rng.random() < 0.6:
        value, contents["manifest.json"] = remanifested(value, contents["manifest.json"])
    contents[name] = canonical_bytes(value)
    return pack(contents, mended=name != "manifest.json" and rng.random() < 0.8)


def remanifested(entries, manifest):
    try:
        fixed = rehash(entries)
        stretch = {"first": fixed[0]["seq"], "last": fixed[-1]["seq"], "head": fixed[-1]["hash"]}
    except (TypeError, AttributeError, KeyError, IndexError):
        return entries, manifest
    return fixed, canonical_bytes({**json.loads(manifest), "journal": stretch})


def test_every_single_change_is_found_with_the_receipt(whole, kept, tmp_path):
    """400 random ones in every run, more than 10,000 with the proofs (G12)."""
    contents = unpack(bundle.write_bundle(*whole))
    rng = random.Random(20260101)
    missed, faults, undid, changes = [], set(), 0, often(400, 10_300)
    for number in range(changes):
        packed = spoiled(contents, rng)
        if unpack(packed) == contents:
            undid += 1
            continue  # the change undid itself, such as swapping equal values
        said = check(packed, kept, tmp_path)
        faults.add(said.split(":")[0][:30])
        missed += [number] if said == "VERIFIED" else []
    assert missed == []
    assert len(faults) > 20  # many different faults were met, not one check that refuses everything
    print(f"{changes - undid:,} changes, {undid} more undid themselves; {len(missed)} went unnoticed; {len(faults)} kinds of faults")


def rewritten(whole):
    """The work of one who holds the database but no key: a decision between the signatures changed, all hashes mended."""
    raw, marks, entries = whole
    changed = copy.deepcopy(entries)
    changed[1]["codes"] = {"stage": "disqualified"}
    return raw, marks, rehash(changed)


def test_a_journal_rewritten_and_hashed_anew_is_found_with_the_receipt(whole, kept, tmp_path):
    assert (
        check(bundle.write_bundle(*rewritten(whole)), kept, tmp_path) == "the journal was rewritten: entry 46 is not the one on the receipt"
    )


def test_without_the_receipt_the_same_rewriting_goes_unnoticed(whole, tmp_path):
    """The twin: this is why receipts leave the machine."""
    assert check(bundle.write_bundle(*rewritten(whole)), None, tmp_path) == "VERIFIED"


def test_an_agreement_signed_anew_with_other_keys_is_found_with_the_receipt(whole, kept, tmp_path):
    raw, _, _ = whole
    others = signed_by({person: signing.seal_key(PHRASE, n=2**10) for person in PEOPLE}, canonical.hash_of(raw))
    forged = bundle.write_bundle(raw, others, journal(canonical.hash_of(raw), others))
    assert check(forged, None, tmp_path) == "VERIFIED"
    assert "is not the one on the receipt" in check(forged, kept, tmp_path)


def test_one_changed_space_in_the_terms_voids_the_signatures(whole, tmp_path):
    raw, marks, entries = whole
    contents = unpack(bundle.write_bundle(raw, marks, entries))
    contents["agreement.json"] = raw.replace(b"Halden Instruments, sales", b"Halden Instruments,  sales")
    manifest = json.loads(contents["manifest.json"])
    manifest |= {"hash": canonical.hash_of(contents["agreement.json"]), "agreement": "Halden Instruments,  sales and marketing"}
    contents["manifest.json"] = canonical_bytes(manifest)
    assert check(pack(contents), None, tmp_path).startswith("mira.lang@halden.example signed another agreement")


def test_a_signature_cannot_be_left_out_nor_one_person_sign_for_both(whole, tmp_path):
    raw, marks, entries = whole
    half = bundle.write_bundle(raw, marks[:1], entries)
    assert check(half, None, tmp_path) == "sam.okafor@halden.example has not signed for sales"
    moved = Signature({**marks[0].statement, "side": "sales"}, marks[0].key, marks[0].signature)
    contents = unpack(bundle.write_bundle(raw, marks, entries))
    contents["signatures.json"] = canonical_bytes([moved.as_data(), marks[1].as_data()])
    assert check(pack(contents), None, tmp_path) == "mira.lang@halden.example is not named to sign for sales"


def test_entries_after_the_receipt_are_counted_and_said(whole, tmp_path):
    """A receipt of the day of signing holds for ever; what came later rests on the chain."""
    raw, marks, entries = whole
    early = signing.receipt(marks, head=(entries[3]["seq"], entries[3]["hash"]))
    (tmp_path / "b.zip").write_bytes(bundle.write_bundle(raw, marks, entries))
    (tmp_path / "r.json").write_text(json.dumps(early))
    assert "2 journal entries came after it" in run(tmp_path / "b.zip", "--receipt", tmp_path / "r.json").stdout


def test_a_withdrawn_version_does_not_verify(whole, tmp_path):
    raw, marks, entries = whole
    last = entries[-1]
    withdrawn = entry(last["seq"] + 1, "agreement.withdrawn", NOON, canonical.hash_of(raw), {"version": 3}, last["hash"])
    assert "withdrawn" in check(bundle.write_bundle(raw, marks, [*entries, withdrawn]), None, tmp_path)


@pytest.mark.parametrize("receipt", [{}, [], {"format": "x"}, None])
def test_a_receipt_that_is_none_is_refused(whole, kept, receipt, tmp_path):
    wrong = receipt if receipt is not None else {**kept, "journal": {"seq": 1, "hash": "0" * 64}}
    (tmp_path / "b.zip").write_bytes(bundle.write_bundle(*whole))
    (tmp_path / "r.json").write_text(json.dumps(wrong))
    found = run(tmp_path / "b.zip", "--receipt", tmp_path / "r.json")
    assert (found.returncode, found.stderr) == (1, "")


def test_bundles_of_every_release_verify_for_ever():
    golden = Path(__file__).parent / "golden"
    assert run(golden / "halden-1.zip", "--receipt", golden / "halden-1.receipt.json").returncode == 0
