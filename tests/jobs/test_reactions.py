"""Reactions read the journal in order, may run twice, never skip; a fault stops neither the next entry nor the others."""

import pytest
from django.db import OperationalError

from tests.conftest import NOON
from treaty.jobs import queue, reactions
from treaty.jobs.models import Cursor, Job
from treaty.journal.actions import record
from treaty.journal.models import Entry
from treaty.truth.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def entries():
    person = Person.objects.create(made_at=NOON)
    for name in ("one", "two", "three"):
        record(f"test.{name}", person, at=NOON)
    return list(Entry.objects.filter(verb__startswith="test.").order_by("seq"))


class Remembering:
    """Remembers what it was fed, and fails as told."""

    def __init__(self, fails_on=None, error=None):
        self.seen, self.fails_on, self.error = [], fails_on, error

    def __call__(self, entries, at):
        for entry in entries:
            self.seen.append(entry.verb)
            if entry.verb == self.fails_on:
                raise self.error


def read_on(reaction, **options):
    return reactions.read_on("test", reaction, at=NOON, **options)


def place():
    return Cursor.objects.get(reaction="test").seq


def test_entries_come_in_order_and_once(entries):
    reaction = Remembering()
    assert [read_on(reaction, limit=2), read_on(reaction, limit=2), read_on(reaction, limit=2)] == [2, 1, 0]
    assert reaction.seen == ["test.one", "test.two", "test.three"]
    assert place() == entries[-1].seq


def test_a_reaction_killed_before_its_place_was_kept_reads_the_entries_again(entries):
    first, again = Remembering(), Remembering()
    read_on(first)
    Cursor.objects.filter(reaction="test").update(seq=entries[0].seq)
    read_on(again)
    assert again.seen == ["test.two", "test.three"]


def test_an_entry_it_fails_on_alone_becomes_a_job_and_the_others_are_read(entries, monkeypatch):
    reaction = Remembering("test.two", ValueError("no owner"))
    monkeypatch.setitem(reactions.REACTIONS, "test", reaction)
    read_on(reaction)
    assert (reaction.seen[-1], place()) == ("test.three", entries[-1].seq)
    job = Job.objects.get()
    assert (job.kind, job.args) == ("reaction", {"name": "test", "seq": entries[1].seq})
    reaction.fails_on = None
    queue.run_one(lambda: NOON)
    together, alone = ["test.one", "test.two"], ["test.one", "test.two", "test.three"]
    assert reaction.seen == [*together, *alone, "test.two"]


def test_a_busy_database_is_not_the_entrys_fault(entries):
    reaction = Remembering("test.two", OperationalError("database is locked"))
    with pytest.raises(OperationalError):
        read_on(reaction)
    assert (place(), Job.objects.count()) == (0, 0)
    reaction.fails_on = None
    read_on(reaction)
    assert reaction.seen == ["test.one", "test.two", "test.one", "test.two", "test.three"]


def test_one_reaction_that_fails_does_not_hold_up_another(entries, monkeypatch):
    broken, sound = Remembering("test.one", ValueError("no")), Remembering()
    monkeypatch.setattr(reactions, "REACTIONS", {"broken": broken, "sound": sound})
    reactions.react(at=NOON)
    assert sound.seen == ["test.one", "test.two", "test.three"]
    assert broken.seen == ["test.one", "test.one", "test.two", "test.three"]


def test_a_job_for_a_reaction_of_another_version_is_parked(entries):
    queue.enqueue(reactions.KIND, {"name": "gone", "seq": 1}, at=NOON)
    queue.run_one(lambda: NOON)
    assert Job.objects.get().state == "parked"
