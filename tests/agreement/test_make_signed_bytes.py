"""The signed bytes: one form for one meaning, everything named inside, the same for ever."""

import json
from pathlib import Path

import pytest

from treaty.agreement import built_in, canonical
from treaty.agreement.canonical import Bindings, Unbound
from treaty.agreement.document import load

GOLDEN = Path(__file__).parent / "golden"
GIVEN = Bindings(files={"message-house.yaml": "e3" * 32})


def of(text):
    loaded = load(text)
    assert loaded.problems == ()
    return canonical.signed_bytes(loaded.terms, GIVEN)


def test_signed_bytes_of_every_release_are_read_for_ever(halden):
    """Pinned when format 1 was made; never write these files again, add those of the next format."""
    raw = (GOLDEN / "halden-1.json").read_bytes()
    assert canonical.hash_of(raw) == (GOLDEN / "halden-1.sha256").read_text().strip()
    assert canonical.read(raw).terms == halden


def test_signed_bytes_are_read_back_as_the_same_terms(halden):
    raw = canonical.signed_bytes(halden, GIVEN)
    signed = canonical.read(raw)
    assert signed.terms == halden
    assert list(signed.terms.stages) == list(halden.stages)
    assert canonical.signed_bytes(signed.terms, signed.bindings) == raw
    assert "gmail.com" in signed.lists["free_mail"]


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("# Comments like", "# Remarks like"),
        ("1_200_000", "1200000"),
        ("1_200_000", "1_200_000.00"),
        ("30 days, ", "30  days, "),
        ("share_of_variable: 60%", "share_of_variable: 60.0 %"),
        ("mira.lang@halden.example", "Mira.Lang@Halden.example"),
        ("owned_by: both, kind: lagging", "kind: lagging"),
        ("mode: live\n", ""),
        ("  half_life: null\n", ""),
        ("[DE, AT, CH]", '["DE", "AT", "CH"]'),
    ],
)
def test_another_spelling_of_the_same_terms_has_the_same_bytes(text, written, instead):
    assert of(text.replace(written, instead, 1)) == of(text)


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("at_least: 3, within", "at_least: 2, within"),
        (
            "    dach: {account: {country: {in: [DE, AT, CH]}}}\n    rest: {}\n",
            "    rest: {}\n    dach: {account: {country: {in: [DE, AT, CH]}}}\n",
        ),
        ("    - {rule: account_owner}\n", ""),
        ("[DE, AT, CH]", "[DE, CH, AT]"),
    ],
)
def test_another_meaning_has_other_bytes_and_order_is_meaning(text, written, instead):
    assert written in text
    assert of(text.replace(written, instead, 1)) != of(text)


def test_a_named_list_is_embedded_whole(halden):
    bound = json.loads(canonical.signed_bytes(halden, GIVEN))["bound"]
    assert bound["lists"] == {"free_mail": list(built_in.FREE_MAIL)}
    assert bound["files"] == {"message-house.yaml": "e3" * 32}


def test_what_is_named_but_not_given_is_refused_with_the_way_out(halden):
    with pytest.raises(Unbound, match=r"file 'message-house\.yaml' is named but was not given: give the file"):
        canonical.signed_bytes(halden)
    without = halden.model_copy(update={"lists": {}})
    assert canonical.needed(without).lists == ("abm-2026",)
    with pytest.raises(Unbound, match="list 'abm-2026' is named but was not given: write it under"):
        canonical.signed_bytes(without, GIVEN)


def test_fractions_are_signed_as_text(text):
    raw = of(text.replace("{at_least: 250}", "{at_least: 250.5}"))
    assert b'"employees":{"at_least":"250.5"}' in raw
    assert canonical.read(raw).terms.scores["fit"].points[1].when.account["employees"].at_least == 250.5


def test_bytes_of_another_format_are_refused():
    with pytest.raises(ValueError, match="not treaty-agreement/1"):
        canonical.read(b'{"format":"treaty-agreement/9"}')
