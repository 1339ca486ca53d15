"""What of a system's fields and stages means what here: checked, kept with who and when, read again where it decides, put back."""

import json
from datetime import timedelta

import httpx2
import pytest

from tests.conftest import NOON
from tests.connectors.portal import PORTALS, HubSpotPortal, Portal, begun
from tests.connectors.pulls import connected, pulled
from tests.connectors.waits import InTurn, Waits
from tests.fakes.server import Transport
from treaty.connectors import mapping, pulling, rechosen
from treaty.connectors.mapping import BadMapping, Change, Chosen
from treaty.connectors.models import Connection, Mapped, StreamPlace
from treaty.connectors.previewing import NoPreview, preview
from treaty.connectors.queries import Unmapped, stages_of, unmapped
from treaty.connectors.rechosen import restated
from treaty.connectors.vendors.talk import Row
from treaty.journal.models import Entry
from treaty.outward import Outward
from treaty.truth.masters import is_master
from treaty.truth.models import Person, Source
from treaty.truth.records import PersonRecord, PersonRef

pytestmark = pytest.mark.django_db
PERSON_FIELDS = {"hubspot": "lastname", "salesforce": "Name", "pipedrive": "name", "marketo": "lastName"}
"""A field that every person of the fakes has, to be chosen for the title."""


@pytest.fixture
def portal(waits: Waits) -> HubSpotPortal:
    made = begun("hubspot", people=12, clock=lambda: waits.now)
    assert isinstance(made, HubSpotPortal)
    return made


@pytest.fixture
def connection(portal: Portal) -> Connection:
    made = connected(portal)
    pulled(made, portal.fake)
    made.refresh_from_db()
    return made


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "agreed_stages", lambda at: ["inquiry", "marketing_qualified", "opportunity"])


def titled(theirs: str) -> Chosen:
    return Chosen(fields={"person": {"title": theirs}})


@pytest.mark.db
def test_a_field_that_was_chosen_is_read_again_from_the_beginning(portal, connection) -> None:
    portal.fake.later(hours=1)
    changed = mapping.keep(connection, titled("lastname"), at=portal.fake.at)
    assert changed == [Change("fields", "person", "title", None, "lastname")]
    begun_again = set(StreamPlace.objects.filter(since=None, ended_at=None).values_list("stream", flat=True))
    assert begun_again == {"contacts"}
    done = pulled(connection, portal.fake)
    assert done.problems == {}
    assert Person.objects.get(email="p2@firm0.example").title == "Nr 2"
    assert Entry.objects.filter(verb="source.mapping_changed").count() == 1


class Chooses(Transport):
    """Somebody chooses before the call of that number, while the system is being read."""

    def __init__(self, connection: Connection, portal: Portal, call: int, behind: timedelta = timedelta()) -> None:
        super().__init__(portal.fake)
        self.connection, self.fake, self.left, self.behind = connection, portal.fake, call, behind

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.left -= 1
        if self.left == 0:
            self.fake.later(seconds=1)
            mapping.keep(self.connection, titled("lastname"), at=self.fake.at - self.behind)
            self.fake.later(seconds=1)
        return super().handle_request(request)


@pytest.fixture
def in_turn(monkeypatch):
    monkeypatch.setattr(pulling, "ThreadPoolExecutor", InTurn)


@pytest.mark.parametrize("call", [2, 12, 15, 18])
@pytest.mark.usefixtures("in_turn")
def test_what_is_chosen_while_it_is_read_is_read_again_at_the_end(waits, monkeypatch, call) -> None:
    """In the middle of the contacts, before or behind them: in the end all of them were read by the choice."""
    portal = begun("hubspot", people=12, clock=lambda: waits.now)
    portal.page_of(3, monkeypatch)
    monkeypatch.setattr("treaty.connectors.pulling.TOGETHER", 3)
    connection = connected(portal)
    pulled(connection, portal.fake, Chooses(connection, portal, call))
    portal.fake.later(minutes=1)
    assert pulled(connection, portal.fake).problems == {}
    titles = set(Person.objects.exclude(email="").values_list("title", flat=True))
    assert titles == {f"Nr {number}" for number in range(12)}


