"""A version from proposal to bundle: signed by both in the database, verified by a program that knows none of it."""

import importlib.util
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from treaty.agreement import actions, bundle
from treaty.agreement.canonical import Bindings
from treaty.journal.queries import all_fields
from treaty.team.models import Member, Role

PHRASE = "seven grey herons at the weir"
PROPOSED = datetime(2025, 12, 15, 12, tzinfo=UTC)

spec = importlib.util.spec_from_file_location("verify", Path(__file__).parents[2] / "verify.py")
verifier = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verifier)


@pytest.mark.django_db
def test_what_both_sides_signed_verifies_with_the_receipt_of_each(text, tmp_path):
    mira = Member.objects.create(email="mira.lang@halden.example", name="Mira Lang", role=Role.MARKETING, joined_at=PROPOSED)
    sam = Member.objects.create(email="sam.okafor@halden.example", name="Sam Okafor", role=Role.SALES_MANAGER, joined_at=PROPOSED)
    for rep in ("sol.meyer", "kim.dale"):
        Member.objects.create(email=f"{rep}@halden.example", name=rep, role=Role.SALES_REP, joined_at=PROPOSED)
    version = actions.propose(text, by=mira, at=PROPOSED, given=Bindings(files={"message-house.yaml": "e3" * 32}))
    signed = []
    for i, member in enumerate((sam, mira)):
        at = PROPOSED + timedelta(hours=1 + i, microseconds=17)
        actions.make_key(member, PHRASE, at=at)
        signed.append(actions.sign(version, by=member, passphrase=PHRASE, at=at))
    entries = [entry for entry in all_fields() if entry["seq"] >= next(e["seq"] for e in all_fields() if e["verb"] == "agreement.proposed")]
    packed = tmp_path / "b.zip"
    packed.write_bytes(bundle.write_bundle(bytes(version.signed_bytes), actions.marks(version), entries))
    for one in signed:
        kept = tmp_path / "r.json"
        kept.write_text(json.dumps(one.receipt))
        assert next(iter(verifier.verify(packed, kept))) == f"VERIFIED: Halden Instruments, sales and marketing, version 1, {version.hash}"
    assert [bool(one.in_force) for one in signed] == [False, True]
