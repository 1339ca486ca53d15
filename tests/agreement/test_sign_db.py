"""Signing in the database: who may, what makes a signature void, what nobody can do, what both sides keep (T13)."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.parties import BEGAN, DAY, EXAMPLE, GIVEN, HOUR, NEW_YEAR, PHRASE, parties
from treaty.agreement import actions, queries, signing, tries
from treaty.agreement.bundle import NotBundled
from treaty.agreement.canonical import hash_of
from treaty.agreement.models import InForce, SecretTry, Signature, Version
from treaty.agreement.queries import State, state_of
from treaty.jobs import health

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def people():
    return parties()


@pytest.fixture
def version(people):
    return actions.propose(EXAMPLE, by=people.mira, at=BEGAN, given=GIVEN)


def sign(version, member, at=BEGAN + HOUR, passphrase=PHRASE):
    return actions.sign(version, by=member, passphrase=passphrase, at=at)


def test_only_the_last_of_all_signatures_puts_it_in_force(people, version):
    first = sign(version, people.sam)
    assert (first.in_force, queries.missing(version)) == (None, [("marketing", people.mira.email)])
    assert queries.sides_signed(version) == (False, True)
    last = sign(version, people.mira, BEGAN + 2 * HOUR)
    assert (last.in_force.starts_at, queries.missing(version)) == (NEW_YEAR, [])


@pytest.mark.parametrize("who", ["rui", "sol", "ada"])
def test_nobody_signs_who_is_not_named(people, version, who):
    with pytest.raises(actions.NotSignable, match=r"is not a signatory of version 1: mira.lang@halden.example, sam.okafor"):
        sign(version, getattr(people, who))


def test_nobody_signs_twice(people, version):
    sign(version, people.sam)
    with pytest.raises(actions.NotSignable, match="has already signed version 1"):
        sign(version, people.sam, BEGAN + 2 * HOUR)
    row = Signature.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError, match=r"signed_once|version_id"), transaction.atomic():
        row.save(force_insert=True)


def test_one_space_changed_after_one_side_signed_voids_the_signature(people, version):
    """Whoever holds the database changes the bytes; then also the hash, so that the two fit again."""
    sign(version, people.sam)
    changed = bytes(version.signed_bytes).replace(b"Halden Instruments", b"Halden  Instruments", 1)
    Version.objects.filter(pk=version.pk).update(signed_bytes=changed)
    with pytest.raises(actions.NotSignable, match=r"do not fit their hash.*or propose it again"):
        sign(version, people.mira, BEGAN + 2 * HOUR)
    Version.objects.filter(pk=version.pk).update(hash=hash_of(changed))
    version.refresh_from_db()
    assert queries.signed_by(version) == frozenset()
    with pytest.raises(actions.NotSignable, match="is not what the other side signed"):
        sign(version, people.mira, BEGAN + 2 * HOUR)
    assert not InForce.objects.exists()
    assert any("the signature of sam.okafor@halden.example does not stand under version 1" in said for said in queries.damaged())


def in_force_bytes(text):
    row = Version.objects.get(number=1)
    return bytes(row.signed_bytes).replace(b"4 working hours", text)


CHANGES = {
    "the bytes": (
        lambda v: Version.objects.filter(pk=v.pk).update(signed_bytes=in_force_bytes(b"9 working hours")),
        "do not fit their hash",
    ),
    "no JSON at all": (lambda v: Version.objects.filter(pk=v.pk).update(signed_bytes=b"{"), "do not fit their hash"),
    "bytes and hash": (
        lambda v: Version.objects.filter(pk=v.pk).update(
            signed_bytes=in_force_bytes(b"9 working hours"), hash=hash_of(in_force_bytes(b"9 working hours"))
        ),
        "does not know that version 1 was proposed",
    ),
    "the document": (lambda v: Version.objects.filter(pk=v.pk).update(text=v.text.replace("85%", "5%")), "only the bytes count"),
    "a signature": (lambda v: Signature.objects.filter(side="sales").update(signature="00" * 64), "does not stand under version 1"),
    "one signature less": (lambda v: Signature.objects.filter(side="sales").delete(), "is gone or was changed"),
    "its first day": (lambda v: InForce.objects.update(starts_at=BEGAN), "the journal says 2025-12-31T23:00:00"),
    "out of force": (lambda v: InForce.objects.all().delete(), "signed by everyone but not in force"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_beside_treaty_is_found(people, what):
    change, says = CHANGES[what]
    version = people.in_force()
    assert queries.damaged() == []
    change(version)
    assert any(says in fault for fault in queries.damaged())


def test_the_doctor_calls_it_a_fault(people):
    people.in_force()
    assert list(health.agreement()) == [(health.Standing.FINE, "every version is what was proposed and signed")]
    Version.objects.update(signed_bytes=in_force_bytes(b"9 working hours"))
    [(standing, says)] = health.agreement()
    assert (standing, "do not fit their hash" in says) == (health.Standing.FAULT, True)


def test_nothing_is_decided_under_bytes_nobody_signed(people):
    version = people.in_force()
    Version.objects.update(signed_bytes=in_force_bytes(b"9 working hours"))
    version.refresh_from_db()
    with pytest.raises(queries.Damaged, match="restore them from a backup or from the bundle"):
        queries.signed_of(version)


def test_no_action_writes_to_a_version_but_to_withdraw_it():
    """The only update of a stored version, in the whole source, sets `withdrawn_at`."""
    import re
    from pathlib import Path

    import treaty

    source = "\n".join(path.read_text() for path in Path(treaty.__file__).parent.rglob("*.py"))
    updates = re.findall(r"\bVersion\.objects\.(?!select_for_update)[^\n]*\.(?:update|delete|bulk_update)\((.*)\)", source)
    assert updates == ["withdrawn_at=at"]


def test_guessing_stops_after_five_wrong_passphrases_for_ten_minutes(people, version):
    at = BEGAN + HOUR
    for minute in range(5):
        with pytest.raises(signing.WrongPassphrase):
            sign(version, people.sam, at + timedelta(minutes=minute), "not the weir at all")
    with pytest.raises(tries.TooManyTries, match="5 wrong tries within 10 minutes: try again in 5 min"):
        sign(version, people.sam, at + timedelta(minutes=5))
    assert sign(version, people.mira, at + timedelta(minutes=5)).in_force is None
    assert sign(version, people.sam, at + timedelta(minutes=10)).in_force is not None


def test_a_right_passphrase_is_not_counted(people, version):
    sign(version, people.sam)
    assert not SecretTry.objects.exists()


def test_a_new_key_retires_the_old_one_and_what_it_signed_stays_signed(people, version):
    sign(version, people.sam)
    actions.make_key(people.sam, "eleven herons in the mist", at=BEGAN + 2 * HOUR)
    assert queries.signed_by(version) == {people.sam.email}
    assert sign(version, people.mira, BEGAN + 3 * HOUR).in_force is not None


def test_what_another_version_overtook_cannot_be_signed(people):
    people.in_force()
    february, march = (EXAMPLE.replace("effective: 2026-01-01", f"effective: 2026-0{month}-01") for month in (2, 3))
    two = actions.propose(february, by=people.mira, at=BEGAN + DAY, reason="Two.", given=GIVEN)
    three = actions.propose(march, by=people.mira, at=BEGAN + DAY, reason="Three.", given=GIVEN)
    sign(three, people.mira, BEGAN + DAY + HOUR)
    people.both_sign(two, at=BEGAN + 2 * DAY)
    with pytest.raises(actions.NotSignable, match="was written before version 2 was signed and would undo it"):
        sign(three, people.sam, BEGAN + 3 * DAY)
    assert state_of(three, at=BEGAN + 3 * DAY) is State.OVERTAKEN
    again = actions.propose(march, by=people.mira, at=BEGAN + 3 * DAY, reason="Three.", given=GIVEN)
    three.refresh_from_db()
    assert (again.number, again.amends, state_of(three, at=BEGAN + 3 * DAY)) == (4, two, State.WITHDRAWN)


def test_a_withdrawn_proposal_cannot_be_signed(people, version):
    actions.withdraw(version, by=people.mira, at=BEGAN)
    with pytest.raises(actions.NotSignable, match="version 1 was withdrawn: propose it again"):
        sign(version, people.sam)


def test_withdrawing_waits_where_signing_waits(people, version):
    """Two that lock the same two rows in another order can wait for each other for ever."""
    with CaptureQueriesContext(connection) as asked:
        actions.withdraw(version, by=people.mira, at=BEGAN)
    read = [table for query in asked for table in ("journal_head", "agreement_version") if f'FROM "{table}"' in query["sql"]]
    assert read[:2] == ["journal_head", "agreement_version"]


def test_what_is_in_force_cannot_be_withdrawn(people):
    version = people.in_force()
    with pytest.raises(actions.NotSignable, match="only an amendment changes it"):
        actions.withdraw(version, by=people.mira, at=BEGAN + DAY)


def test_the_receipt_of_the_day_can_be_had_again(people, version):
    first = sign(version, people.sam)
    assert queries.receipt_of(version) == first.receipt
    last = sign(version, people.mira, BEGAN + 2 * HOUR)
    people.in_force(EXAMPLE.replace("2026-01-01", "2026-02-01"), at=BEGAN + DAY, reason="Later.")
    assert queries.receipt_of(version) == last.receipt


def test_there_is_no_bundle_before_everyone_has_signed(people, version):
    sign(version, people.sam)
    with pytest.raises(NotBundled, match=r"mira.lang@halden.example for marketing is missing"):
        queries.bundle_of(version)


def test_the_bundle_verifies_with_the_receipt_of_each_side(people, version, tmp_path, verifier):
    receipts = [sign(version, people.sam).receipt, sign(version, people.mira, BEGAN + 2 * HOUR).receipt]
    people.in_force(EXAMPLE.replace("2026-01-01", "2026-02-01"), at=BEGAN + DAY, reason="Later.")
    bundle = tmp_path / "b.zip"
    bundle.write_bytes(queries.bundle_of(version))
    for receipt in receipts:
        kept = tmp_path / "r.json"
        kept.write_text(json.dumps(receipt))
        assert next(iter(verifier.verify(bundle, kept))).startswith("VERIFIED: Halden Instruments, sales and marketing, version 1")


def test_a_version_proposed_again_has_a_bundle_of_its_own(people, version, tmp_path, verifier):
    actions.withdraw(version, by=people.mira, at=BEGAN)
    again = actions.propose(EXAMPLE, by=people.mira, at=BEGAN + HOUR, given=GIVEN)
    people.both_sign(again, at=BEGAN + DAY)
    bundle = tmp_path / "b.zip"
    bundle.write_bytes(queries.bundle_of(again))
    assert next(iter(verifier.verify(bundle, None))).endswith(again.hash)
    with pytest.raises(NotBundled, match="version 1 was withdrawn"):
        queries.bundle_of(Version.objects.get(number=1))
