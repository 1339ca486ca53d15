"""A read whose statement is written once yields what the queryset itself would."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Count, F
from django.db.models.signals import post_init
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOON
from treaty import bulk
from treaty.prepared import prepared
from treaty.truth.models import Identity, Lead, Person, Touch

pytestmark = pytest.mark.db
HARD = 'O\'Neill; "x" 100 % %s \\ 日本 \u200b {a,b} null'


@prepared
def touches_of(people, before):
    return Touch.objects.filter(person__among=people, occurred_at__lt=before).select_related("person", "source").order_by("id")


@prepared
def by_words(words):
    return Touch.objects.filter(title__among=words).order_by("id").values_list("title", "occurred_at", "fields")


@prepared
def emails(people):
    return Person.objects.filter(pk__among=people).order_by("id").values_list("email", flat=True)


def _touch(world, made, n):
    when = dict.fromkeys(("occurred_at", "known_at", "received_at"), NOON + timedelta(microseconds=n))
    said = {"title": f"{HARD}{n % 2}", "fields": {"n": n} if n else None}
    return Touch(source=world.source, message_id=f"m{n}", person=made[n % 3], seen_as=made[0], **said, **when)


@pytest.fixture
def people(world):
    made = bulk.insert(Person(email=f"p{n}@acme.example", name=HARD, made_at=NOON) for n in range(3))
    bulk.insert(_touch(world, made, n) for n in range(6))
    return [person.pk for person in made]


def everything(rows):
    return [[getattr(row, field.attname) for field in row._meta.concrete_fields] for row in rows]


def test_instances_are_those_of_the_queryset_with_what_they_are_related_to(people):
    before = NOON + timedelta(microseconds=4)
    for some in (people[:2], set(people), [], people[2:]):
        theirs = list(Touch.objects.filter(person__in=some, occurred_at__lt=before).select_related("person", "source").order_by("id"))
        ours = touches_of(some, before=before)
        assert everything(ours) == everything(theirs)
        assert [(touch._state.db, touch._state.adding) for touch in ours] == [("default", False)] * len(theirs)
        with CaptureQueriesContext(connection) as asked:
            assert everything(touch.person for touch in ours) == everything(touch.person for touch in theirs)
        assert not asked.captured_queries
    assert len(ours) == 1


@prepared
def leads_of(people):
    return Lead.objects.filter(person__among=people).select_related("version__amends", "person").order_by("id")


def test_rows_that_name_one_version_share_it_and_nothing_else(world):
    made = [world.qualified(NOON, f"p{n}@acme.example") for n in range(2)]
    first, second = leads_of([lead.person_id for lead in made])
    assert first.version is second.version
    assert first.version.amends is None
    assert everything([first.version]) == everything([world.version])
    assert leads_of([first.person_id])[0].version is not first.version
    assert [lead.person.email for lead in (first, second)] == ["p0@acme.example", "p1@acme.example"]


def test_an_instance_somebody_listens_for_is_made_as_django_makes_it(people):
    heard = []

    def hear(sender, instance, **kwargs):
        heard.append(instance)

    post_init.connect(hear, sender=Person)
    try:
        rows = prepared(lambda some: Person.objects.filter(pk__among=some).order_by("id"))(people)
    finally:
        post_init.disconnect(hear, sender=Person)
    assert heard == rows
    assert everything(rows) == everything(Person.objects.order_by("id"))


def test_tuples_and_single_values_are_those_of_the_queryset(people):
    words = [f"{HARD}1", "nothing", ""]
    theirs = Touch.objects.filter(title__in=words).order_by("id").values_list("title", "occurred_at", "fields")
    assert by_words(words) == list(theirs)
    assert [row[1] for row in by_words.bare(words)] == [row[1] for row in bulk.read(theirs)]
    assert emails(people[1:]) == ["p1@acme.example", "p2@acme.example"]


def test_annotations_and_limits_are_kept(people):
    @prepared
    def busiest(some):
        return Person.objects.filter(pk__among=some).annotate(n=Count("touches"), same=F("email")).order_by("-n", "id")[:2]

    assert [(person.pk, person.n, person.same) for person in busiest(people)] == [
        (pk, 2, f"p{n}@acme.example") for n, pk in enumerate(people[:2])
    ]


def test_there_may_be_more_values_than_a_statement_has_variables(people):
    assert len(emails(range(200_000))) == 3
    assert Person.objects.filter(pk__among=range(70_000)).count() >= 3
    assert Touch.objects.exclude(occurred_at__among={NOON}).count() == 5


@pytest.mark.django_db(transaction=True)
def test_the_statement_is_written_once_and_serves_every_thread():
    people = bulk.insert(Person(email=f"p{n}@acme.example", made_at=NOON) for n in range(3))
    written, results = [], [[] for _ in people]

    @prepared
    def named(some):
        written.append(some)
        return Person.objects.filter(pk__among=some).values_list("email", flat=True)

    def ask(pk, found):
        found.extend(named([pk]) for _ in range(50))
        connection.close()

    named([])
    threads = [threading.Thread(target=ask, args=(person.pk, found)) for person, found in zip(people, results, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[[f"p{n}@acme.example"]] * 50 for n in range(3)]
    assert len(written) == 1


def test_what_a_statement_cannot_mean_is_refused(people):
    @prepared
    def choosing(kind):
        return Touch.objects.filter(kind=kind) if kind else Touch.objects.all()

    @prepared
    def at(moment):
        return Touch.objects.filter(occurred_at=moment)

    @prepared
    def with_many(pk):
        return Person.objects.filter(pk=pk).prefetch_related("touches")

    for wrong in (lambda: choosing("page_view"), lambda: at(None), lambda: at([NOON]), at, lambda: with_many(1)):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(TypeError, match="one text"):
        emails("12")
    assert len(at(NOON)) == 1


def test_a_lock_needs_a_transaction(people):
    @prepared
    def held(some):
        return Identity.objects.select_for_update().filter(person__among=some)

    with transaction.atomic():
        assert held(people) == []
    if connection.features.has_select_for_update:
        assert next(iter(held._statements.values())).sql.endswith("FOR UPDATE")


@pytest.mark.django_db(transaction=True)
def test_a_lock_without_a_transaction_is_refused():
    @prepared
    def held(some):
        return Identity.objects.select_for_update().filter(person__among=some)

    with pytest.raises(TransactionManagementError):
        held([1])
