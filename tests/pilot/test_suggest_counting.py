"""What is counted of each lead is what the evaluator says of its clause at that moment, over random companies."""

import random
from dataclasses import replace

import numpy as np
import pytest

from tests.conftest import NOON
from tests.given_lake import given
from tests.pilot.company import DAY, NOW, SOURCES, company, laid
from tests.world import HALDEN
from treaty.agreement.document import load
from treaty.pilot import belonging
from treaty.pilot.replayed import of_draft
from treaty.pilot.suggesting import counting
from treaty.pilot.suggesting.asked import counted_of
from treaty.pilot.suggesting.leaks import judged
from treaty.pilot.suggesting.matrix import account_counts, fields_of, matrix, own_counts
from treaty.pilot.suggesting.signals import Counted

pytestmark = pytest.mark.django_db
DOCUMENT = of_draft(load(HALDEN).terms)
ASKED = {
    "c0": Counted("download", "download"),
    "c1": Counted("view", "view"),
    "c2": Counted("any at the account", by="account"),
    "c3": Counted("download at the account", "download", by="account"),
    "c4": Counted("view /pricing", "view", (("path", (("starts_with", "/pricing"),)),)),
    "c5": Counted("channel Mail", None, (("channel", (("is", "Mail"),)),)),
}


def with_places(rows, dice):
    for touch in rows["touches"]:
        touch["path"] = dice.choice((None, "/", "/pricing", "/Pricing/kit?x=1", "/prices", "/pricing-old/a"))
        touch["channel"] = dice.choice((None, "", "mail", "Mail", "fair"))
    return rows


def counts_of(lake, leads, people):
    own, there = ({key: one for key, one in ASKED.items() if one.by == by} for by in ("person", "account"))
    keys = lake.fetch(counting.told_apart(counting.before(lake, leads), own))
    found = own_counts(people, lake.fetch(counting.own_touches(counting.before(lake, leads))), keys)
    return found | account_counts(people, lake.fetch(counting.account_touches(lake, leads)), there)


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 6])
def test_every_signal_holds_for_whom_the_evaluator_says(seed, tmp_path, monkeypatch):
    monkeypatch.setattr("treaty.pilot.suggesting.matrix.LEAST", 1)
    monkeypatch.setattr("treaty.qualification.learning.bins.least_rows", lambda rows: 1)
    monkeypatch.setattr("treaty.pilot.suggesting.leaks.left_out", lambda column: "")
    dice = random.Random(seed)
    lake = given(tmp_path, NOON, **laid(with_places(company(dice), dice)))
    leads = counting.first_acts(lake)
    people = lake.fetch(leads.order_by("person_id"))["person_id"].to_numpy()
    fields = fields_of(people, lake.fetch(counting.values(lake, leads)))
    won = np.arange(len(people)) % 2 == 0
    told = judged(fields, won, np.zeros(len(people), np.int64))
    found = matrix(ASKED, counts_of(lake, leads, people), fields, told.bins, len(people))
    assert len(found.signals) > 5
    assert any(one.field for one in found.signals)
    conditions = {str(at): one.condition for at, one in enumerate(found.signals)}
    span = (NOW - 100 * DAY, NOW)
    rows = lake.fetch(belonging.holding(lake, replace(DOCUMENT, lists={}), leads, conditions, span)).to_pylist()
    held = {(row["name"], row["person_id"]) for row in rows}
    for at, signal in enumerate(found.signals):
        ours = set(people[found.holds[at]].tolist())
        assert ours == {person for name, person in held if name == str(at)}, signal.says


def rows_of(**more):
    """Ada was called ten days ago; a deal of Ben's was opened, whom nobody had seen; Cleo was never worked."""
    people = [{"person_id": n, "account_id": 1, "is_visitor": False} for n in (1, 2, 3)]
    seen = {"kind": "view", "known_us": NOW - 20 * DAY, "occurred_us": NOW - 20 * DAY}
    return {
        "people": people,
        "sources": SOURCES,
        "touches": [seen | {"touch_id": 1, "seen_as_id": 1}, seen | {"touch_id": 2, "seen_as_id": 3}],
        "leads": [{"lead_id": 1, "person_id": 1}, {"lead_id": 2, "person_id": 2}],
        "activities": [{"activity_id": 1, "person_id": 1, "direction": "out", "kind": "call", "occurred_us": NOW - 10 * DAY}],
        "opportunities": [
            {"opportunity_id": n, "key": f"d{n}", "lead_id": n, "outcome": outcome, "opened_us": NOW - 8 * DAY, "closed_us": NOW - DAY,
             "received_us": NOW}
            for n, outcome in ((1, "won"), (2, "lost"))
        ],
    } | more  # fmt: skip


def test_the_moment_is_the_first_time_sales_acted_and_only_who_was_seen_before_is_compared(tmp_path):
    lake = given(tmp_path, NOON, **rows_of())
    acts = counting.first_acts(lake)
    told = {row["person_id"]: row["at_us"] for row in lake.fetch(acts).to_pylist()}
    assert told == {1: NOW - 10 * DAY, 2: NOW - 8 * DAY}
    assert lake.fetch(counting.ended(lake, acts, [])).to_pylist() == [{"person_id": 1, "at_us": NOW - 10 * DAY, "won": True}]


def test_what_was_known_later_does_not_count_but_is_seen_to_be_later(tmp_path):
    fact = {"subject": "person", "stated_of_id": 1, "field": "budget", "text": "large", "source_id": 1, "assumed": False}
    facts = [fact | {"fact_id": 1, "occurred_us": NOW - 12 * DAY, "known_us": NOW - 4 * DAY}]
    touches = [
        {"touch_id": 1, "seen_as_id": 1, "kind": "view", "occurred_us": NOW - 12 * DAY, "known_us": NOW - 12 * DAY},
        {"touch_id": 2, "seen_as_id": 1, "kind": "view", "occurred_us": NOW - 12 * DAY, "known_us": NOW - 9 * DAY},
    ]
    lake = given(tmp_path, NOON, **rows_of(facts=facts, touches=touches))
    leads = counting.first_acts(lake)
    [value] = lake.fetch(counting.values(lake, leads)).to_pylist()
    assert (value["text"], value["first_us"]) == (None, NOW - 4 * DAY)
    [counts] = lake.fetch(counting.own_touches(counting.before(lake, leads))).to_pylist()
    assert (counts["n_"], counts["n_7"], counts["n_14"]) == (1, 1, 1)


def test_what_no_clause_can_name_is_not_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr("treaty.pilot.suggesting.asked.LEAST", 1)
    touch = {"seen_as_id": 1, "occurred_us": NOW - 20 * DAY, "known_us": NOW - 20 * DAY}
    said = [("view", "/pricing/kit"), ("Odd Kind!", "/pricing"), ("view", "/" + "x" * 600)]
    touches = [touch | {"touch_id": at, "kind": kind, "path": path} for at, (kind, path) in enumerate(said)]
    lake = given(tmp_path, NOON, **rows_of(touches=touches))
    asked = counted_of(lake, counting.before(lake, counting.first_acts(lake)))
    assert [one.name for one in asked.values()] == ["view", "view /pricing", "anybody at the account", "view at the account"]
