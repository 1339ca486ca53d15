"""Two systems side by side: totals, differences and causes, against a plain loop over dicts."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import ibis
import pytest

from tests.conftest import NOON
from tests.funnel.fake_lake import FakeLake
from tests.often import often
from treaty.engine.days import day_number, month_of
from treaty.moments import from_us, to_us
from treaty.truth import comparing
from treaty.truth.comparing import CAUSES, WHATS, Comparison, Side

AT = to_us(NOON)
HOUR = 3_600_000_000
DAY = 24 * HOUR
OLD = AT - 40 * DAY
KINDS = ("person", "account", "opportunity")
CRM, MAP = Side(1, HOUR), Side(2, HOUR)


def deal(record_id, source_id, opportunity_id, stage="proposal", amount="100", currency="EUR", **more):
    given = {"outcome": "open", "at_us": to_us(datetime(2026, 4, 15, tzinfo=UTC)), "changed_us": OLD, "is_merged": False}
    return {
        "record_id": record_id, "source_id": source_id, "kind": "opportunity", "opportunity_id": opportunity_id, "stage": stage,
        "amount": None if amount is None else Decimal(amount), "currency": currency, **given, **more,
    }  # fmt: skip


def person(record_id, source_id, person_id, stage="lead", **more):
    return deal(record_id, source_id, None, stage, None, "", kind="person", person_id=person_id, **more)


def account(record_id, source_id, account_id, **more):
    return deal(record_id, source_id, None, "", None, "", kind="account", account_id=account_id, **more)


def causes(lake, what, here=CRM, there=MAP):
    """{(record here, record there): cause} of the pairs that differ."""
    rows = lake.fetch(comparing.differing(lake, Comparison(here, there, what, AT))).to_pylist()
    return {(row["record_id_here"], row["record_id_there"]): row["cause"] for row in rows}


def test_each_cause_of_amounts_is_named():
    lake = FakeLake(
        system_records=[
            *(deal(1, 1, 1), deal(101, 2, 1)),  # alike
            deal(2, 1, 2),
            deal(103, 2, 3),
            *(deal(4, 1, 4), deal(104, 2, 4, "negotiation")),
            *(deal(5, 1, 5), deal(105, 2, 5, amount="90")),
            *(deal(6, 1, 6), deal(106, 2, 6, amount="90", currency="USD")),
            *(deal(7, 1, 7), deal(107, 2, 7, gone_us=OLD)),
            *(deal(8, 1, 8), deal(108, 2, 8), deal(109, 2, 8, amount="7")),  # there it is two records still
            *(deal(9, 1, 9), deal(110, 2, 9, gone_us=OLD, is_merged=True)),
            *(deal(10, 1, 10, changed_us=AT - HOUR + 1), deal(111, 2, 10, "negotiation")),
            *(deal(11, 1, 11, changed_us=AT - HOUR), deal(112, 2, 11, "negotiation")),  # an hour old is old enough
            *(deal(12, 1, 12, "closedwon", outcome="won"), deal(113, 2, 12, "Gewonnen", outcome="won")),  # won is won
            *(deal(13, 1, 13), deal(114, 2, 13, amount=None, currency="")),
        ]
    )
    assert causes(lake, "amounts_by_stage") == {
        (2, None): "only_here", (None, 103): "only_there", (4, 104): "stage", (5, 105): "amount", (6, 106): "currency",
        (7, None): "deleted", (None, 109): "merged", (9, None): "merged", (10, 111): "timing", (11, 112): "stage", (13, 114): "amount",
    }  # fmt: skip
    assert causes(lake, "opportunities") == {
        (2, None): "only_here", (None, 103): "only_there", (7, None): "deleted", (None, 109): "merged", (9, None): "merged",
    }  # fmt: skip


def test_a_month_is_that_of_the_close_and_a_date_is_the_same_everywhere():
    may = to_us(datetime(2026, 5, 1, tzinfo=UTC))
    lake = FakeLake(
        system_records=[
            *(deal(1, 1, 1, at_us=may), deal(101, 2, 1, at_us=may + 15 * HOUR)),  # the first of May, as a date and as a moment
            *(deal(2, 1, 2, at_us=may), deal(102, 2, 2, at_us=may - HOUR)),  # 23:00 of 30 April in London's winter, 19:00 in New York
            *(deal(3, 1, 3, at_us=None), deal(103, 2, 3, at_us=may)),
        ]
    )
    rows = lake.fetch(comparing.differing(lake, Comparison(CRM, MAP, "amounts_by_month", AT, "America/New_York"))).to_pylist()
    assert {(row["record_id_here"], row["cell_here"], row["cell_there"]): row["cause"] for row in rows} == {
        (2, str(2026 * 12 + 4), str(2026 * 12 + 3)): "period",
        (3, "", str(2026 * 12 + 4)): "period",
    }


def test_stages_are_compared_as_the_agreement_calls_them():
    mapped = Side(2, HOUR, (("mql", "marketing qualified"), ("sql", "sales qualified")))
    lake = FakeLake(
        people=[{"person_id": 1}, {"person_id": 2}, {"person_id": 3}, {"person_id": 4, "is_visitor": True}],
        leads=[
            {"lead_id": 1, "person_id": 1, "number": 1, "stage": "rejected", "stage_since_us": OLD},
            {"lead_id": 2, "person_id": 1, "number": 2, "stage": "marketing_qualified", "stage_since_us": OLD},
            {"lead_id": 3, "person_id": 2, "number": 1, "stage": "engaged", "stage_since_us": OLD},
            {"lead_id": 4, "person_id": 3, "number": 1, "stage": "engaged", "stage_since_us": OLD},
        ],
        system_records=[person(1, 2, 1, "MQL"), person(2, 2, 2, "Sql"), person(3, 2, 3, "Nurture")],
    )
    lake.rows["people"] = [{"is_visitor": False, **one} for one in lake.rows["people"]]
    assert causes(lake, "leads", Side(None), mapped) == {(2, 2): "stage", (3, 3): "unmapped"}
    assert causes(lake, "people", Side(None), mapped) == {}


def test_accounts_are_counted_as_they_are_known_today_and_each_cause_of_theirs_is_named():
    systems = [
        *(account(1, 1, 1), account(101, 2, 1)),  # alike
        account(2, 1, 2),
        account(103, 2, 3),
        *(account(4, 1, 4), account(104, 2, 4, gone_us=OLD)),
        *(account(5, 1, 5), account(6, 1, 5, gone_us=OLD, is_merged=True), account(105, 2, 5), account(106, 2, 5)),  # merged in one alone
        account(107, 2, 7, changed_us=AT - HOUR + 1),
    ]
    own = [{"account_id": number, "made_us": OLD, "merged_into_id": into} for number, into in ((1, None), (2, None), (5, None), (6, 5))]
    lake = FakeLake(system_records=systems, accounts=own)
    assert causes(lake, "accounts") == {
        (2, None): "only_here", (None, 103): "only_there", (4, None): "deleted", (None, 106): "merged", (None, 107): "timing",
    }  # fmt: skip
    assert causes(lake, "accounts", MAP, Side(None)) == {
        (103, None): "only_here", (106, None): "merged", (107, None): "only_here", (None, 2): "only_there",
    }  # fmt: skip
    assert causes(lake, "people") == causes(lake, "opportunities") == {}


@pytest.mark.parametrize("seed", range(often(1, 60)))
def test_causes_add_up_to_the_difference_and_are_what_a_plain_loop_says(seed):
    dice = random.Random(seed)
    stages = (("proposal", "proposal"), ("angebot", "proposal"), ("talks", "negotiation"))
    here, there = Side(1, dice.choice((0, HOUR)), dice.choice((None, stages))), Side(2, dice.choice((0, HOUR)), dice.choice((None, stages)))
    rows = [_random(dice, number) for number in range(1, dice.choice((0, 3, 80)))]
    lake = FakeLake(system_records=rows)
    for what in WHATS:
        comparison = Comparison(here, there, what, AT, "Europe/Berlin")
        expected = list(_plain(rows, comparison))
        found = lake.fetch(comparing.paired(lake, comparison)).to_pylist()
        assert sorted((row["record_id_here"] or 0, row["record_id_there"] or 0, row["cause"]) for row in found) == sorted(
            (a["record_id"] if a else 0, b["record_id"] if b else 0, cause) for a, b, cause in expected
        ), what
        _check_totals(lake, rows, comparison, expected)


def _check_totals(lake, rows, comparison, expected):
    """By cell, currency and cause both sides and the difference; over the causes, what each system has by itself."""
    found = lake.fetch(comparing.totals(lake, comparison)).to_pylist()
    sums = defaultdict(lambda: [0, Decimal(0), 0, Decimal(0)])
    alone = defaultdict(lambda: [0, Decimal(0), 0, Decimal(0)])
    for place, side in ((0, comparison.here), (2, comparison.there)):
        for row in rows:
            if _is_of(row, side, comparison) and row["gone_us"] is None:
                _add(alone[_cell(row, side, comparison)], place, row, comparison)
    for *pair, cause in expected:
        for place, (row, side) in zip((0, 2), zip(pair, (comparison.here, comparison.there), strict=True), strict=True):
            if row:
                _add(sums[*_cell(row, side, comparison), cause], place, row, comparison)
    scale = comparing.PLACES if comparison.what.startswith("amounts") else 1
    told = defaultdict(lambda: [0, Decimal(0), 0, Decimal(0)])
    for row in found:
        for place, side in ((0, "here"), (2, "there")):
            if row[f"records_{side}"]:
                one = told[row[f"cell_{side}"], row[f"currency_{side}"], row["cause"]]
                one[place] += row[f"records_{side}"]
                one[place + 1] += Decimal(row[f"units_{side}"]) / scale
    assert sum(row["pairs"] for row in found) == len(expected)
    assert dict(told) == dict(sums)
    over = defaultdict(lambda: [0, Decimal(0), 0, Decimal(0)])
    for (cell, currency, _cause), values in told.items():
        over[cell, currency] = [a + b for a, b in zip(over[cell, currency], values, strict=True)]
    assert dict(over) == dict(alone)
    for cell, (_, here, _, there) in over.items():
        explained = sum((v[1] - v[3] for (c, cur, cause), v in told.items() if (c, cur) == cell and cause), Decimal(0))
        assert explained == here - there  # what has no cause explains nothing


def _add(sums, place, row, comparison):
    sums[place] += 1
    sums[place + 1] += _value(row, comparison)


def _random(dice, number):
    of = dice.randrange(1, 40)
    kind = dice.choice(KINDS)
    return {
        "record_id": number,
        "source_id": dice.randrange(1, 4),
        "kind": kind,
        **{f"{name}_id": of if kind == name and dice.random() < 0.95 else None for name in KINDS},
        "stage": dice.choice(("Proposal", "proposal ", "Angebot", "talks", "new", "", None)),
        "outcome": dice.choice(("open", "open", "won", "lost", "", None)),
        "currency": dice.choice(("EUR", "EUR", "USD", "", None)),
        "amount": dice.choice((None, Decimal(0), Decimal("100.0001"), Decimal("100.0001"), Decimal(-3), Decimal("99999999999999"))),
        "at_us": dice.choice((None, OLD, OLD + 20 * DAY, OLD // DAY * DAY)),
        "changed_us": dice.choice((OLD, OLD, OLD, AT - HOUR, AT - HOUR + 1, None)),
        "gone_us": dice.choice((None, None, None, None, OLD, AT - 5)),
        "is_merged": dice.random() < 0.5,
    }


def _is_of(row, side, comparison):
    kind = {"people": "person", "leads": "person", "accounts": "account"}.get(comparison.what, "opportunity")
    return row["source_id"] == side.source_id and row["kind"] == kind


def _plain(rows, comparison):
    """(record here, record there, cause) of every pair, by loops."""
    subjects = defaultdict(lambda: {"here": [], "there": [], "gone here": [], "gone there": []})
    for name in ("here", "there"):
        for row in rows:
            if _is_of(row, getattr(comparison, name), comparison):
                of = row["person_id"] or row["account_id"] or row["opportunity_id"]
                if row["gone_us"] is None:
                    subjects[of or ("none", row["record_id"])][name].append(row)
                elif of:
                    subjects[of][f"gone {name}"].append(row)
    for one in subjects.values():
        for place in range(max(len(one["here"]), len(one["there"]))):
            a, b = (dict(enumerate(one[name])).get(place) for name in ("here", "there"))
            yield a, b, _plain_cause(a, b, one, comparison)


def _plain_cause(a, b, one, comparison):
    both = ((a, comparison.here), (b, comparison.there))
    cells = [_cell(row, side, comparison) if row else None for row, side in both]
    values = [_value(row, comparison) if row else 0 for row, _ in both]
    if not any(values) or (values[0] == values[1] and cells[0] == cells[1]):
        return ""
    gone = one["gone here"] if a is None else one["gone there"]
    changed = [(row["changed_us"] or 0) if row else max((g["gone_us"] for g in gone), default=0) for row, _ in both]
    if changed[0] > AT - comparison.there.limit_us or changed[1] > AT - comparison.here.limit_us:
        return "timing"
    if a is None or b is None:
        if (one["here"] and one["there"]) or any(g["is_merged"] for g in gone):
            return "merged"
        return "deleted" if gone else "only_there" if a is None else "only_here"
    if all(values) and cells[0][1] != cells[1][1]:
        return "currency"
    if cells[0][0] != cells[1][0]:
        if comparison.what == "amounts_by_month":
            return "period"
        return "stage" if all(_mapped(row, side)[1] for row, side in both) else "unmapped"
    return "amount"


def _value(row, comparison):
    return (row["amount"] or Decimal(0)) if comparison.what.startswith("amounts") else Decimal(1)


def _mapped(row, side):
    if row["outcome"] in ("won", "lost"):
        return row["outcome"], True
    stage = (row["stage"] or "").strip().lower()
    return (stage, True) if side.stages is None else (dict(side.stages).get(stage, stage), stage in dict(side.stages))


def _cell(row, side, comparison):
    """(stage, month or nothing, currency)."""
    if comparison.what in ("people", "accounts", "opportunities"):
        return "", ""
    if comparison.what == "leads":
        return _mapped(row, side)[0], ""
    currency = (row["currency"] or "") if row["amount"] else ""
    if comparison.what == "amounts_by_stage":
        return _mapped(row, side)[0], currency
    if row["at_us"] is None:
        return "", currency
    at = from_us(row["at_us"])
    on = at.date() if row["at_us"] % DAY == 0 else at.astimezone(ZoneInfo(comparison.zone)).date()
    return str(on.year * 12 + on.month - 1), currency


def test_a_month_of_a_day_is_that_of_the_calendar():
    days = [date(1990, 1, 1) + timedelta(days=number) for number in range(0, 26_000, 13)] + [date(2024, 2, 29), date(1970, 1, 1)]
    rows = ibis.memtable({"on": days})
    found = ibis.duckdb.connect().to_pyarrow(rows.select("on", month=month_of(day_number(rows.on)))).to_pylist()
    assert [row["month"] for row in found] == [day.year * 12 + day.month - 1 for day in days]


def test_every_cause_is_named_once():
    assert len(set(CAUSES)) == len(CAUSES) == 10
