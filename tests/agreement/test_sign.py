"""Signing: only the passphrase opens a key, and a signature holds for one statement."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from treaty.agreement import signing
from treaty.agreement.signing import BadSignature, SealedKey, Signature, Statement, WeakPassphrase, WrongPassphrase

QUICK = 2**10  # so that the tests do not wait
PHRASE = "seven grey herons at the weir"
SAID = Statement(
    agreement="Halden",
    version=3,
    hash="ab" * 32,
    person="mira.lang@halden.example",
    side="marketing",
    at=datetime(2026, 1, 1, 9, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def sealed():
    return signing.seal_key(PHRASE, n=QUICK)


def test_what_was_signed_verifies(sealed):
    signing.verify(signing.sign(sealed, PHRASE, SAID))


def test_a_key_survives_being_stored_as_json(sealed):
    stored = SealedKey.model_validate_json(sealed.model_dump_json())
    signing.verify(signing.sign(stored, PHRASE, SAID))
    assert PHRASE not in sealed.model_dump_json()


def test_a_key_costs_a_guesser_32_megabytes_and_time():
    sealed = signing.seal_key(PHRASE)
    assert (sealed.n, sealed.r, sealed.p) == (32768, 8, 3)  # 128 * n * r bytes = 32 MiB


def test_the_wrong_passphrase_is_refused_with_the_way_out(sealed):
    with pytest.raises(WrongPassphrase, match="type it again"):
        signing.sign(sealed, PHRASE.title(), SAID)


def test_the_same_passphrase_typed_on_another_keyboard_opens_the_key():
    composed, decomposed = "Zwölf Gänse am Wehr", "Zwo\u0308lf Ga\u0308nse am Wehr"
    signing.open_key(signing.seal_key(composed, n=QUICK), decomposed)


def test_a_short_passphrase_is_refused():
    with pytest.raises(WeakPassphrase, match="fewer than 12"):
        signing.seal_key("herons" + " " * 10)


def test_a_box_under_another_public_key_does_not_open(sealed):
    other = signing.seal_key(PHRASE, n=QUICK)
    with pytest.raises(WrongPassphrase):
        signing.open_key(sealed.model_copy(update={"public_key": other.public_key}), PHRASE)


@pytest.mark.parametrize("field", ["agreement", "version", "hash", "person", "side", "at", "reason", "format"])
def test_a_signature_holds_for_no_other_statement(sealed, field):
    mark = signing.sign(sealed, PHRASE, SAID)
    other = {**mark.statement, field: 4 if field == "version" else mark.statement[field] + "x"}
    with pytest.raises(BadSignature, match=r"mira\.lang"):
        signing.verify(replace(mark, statement=other))


@pytest.mark.parametrize("key", ["", "00", "zz", "ff" * 32])
def test_a_key_that_is_none_is_a_bad_signature_not_a_crash(sealed, key):
    mark = signing.sign(sealed, PHRASE, SAID)
    with pytest.raises(BadSignature):
        signing.verify(Signature(mark.statement, key, mark.signature))


def test_the_moment_is_written_in_utc_whatever_the_zone():
    berlin = replace(SAID, at=SAID.at.astimezone(timezone(timedelta(hours=1))))
    assert berlin.as_data() == SAID.as_data()
    assert SAID.as_data()["at"] == "2026-01-01T09:00:00.000000Z"
    with pytest.raises(ValueError, match="no time zone"):
        replace(SAID, at=datetime(2026, 1, 1)).as_data()  # noqa: DTZ001 - the point of the test


def test_a_receipt_holds_what_a_side_must_keep(sealed):
    mark = signing.sign(sealed, PHRASE, SAID)
    kept = signing.receipt([mark], head=(7, "cd" * 32))
    assert kept["keys"] == {"mira.lang@halden.example": sealed.public_key}
    assert kept["journal"] == {"seq": 7, "hash": "cd" * 32}
    assert mark.codes["signature"] == mark.hash
