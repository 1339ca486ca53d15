"""Which stretch of time an address chooses, and which are beside it; Monday 9 March 2026."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plan.frames import frame
from tests.world import HALDEN
from treaty import web
from treaty.web.pages.chosen import WHEN, when_of
from treaty.web.pages.funnel.view import TIMES, period_when

APRIL = HALDEN.replace('starts: "01-01"', 'starts: "04-01"')


def when(text="", *, of=None, known=WHEN, **more):
    made = of or frame()
    return when_of(SimpleNamespace(request=SimpleNamespace(GET={"when": text} if text else {})), made, known, **more)


def days(found):
    return f"{found.period.first_on} to {found.period.last_on}"


@pytest.mark.parametrize(
    ("text", "key", "means"),
    [
        ("", "quarter", "2026-01-01 to 2026-03-31"),
        ("last_month", "last_month", "2026-02-01 to 2026-02-28"),
        ("2024-Q3", "2024-Q3", "2024-07-01 to 2024-09-30"),
        ("2019-11", "2019-11", "2019-11-01 to 2019-11-30"),
        ("2023", "2023", "2023-01-01 to 2023-12-31"),
        ("2025-Q4", "last_quarter", "2025-10-01 to 2025-12-31"),  # what the page offers by a name of its own
        ("2026-Q2", "quarter", "2026-01-01 to 2026-03-31"),  # has not begun
        ("1989", "quarter", "2026-01-01 to 2026-03-31"),
        ("2026-13", "quarter", "2026-01-01 to 2026-03-31"),
        ("summer", "quarter", "2026-01-01 to 2026-03-31"),
    ],
)
def test_an_address_means_these_days(text, key, means):
    found = when(text)
    assert (found.key, days(found)) == (key, means)
    assert found.key in found.options


def test_quarters_and_years_are_those_of_the_agreement():
    """In a fiscal year that begins in April, March 2026 is in the last quarter of 2025."""
    made = frame(text=APRIL)
    assert days(when("2024", of=made)) == "2024-04-01 to 2025-03-31"
    assert days(when("2024-Q1", of=made)) == "2024-04-01 to 2024-06-30"


def beside(found):
    return [(one.value, one.words) for one in found.beside]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("", [("last_quarter", "← October to December 2025")]),  # nothing after the one that runs
        ("last_quarter", [("2025-Q3", "← July to September 2025"), ("", "January to March →")]),
        ("2025-Q3", [("2025-Q2", "← April to June 2025"), ("last_quarter", "October to December 2025 →")]),
        ("year", [("2025", "← 2025")]),
        ("2025", [("2024", "← 2024"), ("year", "2026 →")]),
        ("1990", [("1991", "1991 →")]),
    ],
)
def test_the_periods_beside_are_a_link_away(text, links):
    assert beside(when(text)) == links


def test_the_funnel_has_its_own_names_and_the_same_links():
    assert beside(when("twelve", known=TIMES, meant=period_when)) == []
    assert beside(when("2025-12", known=TIMES, meant=period_when)) == [("2025-11", "← Nov\N{NO-BREAK SPACE}2025"), ("2026-01", "January →")]
    assert days(when("2025", known=TIMES, meant=period_when)) == "2025-01-01 to 2025-12-31"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["month", "quarter", "year"]), st.integers(0, 20), st.booleans())
def test_going_back_and_forth_is_where_one_was(start, steps, in_april):
    made = frame(text=APRIL if in_april else HALDEN)
    seen = [when(start, of=made)]
    for _ in range(steps):
        seen.append(when(seen[-1].beside[0].value, of=made))
    for found in reversed(seen[:-1]):
        after = when(when(seen.pop().key, of=made).beside[-1].value, of=made)
        assert days(after) == days(found)


def test_the_links_to_them_are_laid_out_by_their_own_rule_alone():
    """On wide pages they stood above each other: another page's rule for the same class came later."""
    page = Path(web.__file__).parent
    (name,) = re.findall(r'<nav class="(\w+)" aria-label="The periods', (page / "templates/treaty/parts/filters.html").read_text())
    ruled = [line for sheet in (page / "static/treaty").glob("*.css") for line in sheet.read_text().splitlines() if f".{name} " in line]
    assert len(ruled) == 1
    assert ruled[0].strip().startswith(f".filters .{name} {{ display: flex; flex-wrap: wrap;")
