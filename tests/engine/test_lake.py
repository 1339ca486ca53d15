"""The lake holds what the database holds: incrementally, through merges, restores, damage and at every step of an export."""

import json
import os
import re
import signal
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from tests.conftest import NOON
from tests.kills import homes
from treaty.agreement.models import Version
from treaty.books.exported import TABLES
from treaty.engine import rows, runs, verify
from treaty.engine.export import AlreadyExporting
from treaty.engine.lake import LakeDamaged, LakeMissing, folder, open_lake
from treaty.jobs import lake
from treaty.locks import take
from treaty.moments import to_us
from treaty.team.models import Member
from treaty.truth.models import Fact, Lead, Opportunity, Person, Source, Touch

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def website():
    return Source.objects.create(name="Website", kind="server", made_at=NOON)


@pytest.fixture
def ada():
    return Person.objects.create(email="ada@acme.example", name="Ada", made_at=NOON)


def touch(source, person, number, **fields):
    times = {"occurred_at": NOON, "known_at": NOON, "received_at": NOON}
    return Touch.objects.create(source=source, message_id=f"m{number}", person=person, seen_as=person, kind="page_view", **times | fields)


def refresh(home, at=NOON):
    return lake.refresh(at=at, where=home)


def read(home, table, *columns):
    snapshot = open_lake(home)
    found = snapshot.table(table)
    return snapshot.fetch(found.select(*columns).order_by(columns[0])).to_pylist()


def faults(home):
    with rows.snapshot() as snapshot:
        return list(verify.faults(TABLES, snapshot, folder(home)))


def test_before_the_first_export_the_lake_says_what_to_do(tmp_path):
    with pytest.raises(LakeMissing, match="start `treaty work`"):
        open_lake(tmp_path)


def test_every_declared_table_can_be_read_even_when_it_is_empty(tmp_path):
    refresh(tmp_path)
    snapshot = open_lake(tmp_path)
    assert [snapshot.fetch(snapshot.table(table.name)).num_rows for table in TABLES] == [0] * len(TABLES)


def test_touches_travel_with_their_moments_as_microseconds(tmp_path, website, ada):
    touch(website, ada, 1, path="/pricing", occurred_at=NOON - MINUTE)
    refresh(tmp_path)
    [row] = read(tmp_path, "touches", "person_id", "path", "source", "occurred_us", "received_us")
    noon = 1_773_144_000_000_000  # 2026-03-10 12:00 UTC: 20,522 days and 12 hours after 1970, times 10^6
    expected = {"person_id": ada.pk, "path": "/pricing", "source": "Website", "occurred_us": noon - 60_000_000, "received_us": noon}
    assert row == expected
    assert open_lake(tmp_path).as_of == NOON


def test_amounts_arrive_to_the_last_place_and_days_as_days(tmp_path):
    Opportunity.objects.create(amount=Decimal("98765432109.8765"), currency="EUR", close_on=date(2026, 3, 31), received_at=NOON)
    Opportunity.objects.create(amount=None, received_at=NOON)
    refresh(tmp_path)
    first, second = read(tmp_path, "opportunities", "opportunity_id", "amount", "close_on")
    assert (first["amount"], first["close_on"]) == (Decimal("98765432109.8765"), date(2026, 3, 31))
    assert (second["amount"], second["close_on"]) == (None, None)


def test_no_word_of_a_person_is_in_the_lake(tmp_path, ada):
    ada.phone = "+49 30 1234567"
    ada.save()
    for field, text in (("email", ada.email), ("name", "Ada"), ("phone", ada.phone), ("country", "DE")):
        Fact.objects.create(subject="person", subject_id=ada.pk, field=field, text=text, occurred_at=NOON, known_at=NOON, received_at=NOON)
    refresh(tmp_path)
    snapshot = open_lake(tmp_path)
    values = {
        str(value)
        for name in snapshot.manifest.tables
        for row in snapshot.fetch(snapshot.table(name)).to_pylist()
        for value in row.values()
    }
    assert "DE" in values
    assert not {value for value in values if re.search(r"ada|1234567", value, re.IGNORECASE)}


