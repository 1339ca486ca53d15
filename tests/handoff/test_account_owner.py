"""Whose account it is: told by a file or a record, kept with its history, and asked first by the route."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.connectors import importing
from treaty.connectors.files.exports import open_exports
from treaty.connectors.files.mapping import Mapping
from treaty.handoff.models import Handoff
from treaty.truth import queries
from treaty.truth.actions import absorb
from treaty.truth.models import Account, Fact
from treaty.truth.records import AccountRecord, AccountRef, PersonRecord, PersonRef

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
ACME = AccountRef(name="Acme", domain="acme.example")


def read(tmp_path, at=NOON, **files):
    paths = [tmp_path / f"{name}.csv" for name in files]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text, "utf-8")
    exports = open_exports(paths, Mapping())
    made = importing.begin(exports, source=importing.source_for("files", at=at), at=at)
    return importing.run_import(made, exports, clock=lambda: at)


def owned(email, at=NOON, **more):
    return AccountRecord(ref=ACME, owner_email=email, known_at=at, **more)


def test_an_imported_account_owner_takes_the_accounts_leads(world, tmp_path):
    read(tmp_path, accounts="Account Name,Website,Industry,Account Owner\nAcme,acme.example,manufacturing,Kim.Dale@halden.example\n")
    handoff = world.handed_over(NOON + HOUR)
    # by turns it would be Sam: both seats of dach-reps are empty, and sam comes before sol
    assert (handoff.owner, handoff.assignment.rule) == (world.kim, "account_owner")
    assert handoff.assignment.reasons == ["kim.dale@halden.example owns the account"]


def test_a_file_of_leads_may_say_whose_the_account_is(world, tmp_path):
    text = "Lead ID,Email,Company,Website,Lead Owner,Account Owner\n1,ada@acme.example,Acme,acme.example,{},{}\n"
    read(tmp_path, leads=text.format(world.sol.email, world.kim.email))
    assert Account.objects.get(domain="acme.example").owner == world.kim


def test_every_owner_an_account_had_is_kept(world):
    absorb([owned(world.sol.email)], source=world.source, received_at=NOON)
    absorb([owned(world.kim.email, NOON + HOUR)], source=world.source, received_at=NOON + HOUR)
    account = Account.objects.get(domain="acme.example")
    history = Fact.objects.filter(subject="account", subject_id=account.pk, field="owner").order_by("occurred_at")
    assert list(history.values_list("number", "occurred_at")) == [(world.sol.pk, NOON), (world.kim.pk, NOON + HOUR)]
    assert account.owner == world.kim


def test_the_owner_stated_last_holds_whatever_arrives_last(world):
    absorb([owned(world.kim.email, NOON + HOUR)], source=world.source, received_at=NOON + 2 * HOUR)
    absorb([owned(world.sol.email, NOON)], source=world.source, received_at=NOON + 3 * HOUR)
    assert Account.objects.get(domain="acme.example").owner == world.kim


def test_an_owner_who_is_no_member_changes_nothing(world):
    absorb([owned(world.sol.email)], source=world.source, received_at=NOON)
    absorb([owned("gone@halden.example", NOON + HOUR), owned("", NOON + HOUR)], source=world.source, received_at=NOON + HOUR)
    assert Account.objects.get(domain="acme.example").owner == world.sol


def test_a_column_of_numbers_called_owner_names_nobody(world):
    absorb([owned("", fields={"owner": world.sol.pk})], source=world.source, received_at=NOON)
    assert Account.objects.get(domain="acme.example").owner is None


def test_a_rep_sees_the_leads_and_people_of_their_accounts(world):
    absorb([owned(world.kim.email)], source=world.source, received_at=NOON)
    lead = world.qualified(NOON)
    Handoff.objects.all().delete()
    assert list(queries.leads(world.kim)) == [lead]
    assert list(queries.accounts(world.kim)) == [lead.person.account]
    assert not queries.leads(world.sol).exists()


def test_a_person_who_moves_takes_no_account_with_them(world):
    """Who owns an account is said of the company, not of the people there."""
    absorb([owned(world.sol.email)], source=world.source, received_at=NOON)
    moved = PersonRecord(
        ref=PersonRef(email="ada@acme.example"), account=AccountRef(domain="group.example"), account_owner_email=world.kim.email
    )
    absorb([moved], source=world.source, received_at=NOON + HOUR)
    owners = dict(Account.objects.values_list("domain", "owner__email"))
    assert owners == {"acme.example": world.sol.email, "group.example": world.kim.email}


OTHERS_TURN = "segment dach: next in turn in dach-reps"


@pytest.mark.parametrize(
    ("who", "change", "why"),
    [
        ("mira", {}, "mira.lang@halden.example owns the account but is nobody who takes leads"),
        ("kim", {"is_active": False}, "kim.dale@halden.example owns the account but is no longer with us"),
        ("kim", {"max_open": 0}, "kim.dale@halden.example owns the account but is full: 0 open leads are the most"),
    ],
)
def test_an_account_owner_who_cannot_take_a_lead_is_passed_over_with_the_reason(world, who, change, why):
    owner = world.members[who]
    absorb([owned(owner.email)], source=world.source, received_at=NOON)
    type(owner).objects.filter(pk=owner.pk).update(**change)
    handoff = world.handed_over(NOON)
    assert (handoff.owner, handoff.assignment.rule) == (world.sam, "pool")
    assert handoff.assignment.reasons == [why, OTHERS_TURN]


def test_an_account_owner_is_full_when_their_last_place_is_taken(world):
    absorb([owned(world.kim.email)], source=world.source, received_at=NOON)
    type(world.kim).objects.filter(pk=world.kim.pk).update(max_open=1)
    owners = [world.handed_over(NOON, f"{name}@acme.example").owner for name in ("ada", "bo")]
    assert owners == [world.kim, world.sam]
