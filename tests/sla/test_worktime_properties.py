"""The clock against an independent model, and laws that must hold for every history (reliability, invariants 12 and 13)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sla import brute, cases
from treaty.cli.worktime import answer
from treaty.sla.calendars import read_calendar
from treaty.sla.worktime import EARLIEST, always, due_after_days, due_at, elapsed, is_working, next_opening, working

NEVER = datetime.max.replace(tzinfo=UTC)
VIEWS = [
    (brute.Window(int(datetime(year, month, day, tzinfo=UTC).timestamp()), cases.IN_VIEW * brute.DAY), zones)
    for year, month, day, zones in (
        (2025, 3, 5, ("America/New_York", "Europe/London")),  # clocks go forward on 9 March, in London on 30 March
        (2025, 10, 22, ("Europe/Berlin", "Asia/Kathmandu")),  # back on 26 October
        (2011, 12, 25, ("Pacific/Apia", "Australia/Lord_Howe")),  # 30 December left out
    )
]
SPARSE = brute.Window(int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()), 1200 * 96, tick=900)
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def both(window, row, book):
    return answer(row, {name: read_calendar(value) for name, value in book.items()}), brute.answer(window, row, book)


@quick
@given(rng=st.randoms(use_true_random=False), view=st.sampled_from(VIEWS))
def test_it_agrees_with_a_model_that_counts_every_second(rng, view):
    window, zones = view
    book = cases.book(rng, window, zones)
    said, expected = both(window, cases.row(rng, window, book), book)
    assert brute.agree(window, said, expected), f"said {said}, the model {expected}"


@settings(quick, max_examples=20)
@given(seed=st.integers(0, 2**32), tz=st.sampled_from(("Europe/Berlin", "Asia/Kathmandu")))
def test_it_gives_up_after_366_days_without_hours_as_the_model_does(seed, tz):
    rng = Random(seed)
    book = cases.sparse_book(rng, SPARSE, tz)
    said, expected = both(SPARSE, cases.sparse_row(rng, SPARSE), book)
    assert brute.agree(SPARSE, said, expected), f"said {said}, the model {expected}"


moments = st.integers(cases.FROM, cases.FROM + 60 * brute.DAY).map(lambda second: datetime.fromtimestamp(second, UTC))
pauses = st.lists(st.tuples(moments, st.none() | moments).filter(lambda p: p[1] is None or p[0] <= p[1]), max_size=3)
budgets = st.integers(0, 200 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@st.composite
def calendars(draw, tz=None):
    """Any calendar of one of the zones, its days around the moments above."""
    rng, zone = draw(st.randoms(use_true_random=False)), tz or draw(st.sampled_from(cases.ZONES))
    return read_calendar(cases.calendar(rng, zone, brute.Window(cases.FROM, 60 * brute.DAY)))


@st.composite
def histories(draw):
    return ((EARLIEST, draw(calendars())), *draw(st.lists(st.tuples(moments, calendars()), max_size=2)))


@quick
@given(start=moments, budget=budgets, history=histories(), paused=pauses)
def test_due_and_elapsed_are_inverse(start, budget, history, paused):
    due = due_at(start, budget, history, paused)
    if due is not None:
        assert elapsed(start, due, history, paused) == budget
        assert due == start or elapsed(start, due - timedelta(seconds=1), history, paused) < budget  # and it is the earliest


@quick
@given(start=moments, budget=budgets, more=budgets, history=histories(), paused=pauses, further=pauses)
def test_more_budget_or_more_pause_is_never_due_earlier(start, budget, more, history, paused, further):
    due = due_at(start, budget, history, paused) or NEVER
    assert due <= (due_at(start, budget + more, history, paused) or NEVER)
    assert due <= (due_at(start, budget, history, paused + further) or NEVER)


@quick
@given(start=moments, days=st.integers(0, 20), calendar=calendars(), paused=pauses, further=pauses)
def test_more_days_or_more_pause_never_end_earlier(start, days, calendar, paused, further):
    due = due_after_days(start, days, always(calendar), paused) or NEVER
    assert due <= (due_after_days(start, days + 1, always(calendar), paused) or NEVER)
    assert due <= (due_after_days(start, days, always(calendar), paused + further) or NEVER)


@quick
@given(parts=st.tuples(moments, moments, moments).map(sorted), history=histories(), paused=pauses)
def test_elapsed_adds_up_and_is_never_negative_nor_more_than_wall_time(parts, history, paused):
    first, middle, last = parts
    whole = elapsed(first, last, history, paused)
    assert whole == elapsed(first, middle, history, paused) + elapsed(middle, last, history, paused)
    assert timedelta() <= whole <= last - first
    assert elapsed(last, first, history, paused) == timedelta()


@quick
@given(start=moments, end=moments, history=histories(), paused=pauses)
def test_stretches_are_in_order_apart_and_sum_to_what_elapsed(start, end, history, paused):
    spans = list(working(start, end, history, paused))
    assert all(opens < closes for opens, closes in spans)
    assert all(one.closes_at < other.opens_at for one, other in pairwise(spans))
    assert sum((closes - opens for opens, closes in spans), timedelta()) == elapsed(start, end, history, paused)


@quick
@given(moment=moments, history=histories(), paused=pauses)
def test_it_works_at_a_moment_exactly_when_the_next_opening_is_now(moment, history, paused):
    opening = next_opening(moment, history, paused)
    assert is_working(moment, history, paused) == (opening == moment)
    assert opening is None or (opening >= moment and is_working(opening, history, paused))


def test_the_comparison_itself_can_fail():
    """The twin of the first test: an answer that is one second off must not pass for the model's."""
    window, _ = VIEWS[0]
    book = {"c": {"tz": "UTC", "week": {day: ["09:00-17:00"] for day in brute.DAYS}}}
    row = {"kind": "due", "calendar": "c", "start": "2025-03-10T10:00:00Z", "duration_s": "3600", "pauses_utc": "", "changes_utc": ""}
    assert brute.agree(window, "2025-03-10T11:00:00Z", brute.answer(window, row, book))
    assert not brute.agree(window, "2025-03-10T11:00:01Z", brute.answer(window, row, book))
    assert not brute.agree(window, "NONE", brute.answer(window, row, book))