def test_only_what_is_new_is_written(tmp_path, website, ada):
    touch(website, ada, 1)
    first = refresh(tmp_path)
    touch(website, ada, 2)
    second = refresh(tmp_path, NOON + MINUTE)
    assert [file.rows for file in second.tables["touches"].files] == [1, 1]
    assert second.tables["touches"].files[0] == first.tables["touches"].files[0]
    assert second.tables["people"] == first.tables["people"]


def test_when_nothing_changed_only_the_moment_moves_on(tmp_path, website, ada):
    touch(website, ada, 1)
    first, second = refresh(tmp_path), refresh(tmp_path, NOON + MINUTE)
    assert (second.version, second.names) == (first.version, first.names)
    assert open_lake(tmp_path).as_of == NOON + MINUTE


def test_a_changed_row_rewrites_its_stretch_and_no_other(tmp_path, ada):
    far = Person.objects.create(pk=100_000, made_at=NOON)  # stretches hold 32,768 numbers: this one is in the fourth
    first = refresh(tmp_path)
    Person.objects.filter(pk=far.pk).update(country="AT")
    second = refresh(tmp_path)
    kept = set(first.names) & set(second.names)
    assert len(first.tables["people"].files) == len(second.tables["people"].files) == 2
    assert [file.name in kept for file in second.tables["people"].files] == [True, False]
    assert [row["country"] for row in read(tmp_path, "people", "person_id", "country")] == ["", "AT"]


def test_a_removed_row_leaves_the_lake(tmp_path, ada):
    refresh(tmp_path)
    ada.delete()
    refresh(tmp_path)
    assert read(tmp_path, "people", "person_id") == []


def test_touches_follow_merges_without_being_written_again(tmp_path, website, ada):
    """visitor → tablet → Ada: two merges lie between, and another visitor stays who she is."""
    visitor, tablet, other = (Person.objects.create(made_at=NOON) for _ in range(3))
    seen = [touch(website, person, person.pk) for person in (visitor, tablet, ada, other)]
    fact = {"occurred_at": NOON, "known_at": NOON, "received_at": NOON, "field": "country", "text": "DE"}
    Fact.objects.create(subject="person", subject_id=visitor.pk, **fact)
    Fact.objects.create(subject="account", subject_id=visitor.pk, **fact)
    before = refresh(tmp_path)
    Person.objects.filter(pk=visitor.pk).update(merged_into=tablet)
    Person.objects.filter(pk=tablet.pk).update(merged_into=ada)
    after = refresh(tmp_path)
    assert after.tables["touches"].files == before.tables["touches"].files
    expected = dict(zip((touch.pk for touch in seen), (ada.pk, ada.pk, ada.pk, other.pk), strict=True))
    assert {row["touch_id"]: row["person_id"] for row in read(tmp_path, "touches", "touch_id", "person_id")} == expected
    facts = read(tmp_path, "facts", "fact_id", "subject", "subject_id")
    assert [(row["subject"], row["subject_id"]) for row in facts] == [("person", ada.pk), ("account", visitor.pk)]


def test_an_open_snapshot_answers_as_before_while_a_new_one_is_made(tmp_path, website, ada):
    touch(website, ada, 1)
    refresh(tmp_path)
    old = open_lake(tmp_path)
    touch(website, ada, 2)
    refresh(tmp_path, NOON + MINUTE)
    new = open_lake(tmp_path)
    count = [snapshot.fetch(snapshot.table("touches").count().as_table()).column(0)[0].as_py() for snapshot in (old, new)]
    assert count == [1, 2]


def test_small_files_are_joined_before_there_are_too_many(tmp_path, website, ada):
    for number in range(runs.MOST_SMALL + 2):
        touch(website, ada, number)
        manifest = refresh(tmp_path)
    assert len(manifest.tables["touches"].files) < runs.MOST_SMALL
    assert len(read(tmp_path, "touches", "touch_id")) == runs.MOST_SMALL + 2
    assert faults(tmp_path) == []