@pytest.mark.parametrize("is_seen", [True, False])
@pytest.mark.usefixtures("in_turn")
def test_a_choice_by_a_clock_that_is_behind_is_read_again_too(waits, monkeypatch, is_seen) -> None:
    """By that clock it was made before the round began, which has read half of the contacts by now. By moments alone it is missed."""
    if not is_seen:
        behind = pulling._take
        monkeypatch.setattr(pulling, "_take", lambda *given: behind(*given[:-1], rechosen.asked_again(given[0], given[1].stream)))
    portal = begun("hubspot", people=12, clock=lambda: waits.now)
    portal.page_of(3, monkeypatch)
    monkeypatch.setattr("treaty.connectors.pulling.TOGETHER", 3)
    connection = connected(portal)
    pulled(connection, portal.fake, Chooses(connection, portal, 10, behind=timedelta(hours=1)))
    place = StreamPlace.objects.get(connection=connection, stream="contacts")
    assert ((place.since, place.round_at, place.ended_at) == (None, None, None)) is is_seen, "from the beginning"
    portal.fake.later(minutes=1)
    assert pulled(connection, portal.fake).problems == {}
    titles = set(Person.objects.exclude(email="").values_list("title", flat=True))
    assert (titles == {f"Nr {number}" for number in range(12)}) is is_seen


def test_what_is_as_usual_is_not_said_and_the_same_again_changes_nothing(portal, connection) -> None:
    assert mapping.keep(connection, titled("jobtitle"), at=portal.fake.at) == []
    assert not Mapped.objects.exists()
    mapping.keep(connection, titled("lastname"), at=portal.fake.at)
    assert mapping.keep(connection, titled("lastname"), at=portal.fake.at) == []
    assert Mapped.objects.count() == 2, "what stood before, and what stands"


def test_what_stood_before_is_put_back_and_again(portal, connection, stages) -> None:
    with pytest.raises(BadMapping, match="nothing was chosen before"):
        mapping.put_back(connection, at=portal.fake.at)
    first = Chosen(stages={"opportunity": {"Closed won": "opportunity"}})
    mapping.keep(connection, first, at=portal.fake.at)
    second = Chosen(fields={"person": {"title": ""}}, stages={"opportunity": {"Closed won": ""}})
    mapping.keep(connection, second, at=portal.fake.at)
    mapping.put_back(connection, at=portal.fake.at)
    connection.refresh_from_db()
    assert mapping.chosen_of(connection) == first
    assert Source.objects.get(pk=connection.source_id).settings["stages"] == {"opportunity": {"Closed won": "opportunity"}}
    mapping.put_back(connection, at=portal.fake.at)
    connection.refresh_from_db()
    assert mapping.chosen_of(connection) == second


def test_what_others_keep_beside_it_stays(portal, connection, stages) -> None:
    connection.mapping = {"writes": {"stage": "x"}}
    connection.save()
    connection.source.settings |= {"masters": {"treaty": {"stage": "x"}}, "limit": {"per_second": 5}}
    connection.source.save()
    mapping.keep(connection, titled("lastname"), at=portal.fake.at)
    connection.refresh_from_db()
    assert connection.mapping["writes"] == {"stage": "x"}
    assert connection.source.settings == {"id_space": "hubspot", "masters": {"treaty": {"stage": "x"}}, "limit": {"per_second": 5}}


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (Chosen(fields={"planet": {"title": "x"}}), "no records of the kind 'planet'"),
        (Chosen(fields={"person": {"shoe_size": "x"}}), "'shoe_size' is no field of ours"),
        (Chosen(fields={"person": {"title": "nosuch"}}), "'nosuch' is no field of its person records"),
        (Chosen(stages={"account": {"A": "inquiry"}}), "stand in no stage"),
        (Chosen(stages={"opportunity": {"A": "nosuch"}}), "'nosuch', chosen for 'A', is no stage of the agreement"),
        (Chosen(currency="Euro"), "'Euro' is no currency"),
        (Chosen(masters={"nobody": {"stage": "x"}}), "no other system has the key 'nobody'"),
    ],
)
def test_what_cannot_be_chosen_is_named_with_what_can(portal, connection, stages, chosen, says) -> None:
    with pytest.raises(BadMapping, match=says):
        mapping.keep(connection, chosen, at=portal.fake.at)
    assert not Mapped.objects.exists()


@pytest.mark.db
def test_stages_are_counted_and_what_was_said_of_one_is_no_riddle_any_more(portal, connection, stages) -> None:
    """Of twelve people every fifth has a deal: three. Two were won or went on; one more is put into a stage nobody named."""
    deal = portal.deal("Odd", "", "")
    portal.odd_stage(deal, "777")
    portal.fake.later(minutes=10)
    pulled(connection, portal.fake)
    connection.refresh_from_db()
    found = {one.value: (one.n, one.is_named) for one in stages_of(connection) if one.kind == "opportunity" and one.n}
    assert found == {"Closed won": (2, True), "Contract sent": (1, True), "777": (1, False)}
    assert unmapped(connection) == [Unmapped("opportunity", "stage", "777", 1)]
    mapping.keep(connection, Chosen(stages={"opportunity": {"777": ""}}), at=portal.fake.at)
    connection.refresh_from_db()
    assert unmapped(connection) == []


