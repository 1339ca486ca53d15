"""The digest says what Home says."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests.conftest import NOON
from treaty.engine.lake import open_lake
from treaty.funnel.frame import frame_of
from treaty.jobs.lake import refresh
from treaty.notify import digest
from treaty.notify.rules import Kind
from treaty.plan.queries import goals


def test_without_figures_there_is_none(world, tmp_path, monkeypatch):
    monkeypatch.setattr(digest, "home", lambda: tmp_path)
    assert digest.digest_of("day", str, at=NOON) is None


def test_it_has_a_line_for_each_goal_and_the_same_figures(world, tmp_path, monkeypatch):
    monkeypatch.setattr(digest, "home", lambda: tmp_path)
    for n in range(3):
        world.handed_over(NOON, f"p{n}@acme.example")
    refresh(at=NOON, where=tmp_path)
    said = digest.digest_of("week", lambda path: f"https://treaty.example{path}", at=NOON)
    assert (said.kind, said.headline) == (Kind.DIGEST, "Halden Instruments, sales and marketing: the week up to 10 March 2026")
    assert said.sentences[0].startswith("3 leads became marketing qualified this month; ")
    found = goals(frame_of(open_lake(tmp_path), NOON))
    assert [field.name for field in said.fields] == [digest.name_of(one) for one in found]
    assert [field.value for field in said.fields] == [digest.stands(one, "EUR") for one in found]
    assert [link.href for link in said.links] == ["https://treaty.example/", "https://treaty.example/week/"]


@pytest.mark.parametrize(
    ("figure", "unit", "said"),
    [
        (Decimal("412000.49"), "money", "412,000 EUR"),
        (Decimal("0.8042"), "share", "80.4 %"),
        (Decimal("3.25"), "hours", "3.2 h"),
        (Decimal("1200"), "count", "1,200"),
        (None, "money", "nothing measured yet"),
    ],
)
def test_figures_are_written_by_their_unit(figure, unit, said):
    assert digest.written(figure, unit, "EUR") == said


def test_a_goal_says_whose_part_it_is_where_it_stands_and_what_was_due():
    goal = SimpleNamespace(measure="revenue_closed", where=SimpleNamespace(source="marketing", segment="dach"))
    pace = SimpleNamespace(expected=Decimal(300))
    period = SimpleNamespace(per="quarter", first_on=date(2026, 1, 1))
    found = SimpleNamespace(
        goal=goal, period=period, now=SimpleNamespace(figure=Decimal(250)), unit="money", pace=pace, bound=Decimal(900), is_most=False
    )
    assert digest.name_of(found) == "Revenue closed, marketing-sourced, dach, this quarter"
    assert digest.stands(found, "EUR") == "250 EUR, 300 EUR expected by now, target 900 EUR"
