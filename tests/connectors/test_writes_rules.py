"""The exact difference of one record: values in, values out."""

import pytest

from treaty.connectors.writes.rules import Allowed, Change, Left, difference, is_same, note_text

STATUSES = [{"value": "MQL", "label": "Marketing qualified lead"}, {"value": "S2", "label": "Two"}]
KNOWN = {
    "owners": {"7": "Sol.Meyer@halden.example"},
    "properties": {
        "person": [
            {"name": "status", "label": "Status", "options": STATUSES},
            {"name": "score", "label": "Score", "options": []},
            {"name": "owner", "label": "Owner", "options": []},
        ]
    },
}  # fmt: skip
FIELDS = {"stage": {"person": "status"}, "engagement": {"person": "score"}, "owner": {"person": "owner"}}
WANTED = {"stage": "marketing_qualified", "engagement": "35", "owner": "sol.meyer@halden.example", "reason": "no_budget"}


def of(there: dict[str, str], allowed: Allowed, **wanted: str) -> tuple[list[Change], list[Left]]:
    return difference({**WANTED, **wanted}, there, "person", allowed, KNOWN)


def test_only_what_differs_and_is_allowed_is_written() -> None:
    changes, left = of({"status": "S2", "score": "35.0", "owner": ""}, Allowed(True, FIELDS))
    assert changes == [Change("stage", "status", "S2", "MQL"), Change("owner", "owner", "", "7")], "35 is 35.0; a reason has no field"
    assert left == []


def test_a_chosen_option_goes_before_the_one_of_the_same_name() -> None:
    allowed = Allowed(True, FIELDS, {"stage": {"person": {"marketing_qualified": "S2"}}})
    assert of({"status": "S2", "score": "35", "owner": "7"}, allowed) == ([], [])


@pytest.mark.parametrize(
    ("wanted", "kind", "words"),
    [
        ({"stage": "sales_accepted"}, "stage", "no option of status stands for 'sales accepted'"),
        ({"owner": "nobody@halden.example"}, "owner", "nobody@halden.example is no user there"),
    ],
)
def test_a_value_without_a_counterpart_is_left_with_its_reason(wanted: dict[str, str], kind: str, words: str) -> None:
    _, left = of({}, Allowed(True, FIELDS), **wanted)
    assert [(one.kind, words in one.why) for one in left] == [(kind, True)]


def test_nothing_erases_nothing_and_a_master_is_left_alone() -> None:
    there = {"status": "S2", "score": "1", "owner": "9"}
    changes, _ = of(there, Allowed(True, FIELDS, theirs=("owner",)), stage="")
    assert changes == [Change("engagement", "score", "1", "35")]


def test_numbers_are_the_same_by_their_value() -> None:
    assert is_same("10", "10.00")
    assert is_same("A1", "A1")
    assert not is_same("A1", "A2")
    assert not is_same("", "0")


def test_a_note_is_a_line_a_fact_and_its_mark_the_last() -> None:
    brief = {"problem": [{"says": "Bearings fail", "quoted": True}], "intent": [], "buying_group": [{"says": "Bo", "title": "Buyer"}]}
    assert note_text(brief, "Brief for Sol", "Treaty note abc").split("\n") == [
        "Brief for Sol", "Problem: Bearings fail", "Buying group: Bo (Buyer)", "Treaty note abc",
    ]  # fmt: skip