def test_old_files_stay_for_ten_minutes_and_then_leave(tmp_path, ada):
    first = refresh(tmp_path)
    [old] = [file.name for file in first.tables["people"].files]
    Person.objects.update(country="AT")
    refresh(tmp_path, NOON + MINUTE)
    assert (folder(tmp_path) / old).exists()
    refresh(tmp_path, NOON + 11 * MINUTE)
    assert not (folder(tmp_path) / old).exists()


def test_after_a_restored_backup_the_table_is_exported_afresh(tmp_path, website, ada):
    """The lake has touches 1 to 3; the backup had 1 and 2, and another touch took the number 3."""
    for number in (1, 2):
        touch(website, ada, number)
    last = touch(website, ada, 3, path="/pricing")
    refresh(tmp_path)
    Touch.objects.filter(pk=last.pk).update(message_id="m4", path="/docs")
    refresh(tmp_path)
    assert [row["path"] for row in read(tmp_path, "touches", "touch_id", "path")] == ["", "", "/docs"]
    assert faults(tmp_path) == []


def test_a_damaged_file_is_refused_before_a_figure_is_shown(tmp_path, ada):
    manifest = refresh(tmp_path)
    path = folder(tmp_path) / manifest.tables["people"].files[0].name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(LakeDamaged, match=path.name):
        open_lake(tmp_path)
    assert faults(tmp_path) == [f"people: {path.name} is not the file that was exported"]


def test_a_manifest_that_cannot_be_read_is_refused_and_made_again(tmp_path, ada):
    refresh(tmp_path)
    (folder(tmp_path) / "manifest.json").write_text("{")
    with pytest.raises(LakeDamaged, match="cannot be read"):
        open_lake(tmp_path)
    refresh(tmp_path)
    assert len(read(tmp_path, "people", "person_id")) == 1


def test_a_difference_between_lake_and_database_is_found(tmp_path, website, ada):
    touch(website, ada, 1)
    refresh(tmp_path)
    assert faults(tmp_path) == []
    Touch.objects.update(path="/changed")
    Person.objects.create(made_at=NOON)
    number = Touch.objects.get().pk
    assert set(faults(tmp_path)) == {
        "people: 1 rows in the lake, 2 in the database",
        f"touches: rows {number} to {number} differ between lake and database",
    }


def test_two_exports_never_write_at_once(tmp_path):
    with take(folder(tmp_path) / ".lock"), pytest.raises(AlreadyExporting, match=str(os.getpid())):
        lake.refresh(at=NOON, where=tmp_path)


def test_an_unknown_table_is_refused_with_those_there_are(tmp_path):
    refresh(tmp_path)
    with pytest.raises(LookupError, match="'visits': it has accounts, activities"):
        open_lake(tmp_path).table("visits")


def test_leads_carry_their_account(tmp_path, ada):
    sam = Member.objects.create(email="sam@acme.example", name="Sam", role="sales_rep", joined_at=NOON)
    version = Version.objects.create(number=1, text="", signed_bytes=b"", hash="0" * 64, proposed_by=sam, proposed_at=NOON)
    Lead.objects.create(person=ada, stage="engaged", stage_since=NOON, owner=sam, version=version, opened_at=NOON)
    refresh(tmp_path)
    [row] = read(tmp_path, "leads", "lead_id", "stage", "account_id", "opened_us", "closed_us")
    assert (row["stage"], row["account_id"], row["opened_us"], row["closed_us"]) == ("engaged", None, to_us(NOON), None)


# Row numbers committed out of order


