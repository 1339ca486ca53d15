"""Figures are computed before a lake counts: a page's first look asks the lake for nothing."""

from datetime import timedelta

import ibis
import pytest

from tests.conftest import NOON
from treaty.engine import ahead
from treaty.engine.lake import folder, open_lake
from treaty.engine.measuring import forget, kept_rows
from treaty.funnel.frame import frame_of
from treaty.jobs.ahead import Asker
from treaty.jobs.lake import refresh
from treaty.plan.answers import answers
from treaty.plan.promises import promises
from treaty.plan.queries import goals, shared
from treaty.rhythm.queries import sync_of, week
from treaty.sla.actions import start
from treaty.truth.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def handed_over(world):
    start(world.handed_over(NOON, "ada@acme.example"))
    return world


def figures(lake, at):
    frame = frame_of(lake, at)
    assert frame is not None
    return goals(frame), shared(frame), promises(frame), answers(frame), week(frame, sync_of(frame, frame.today))


def without_its_files(home):
    """The lake's newest snapshot, of which no table can be read any more."""
    lake = open_lake(home)
    for path in folder(home).glob("*.parquet"):
        path.unlink()
    return lake


def test_the_first_look_finds_every_figure_ready(handed_over, tmp_path):
    refresh(at=NOON, where=tmp_path)
    forget()
    asked = figures(open_lake(tmp_path), LATER)
    refresh(at=LATER, where=tmp_path, ask=Asker(lambda: LATER, most=3))
    assert figures(without_its_files(tmp_path), LATER) == asked


def test_without_the_answers_the_lake_is_asked(handed_over, tmp_path):
    """The twin: it shows that the test above can fail."""
    refresh(at=NOON, where=tmp_path)
    with pytest.raises(Exception, match="No files found"):
        figures(without_its_files(tmp_path), LATER)


def test_what_changed_since_is_never_answered_from_before(handed_over, tmp_path):
    def people():
        lake = open_lake(tmp_path)
        return kept_rows(lake, ("people",), lambda: lake.table("people").count().as_table())

    def ask(lake):
        with ahead.noting(lake.folder, lake.manifest.space):
            kept_rows(lake, ("people",), lambda: lake.table("people").count().as_table())

    refresh(at=NOON, where=tmp_path, ask=ask)
    before = people()
    Person.objects.create(made_at=NOON)
    refresh(at=NOON + timedelta(minutes=1), where=tmp_path)
    [(name, count)] = before[0].items()
    assert people() == [{name: count + 1}]


def test_answers_asked_together_are_found_by_the_name_of_each(handed_over, tmp_path):
    """The keeper asked for three; who wants two of them in another order, or one more, asks for no more than that one."""
    asked = []

    def doubled(lake, *numbers):
        def make(keys):
            asked.append([number for _, number in keys])
            one = lake.table("people").agg(n=lambda t: t.count())
            return ibis.union(*(one.select(part=ibis.literal(place), twice=ibis.literal(2 * n)) for place, (_, n) in enumerate(keys)))

        return [answer.to_pylist() for answer in lake.answers([("twice", number) for number in numbers], make)]

    def ask(lake):
        with ahead.noting(lake.folder, lake.manifest.space):
            doubled(lake, 1, 2, 3)

    refresh(at=NOON, where=tmp_path, ask=ask)
    assert doubled(open_lake(tmp_path), 3, 1) == [[{"twice": 6}], [{"twice": 2}]]
    assert doubled(open_lake(tmp_path), 4, 2, 5) == [[{"twice": 8}], [{"twice": 4}], [{"twice": 10}]]
    assert asked == [[1, 2, 3], [4, 5]]


def test_the_answers_are_there_before_the_lake_counts(handed_over, tmp_path):
    refresh(at=NOON, where=tmp_path)
    Person.objects.create(made_at=NOON)
    seen = []
    refresh(at=NOON, where=tmp_path, ask=lambda lake: seen.append((lake.version, open_lake(tmp_path).version)))
    assert seen == [(open_lake(tmp_path).version, open_lake(tmp_path).version - 1)]


def test_a_figure_that_fails_does_not_hold_the_lake_up(handed_over, tmp_path, caplog):
    def no_clock():
        raise RuntimeError("the clock stands still")

    made = refresh(at=NOON, where=tmp_path, ask=Asker(no_clock))
    assert open_lake(tmp_path).version == made.version
    assert "figures could not be computed ahead" in caplog.text


def test_answers_of_old_versions_are_removed(handed_over, tmp_path):
    for minute in range(4):
        Person.objects.create(made_at=NOON)
        refresh(at=NOON + timedelta(minutes=minute), where=tmp_path, ask=Asker(lambda: LATER, most=3))
    assert len(list(folder(tmp_path).glob("ahead-*.arrow"))) == 2


def test_a_damaged_file_of_answers_is_passed_over(handed_over, tmp_path):
    refresh(at=NOON, where=tmp_path, ask=Asker(lambda: LATER, most=3))
    [path] = folder(tmp_path).glob("ahead-*.arrow")
    path.write_bytes(b"ARROW1 and then nothing")
    assert figures(open_lake(tmp_path), LATER)
