"""A number against its own past, on hand-written records: what was usual, what is judged, what is called a change, what is too little."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

import pytest

from tests.funnel.test_chances import binomial, fisher
from tests.plan.frames import frame as framed
from treaty.engine.periods import Period, containing
from treaty.funnel import changes
from treaty.funnel.changes import Look
from treaty.moments import to_us

NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)
AUGUST = containing(date(2026, 8, 1), "month", "Europe/Berlin")


def us(month, day):
    return to_us(datetime(2026, month, day, 12, tzinfo=UTC))


def decided(by_month, channel="email", start=0):
    """{month: (won, lost)} as opportunities of 100 euros each, opened ten days before the 15th."""
    numbers, rows = count(start), []
    for month, (won, lost) in by_month.items():
        for outcome in ["won"] * won + ["lost"] * lost:
            number = next(numbers)
            rows.append(
                {
                    "opportunity_id": number, "lead_id": number, "outcome": outcome, "opened_us": us(month, 5), "closed_us": us(month, 15),
                    "amount": Decimal(100), "currency": "EUR", "channel": channel,
                }
            )  # fmt: skip
    return rows


def of(rows, at=NOW, **more):
    leads = [{"lead_id": row["lead_id"], "channel": row["channel"]} for row in rows]
    return framed(at=at, opportunities=[{k: v for k, v in row.items() if k != "channel"} for row in rows], leads=leads, **more)


STEADY = dict.fromkeys(range(2, 8), (6, 6))


def one(frame, name, period=AUGUST, **more):
    ((found,),) = changes.changes(frame, [Look(name)], period, **more)
    return found


def test_a_share_is_held_against_all_cases_of_the_six_months_before():
    """72 decided from February to July, half won. In August 2 of 20: the exact chance of that."""
    found = one(of(decided(STEADY | {8: (2, 18)})), "win_rate")
    assert (found.now.figure, found.usual, found.periods) == (Decimal("0.1"), Decimal("0.5"), 6)
    assert found.chance == pytest.approx(float(fisher(2, 20, 36, 72)), rel=1e-6)
    assert found.is_flagged
    assert not found.is_up


def test_a_share_within_chance_is_as_usual():
    found = one(of(decided(STEADY | {8: (9, 11)})), "win_rate")
    assert (found.is_flagged, found.lack) == (False, "")
    assert found.chance > 0.5


@pytest.mark.parametrize(
    ("months", "lack"),
    [
        (STEADY | {8: (2, 3)}, "few"),
        (dict.fromkeys(range(2, 8), (1, 0)) | {8: (20, 20)}, "few before"),
        ({6: (9, 9), 7: (9, 9), 8: (20, 20)}, "few periods"),  # May was empty: June may have begun in the middle
    ],
)
def test_too_little_is_said_not_judged(months, lack):
    found = one(of(decided(months)), "win_rate")
    assert (found.lack, found.chance, found.is_flagged) == (lack, None, False)


def test_a_count_is_by_working_day_and_months_without_records_do_not_count():
    """Nothing was recorded before March, and March may have begun in the middle: April to July remain, with 22, 21, 22 and 23
    working days, twelve lost in each; August has 21."""
    found = one(of(decided(dict.fromkeys(range(3, 8), (0, 12)) | {8: (0, 30)})), "deals_lost")
    assert found.periods == 4
    assert found.usual == (Decimal(48) / 88 * 21).quantize(Decimal("0.1"))
    assert found.chance == pytest.approx(binomial(30, 48, 21 / 109), rel=1e-6)
    assert found.is_flagged
    assert found.is_up


def test_what_is_gone_is_a_count_of_nothing():
    rows = decided(dict.fromkeys(range(2, 8), (0, 20)), "fair") + decided(dict.fromkeys(range(2, 9), (0, 15)), start=1000)
    (found,) = changes.changes(of(rows), [Look("deals_lost", "channel")], AUGUST)
    by_channel = {change.now.value: change for change in found}
    assert (by_channel["fair"].now.figure, by_channel["fair"].is_flagged) == (Decimal(0), True)
    assert by_channel["email"].is_flagged is False


def test_amounts_need_six_months_and_are_held_against_their_spread():
    worth = {2: 10, 3: 12, 4: 11, 5: 9, 6: 10, 7: 11, 8: 40}
    found = one(of(decided({month: (n, 0) for month, n in worth.items() if month > 2})), "revenue_closed")
    assert (found.lack, found.periods) == ("few periods", 4)  # February was empty, so March may have begun in the middle
    found = one(of(decided({month: (n, 0) for month, n in worth.items()})), "revenue_closed")
    assert found.usual == Decimal("1050.0000")  # 9 and 12 are left out: 10, 10, 11 and 11 hundred
    assert (found.is_flagged, found.is_up) == (True, True)


def test_a_month_that_runs_and_a_young_cohort_wait():
    frame = of(decided(STEADY | {8: (9, 9), 9: (9, 9)}))
    september = frame.containing(date(2026, 9, 1), "month")
    assert one(frame, "deals_lost", september).lack == "running"
    assert one(frame, "revenue_closed", september).lack == "running"
    assert one(frame, "win_rate", september).lack == ""  # a share may be held against its past while the month runs
    assert one(frame, "win_rate_of_created", AUGUST).lack == "young"
    assert one(frame, "open_pipeline", AUGUST).lack == "now"


def test_a_stretch_that_is_no_period_of_the_calendar_has_no_past():
    frame = of(decided(STEADY))
    stretch = Period("day", date(2026, 3, 1), date(2026, 8, 1), "Europe/Berlin")
    assert one(frame, "win_rate", stretch).lack == "odd period"
    assert changes.earlier(frame, stretch, 3) == []


def test_periods_before_follow_each_other():
    frame = of([])
    assert [period.first_on.month for period in changes.earlier(frame, AUGUST, 3)] == [5, 6, 7]


def test_all_numbers_looked_at_together_are_corrected_for_being_many():
    """Alone, 5 won of 20 against 36 of 72 has a chance of 7 of 100 and would be called a change at 10. Beside nine channels
    that are as ever, its bar is 1 of 100."""
    alone = decided(STEADY | {8: (5, 15)})
    frame = of(alone + [row for n in range(9) for row in decided(STEADY | {8: (10, 10)}, f"c{n}", 1000 * (n + 1))])
    (lone,) = changes.changes(of(alone), [Look("win_rate", "channel")], AUGUST)
    (all_,) = changes.changes(frame, [Look("win_rate", "channel")], AUGUST)
    assert [change.is_flagged for change in lone] == [True]
    assert len(all_) == 10
    assert changes.flagged([all_]) == []
    assert changes.keyed(all_)["", "email"].chance == lone[0].chance
