"""What a replay finds beside what was judged live: the same people at the same moments, and each difference with its cause."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.conftest import NOON
from tests.world import HALDEN, signed
from treaty.agreement.canonical import hash_of
from treaty.agreement.document import load
from treaty.agreement.models import InForce, Version
from treaty.demo.run import build
from treaty.engine.lake import open_lake
from treaty.jobs.lake import refresh
from treaty.moments import from_us
from treaty.pilot import entries
from treaty.pilot.backtest import backtest
from treaty.pilot.replayed import of_draft, of_version
from treaty.qualification import admission
from treaty.qualification.actions import judge
from treaty.truth.actions import absorb
from treaty.truth.models import Person, StageMove
from treaty.truth.records import PersonRef, TouchRecord

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SHORTCUT = "      - touches: {kind: demo_request}\n"
VIEWS = HALDEN.replace(SHORTCUT, SHORTCUT + "      - touches: {kind: page_view, at_least: 2, within: 90 days}\n")


def replayed(version, home, at):
    """{person: the moment} of a version over the lake as of a moment."""
    refresh(at=at, where=home)
    lake, one = open_lake(home), of_version(version)
    rows = lake.fetch(entries.entered(lake, one, entries.span_of(lake))).to_pylist()
    return {row["person_id"]: from_us(row["at_us"]) for row in rows}


def moved(stage="marketing_qualified"):
    """{person: when they were first moved there by a definition}."""
    rows = StageMove.objects.filter(to_stage=stage, how="definition", withdrawn_at=None).order_by("-at").values_list("lead__person", "at")
    return dict(rows)


def test_a_company_that_lived_under_one_version_is_replayed_to_the_microsecond(tmp_path):
    """With touches known late, employees known later, records merged and people who left: see `demo.hidden.Dirt`."""
    build(leads=60, seed=5, today=date(2026, 11, 21), days=90, progress=lambda *_: None)
    at = datetime(2026, 11, 21, 9, tzinfo=UTC)
    found, lived = replayed(Version.objects.get(), tmp_path, at), moved()
    assert len(lived) > 5
    assert found == lived


def views(world, email, at, n=2):
    for place in range(n):
        when = at + place * timedelta(minutes=1)
        record = TouchRecord(ref=PersonRef(email=email), kind="page_view", occurred_at=when, known_at=when, message_id=f"{email} {when}")
        absorb([record], source=world.source, received_at=when)
        judge([Person.objects.get(email=email).pk], at=when)


def second_version(world, starts_at):
    """Two looks at any page are enough from then on; both have signed."""
    raw = signed(VIEWS)
    by, proposed = world.mira, starts_at - DAY
    version = Version.objects.create(number=2, text=VIEWS, signed_bytes=raw, hash=hash_of(raw), proposed_by=by, proposed_at=proposed)
    InForce.objects.update(ends_at=starts_at)
    InForce.objects.create(version=version, applies_to="everyone", starts_at=starts_at)
    return version


def test_after_a_change_of_version_who_qualified_before_it_is_let_in_later(world, tmp_path):
    """Ben looked twice two days before version 2 took effect, Cleo two days after. The replay finds both when they looked; live Cleo
    moves then, and Ben is let in by the first admission. Before the change the back-test says so: one person on day one."""
    ben, cleo = (world.person(f"{name}@acme.example", name=name) for name in ("ben", "cleo"))
    views(world, ben.email, NOON - 5 * DAY)
    looked = NOON - 5 * DAY + timedelta(minutes=1)
    refresh(at=NOON - 4 * DAY, where=tmp_path)
    ahead = backtest(open_lake(tmp_path), of_draft(load(VIEWS).terms), of_version(world.version))
    assert (ahead.new.all.people, ahead.old.all.people, ahead.on_day_one) == (1, 0, 1)

    version = second_version(world, NOON - 3 * DAY)
    judge([ben.pk], at=NOON - 2 * DAY)
    views(world, cleo.email, NOON - DAY)
    assert moved() == {cleo.pk: NOON - DAY + timedelta(minutes=1)}
    assert admission.admit(at=NOON) == 1
    found, lived = replayed(version, tmp_path, NOON), moved()
    assert found == {ben.pk: looked, cleo.pk: NOON - DAY + timedelta(minutes=1)}
    assert {person: at - found[person] for person, at in lived.items()} == {cleo.pk: timedelta(), ben.pk: NOON - looked}


def test_an_open_lead_finishes_under_its_version(world, tmp_path):
    """Ben's webinar opened a lead at `engaged` under version 1. By version 2 he would qualify; live version 1 judges him to the end."""
    ben = world.person("ben@acme.example", name="ben")
    when = NOON - 6 * DAY
    record = TouchRecord(ref=PersonRef(email=ben.email), kind="webinar_attended", occurred_at=when, known_at=when, message_id="webinar")
    absorb([record], source=world.source, received_at=when)
    judge([ben.pk], at=when)
    version = second_version(world, NOON - 3 * DAY)
    views(world, ben.email, NOON - DAY)
    assert (moved(), moved("engaged")) == ({}, {ben.pk: when})
    assert replayed(version, tmp_path, NOON) == {ben.pk: NOON - DAY + timedelta(minutes=1)}


def test_a_touch_told_late_is_found_when_it_was_known(world, tmp_path):
    """It occurred nine days ago; its system had it four days ago, and told us then."""
    ben = world.person("ben@acme.example", name="ben")
    occurred, known = NOON - 9 * DAY, NOON - 4 * DAY
    record = TouchRecord(ref=PersonRef(email=ben.email), kind="demo_request", occurred_at=occurred, known_at=known, message_id="late")
    absorb([record], source=world.source, received_at=known)
    judge([ben.pk], at=known)
    assert replayed(world.version, tmp_path, NOON) == moved() == {ben.pk: known}