def late_commit(home, website, ada):
    """Export while the touch with the smaller number is not yet committed, and again after it is: the number of touches read."""
    columns = "source_id, message_id, person_id, seen_as_id, kind, occurred_at, known_at, received_at"
    columns += ", path, host, title, channel, campaign, content, form"
    slow = connection.copy()
    slow.set_autocommit(False)
    with slow.cursor() as cursor:
        values = [website.pk, "slow", ada.pk, ada.pk, "page_view", *[to_us(NOON)] * 3, *[""] * 7]
        cursor.execute(f"insert into truth_touch ({columns}) values ({', '.join(['%s'] * len(values))})", values)
        touch(website, ada, "quick")
        for _ in range(3):
            refresh(home)
        slow.commit()
    slow.close()
    for _ in range(2):
        refresh(home)
    return len(read(home, "touches", "touch_id"))


@pytest.mark.only_postgresql  # SQLite commits in the order of row numbers: it has one writer at a time
@pytest.mark.django_db(transaction=True)
def test_a_touch_committed_late_is_not_passed_over(tmp_path, website, ada):
    assert late_commit(tmp_path, website, ada) == 2


@pytest.mark.only_postgresql
@pytest.mark.django_db(transaction=True)
def test_without_waiting_for_older_transactions_it_would_be(tmp_path, website, ada, monkeypatch):
    """The twin with the guard off: it shows that the test above can fail."""
    monkeypatch.setattr(rows.SettlingRows, "settled", lambda *_: None)
    assert late_commit(tmp_path, website, ada) == 1


# Killed at every step

POINTS = (
    "lake-before-rename:1",
    "lake-after-file:1",
    "lake-after-file:2",
    "lake-before-manifest",
    "lake-before-rename:3",
    "lake-after-manifest",
)
EVERY_STEP = """
import django; django.setup()
import json, os, sys
from datetime import timedelta
from django.db import connection
from tests.conftest import NOON
from treaty.config import home
from treaty.engine import rows, verify
from treaty.books.exported import TABLES
from treaty.engine.lake import folder, open_lake
from treaty.jobs import lake
from treaty.truth.models import Person, Source, Touch

source = Source.objects.create(name="Website", kind="server", made_at=NOON)
number = 0

def add():
    global number
    number += 1
    person = Person.objects.create(made_at=NOON)
    moments = dict(occurred_at=NOON, known_at=NOON, received_at=NOON)
    Touch.objects.create(source=source, message_id=str(number), person=person, seen_as=person, kind="page_view", **moments)

def export(minutes):
    for _ in range(2):  # the second round exports what the first saw to be complete (PostgreSQL)
        lake.refresh(at=NOON + timedelta(minutes=minutes))

def count():
    snapshot = open_lake(home())
    return snapshot.fetch(snapshot.table("touches").count().as_table()).column(0)[0].as_py()

def killed_at(point):
    connection.close()
    child = os.fork()
    if not child:
        os.environ["TREATY_CRASH_AT"] = point
        export(0)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def strangers():
    here = {path.name for path in folder(home()).glob("*")} - {"manifest.json", ".lock"}
    snapshot = open_lake(home())
    return sorted(here - set(snapshot.manifest.names) - set(snapshot.manifest.leaving))

add(); export(0)
for turn, point in enumerate(sys.argv[1:]):
    add()
    before, status, after = count(), killed_at(point), count()
    export(30 * turn)
    with rows.snapshot() as now:
        faults = list(verify.faults(TABLES, now, folder(home())))
    print(json.dumps([status, after - before, count() - number, faults, strangers()]))
"""


def test_an_export_killed_at_any_step_leaves_the_old_lake_or_the_new_one(tmp_path):
    """Killed, then asked: 0 or 1 touch more than before. Exported again: everything, nothing doubled, no file forgotten."""
    with homes.fresh(tmp_path / "home") as env:
        done = homes.run(EVERY_STEP, env, *POINTS, timeout=120)
    assert done.returncode == 0, done.stderr
    for point, line in zip(POINTS, done.stdout.splitlines(), strict=True):
        status, gained, missing, found, strangers = json.loads(line)
        assert status == -signal.SIGKILL, f"{point} was never passed"
        assert gained in ((0, 1) if point == "lake-after-manifest" else (0,)), point
        assert (missing, found, strangers) == (0, [], []), point