def test_of_people_the_choices_of_the_field_chosen_are_the_stages(portal, connection) -> None:
    found = {one.value: one.n for one in stages_of(connection) if one.kind == "person"}
    assert found["lead"] == 12


def test_who_is_believed_stands_at_one_of_the_two_alone(portal, connection) -> None:
    other = Source.objects.create(name="Files", kind=Source.Kind.IMPORT, made_at=portal.fake.at, settings={"id_space": "salesforce"})
    assert not is_master("amount", connection.source, other), "a CRM usually is"
    other.settings["masters"] = {connection.key: {"amount": other.key}}
    other.save()
    assert mapping.chosen_of(connection).masters == {other.key: {"amount": other.key}}
    mapping.keep(connection, Chosen(masters={other.key: {"amount": connection.key}}), at=portal.fake.at)
    connection.source.refresh_from_db()
    other.refresh_from_db()
    assert is_master("amount", connection.source, other)
    assert not is_master("amount", other, connection.source)
    assert not is_master("stage", connection.source, other)
    assert set(StreamPlace.objects.filter(ended_at=None).values_list("stream", flat=True)) == {"deals"}


def test_a_file_of_choices_is_taken_by_another_connection_of_the_vendor(portal, connection, stages) -> None:
    wanted = Chosen(fields={"person": {"title": "lastname"}}, stages={"opportunity": {"Closed won": "opportunity", "777": ""}})
    mapping.keep(connection, wanted, at=portal.fake.at)
    connection.refresh_from_db()
    data = mapping.as_file(connection)
    other = connected(portal, "Theirs")
    assert mapping.of_file(other, data, portal.fake.at) == wanted
    for bad, says in ((b"\xff\x00", "no file of choices"), (b"[]", "no file of choices"),
                      (json.dumps({**json.loads(data), "vendor": "zoho"}).encode(), "the file is of 'zoho'"),
                      (json.dumps({**json.loads(data), "colour": "red"}).encode(), "no file of choices")):  # fmt: skip
        with pytest.raises(BadMapping, match=says):
            mapping.of_file(other, bad, portal.fake.at)


@pytest.mark.parametrize("vendor", sorted(PORTALS))
def test_a_preview_shows_records_as_they_are_and_as_they_would_be(waits, vendor) -> None:
    portal = begun(vendor, people=3, clock=lambda: waits.now)
    connection = connected(portal)
    pulled(connection, portal.fake)
    portal.fake.later(hours=1)
    portal.rename(_id_of(portal, connection), "Now a chief")
    portal.fake.later(minutes=1)
    pulled(connection, portal.fake)
    connection.refresh_from_db()
    outward = Outward(Transport(portal.fake))
    before = dict(Person.objects.values_list("email", "title"))
    shown = preview(connection, titled(PERSON_FIELDS[vendor]), clock=lambda: portal.fake.at, outward=outward)
    assert {one.field for one in shown} == {"title"}
    assert len(shown) == 3
    assert "Now a chief" in {one.now for one in shown}
    assert all(str(one.then or "").startswith(("Nr ", "Ada Nr ")) for one in shown)
    assert dict(Person.objects.values_list("email", "title")) == before, "nothing is kept"
    assert preview(connection, Chosen(), clock=lambda: portal.fake.at, outward=outward) == []
    portal.withdraw()
    with pytest.raises(NoPreview, match="could not be read for it"):
        preview(connection, titled(PERSON_FIELDS[vendor]), clock=lambda: portal.fake.at + timedelta(hours=2), outward=outward)


def _id_of(portal: Portal, connection: Connection) -> str:
    return str(connection.source.records.filter(kind="person").order_by("id").first().external_id)


def told(days: int, **fields: str) -> PersonRecord:
    return PersonRecord(ref=PersonRef(email="p@firm.example", external_id="7"), fields=fields, occurred_at=NOON + timedelta(days=days))


@pytest.mark.parametrize(
    ("records", "value"),
    [
        ([told(0, title="A")], "A"),
        ([told(0, title="A"), told(5, title="B"), told(11, title="C")], "B"),  # C came after the choice
        ([told(5, title="B"), told(0, title="A")], "B"),
        ([told(10, title="B")], "B"),  # at the very moment
        ([told(11, title="C")], None),
        ([told(0, phone="1")], None),
        ([], None),
    ],
)
def test_from_the_moment_of_the_choice_on_the_field_says_what_it_said_then(records, value) -> None:
    at = NOON + timedelta(days=10)
    found = restated(Row("7", records), {"title": at})
    expected = [PersonRecord(ref=PersonRef(external_id="7"), fields={"title": value}, occurred_at=at, known_at=at)]
    assert found == (expected if value else [])
