"""Who is told what, from the journal to the one who reads it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import NOON
from tests.fakes.notices import FakeSlack
from tests.notify.conftest import bot, carrier, mail, slack, states
from treaty.feedback import actions, deals
from treaty.feedback.models import Disposition
from treaty.jobs import reactions
from treaty.journal.actions import record
from treaty.journal.models import Entry, Outgoing
from treaty.notify import telling
from treaty.notify.models import Choice, SlackUser
from treaty.notify.saying import message_of
from treaty.sla.watch import tick
from treaty.truth.models import Opportunity

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def follow(at=NOON) -> None:
    while reactions.react(at=at):
        pass


def headlines(fake: FakeSlack) -> list[str]:
    return [body["text"] for body in fake.posted]


def test_a_handover_reaches_the_channel_and_the_owner_each_once(world, clock):
    slack()
    bot()
    handoff = world.handed_over(NOON)
    SlackUser.objects.create(member=handoff.owner, user="U0OWNER")
    follow()
    follow()
    telling.tell(list(Entry.objects.all()), NOON)
    fake = FakeSlack()
    assert carrier(clock, fake).turn() == 2
    assert carrier(clock, fake).turn() == 0
    assert headlines(fake) == [f"Ada Brenner at Acme is handed to {handoff.owner.name}"] * 2
    assert {body.get("channel") for body in fake.posted} == {None, "U0OWNER"}
    assert states() == {"sent": 2}
    assert set(Outgoing.objects.values_list("agreement", flat=True)) == {world.version.hash}


def test_nothing_of_a_person_lies_in_the_outbox(world):
    slack()
    world.handed_over(NOON)
    follow()
    assert [set(row.body) for row in Outgoing.objects.all()] == [{"kind", "handoff"}]


def test_without_a_channel_nobody_is_told_and_old_news_are_no_news(world):
    world.handed_over(NOON)
    follow()
    assert not Outgoing.objects.exists()
    slack()
    assert telling.tell(list(Entry.objects.all()), NOON + timedelta(days=1, seconds=1)) == 0
    assert telling.tell(list(Entry.objects.all()), NOON + timedelta(days=1)) == 1


def test_what_was_answered_before_it_was_said_is_not_said(world, clock):
    slack()
    handoff = world.handed_over(NOON)
    follow()
    actions.accept(handoff, by=handoff.owner, at=NOON)
    fake = FakeSlack()
    carrier(clock, fake).turn()
    assert fake.posted == []
    assert states() == {"cancelled": 1}
    assert "answered" in Outgoing.objects.get().problem


def test_twelve_leads_within_a_minute_are_two_messages(world, clock):
    slack()
    fake = FakeSlack()
    sends = carrier(clock, fake)
    for n in range(12):
        world.handed_over(clock.at, f"p{n}@acme.example")
        follow(clock.at)
        sends.turn()
        clock.go(seconds=5)
    clock.go(minutes=3, seconds=59)
    sends.turn()
    assert len(fake.posted) == 1
    clock.go(minutes=1)
    sends.turn()
    assert len(fake.posted) == 2
    assert fake.posted[1]["text"] == "11 leads were handed over"
    assert "actions" not in [block["type"] for block in fake.posted[1]["blocks"]]
    assert states() == {"sent": 12}


def test_the_channel_that_the_agreement_names_keeps_its_quiet_hours(world, clock):
    """`notices: {transport: slack, to: "#revenue", quiet: "18:00-08:00"}`, in Berlin; 21:00 there is 20:00 UTC."""
    slack("#revenue")
    evening = clock.go(hours=8)
    world.handed_over(evening)
    follow(evening)
    fake = FakeSlack()
    carrier(clock, fake).turn()
    assert fake.posted == []
    row = Outgoing.objects.get()
    assert row.due_at == NOON + timedelta(hours=19)
    clock.at = row.due_at
    carrier(clock, fake).turn()
    assert len(fake.posted) == 1


def test_each_member_has_quiet_hours_of_their_own_in_their_zone(world, clock):
    mail()
    handoff = world.handed_over(NOON)
    Choice.objects.create(member=handoff.owner, quiet="12:00-14:30")
    follow()
    assert Outgoing.objects.get().due_at == NOON + timedelta(hours=1, minutes=30), "13:00 in Berlin"
    handoff.owner.zone = "Asia/Kolkata"
    handoff.owner.save()
    telling.snooze(handoff, by=handoff.owner, ref="x", at=NOON)
    assert Outgoing.objects.latest("id").due_at == NOON + timedelta(hours=1), "18:30 in Kolkata"


def test_a_member_chooses_what_and_how(world):
    bot()
    mail()
    handoff = world.handed_over(NOON)
    owner = handoff.owner
    entries = list(Entry.objects.filter(verb="handoff.made"))

    def doors() -> list[str]:
        Outgoing.objects.all().delete()
        telling.tell(entries, NOON)
        return list(Outgoing.objects.values_list("door", flat=True))

    assert doors() == ["email"], "Slack does not know them"
    SlackUser.objects.create(member=owner, user="U0OWNER")
    assert doors() == ["slack"]
    choice = Choice.objects.create(member=owner, by_kind={"handoff": "email"})
    assert doors() == ["email"]
    choice.by_kind = {"handoff": "none"}
    choice.save()
    assert doors() == []


def test_a_warning_goes_to_the_owner_and_a_breach_to_whom_the_promise_names(world, clock):
    """`on_breach: [tell_manager, reroute]`: the manager is told, the owner is not; a channel is told of both."""
    mail()
    world.sam.manager = world.ada_brandt
    world.sam.save()
    handoff = world.handed_over(NOON)
    follow()
    Outgoing.objects.all().delete()
    clocks = {clock.promise: clock for clock in handoff.clocks.all()}
    first = next(one for one in clocks.values() if one.warn_at is not None)
    tick(at=first.warn_at + timedelta(seconds=1))
    follow(first.warn_at)
    (row,) = Outgoing.objects.all()
    assert (row.body["kind"], row.to.partition(":")[2]) == ("warning", handoff.owner.key)
    records = {"lead": handoff.lead.key, "promise": first.promise, "handoff": handoff.key, "agreement": world.version.hash}
    records["due"] = first.due_at.isoformat().replace("+00:00", "Z")
    assert dict(message_of(row.body, ZoneInfo("Europe/Berlin"), at=first.warn_at).data) == records
    late = first.due_at + timedelta(seconds=1)
    tick(at=late)
    follow(late)
    told = Outgoing.objects.filter(body__kind="breach")
    assert {row.to.partition(":")[2] for row in told} == {handoff.owner.manager.key}
    assert dict(message_of(told[0].body, ZoneInfo("Europe/Berlin"), at=late).data) == records
    assert told[0].body == {"kind": "breach", "lead": handoff.lead.key, "promise": first.promise, "owner": handoff.owner.key}


def test_a_win_is_told_once_with_the_names_of_both_teams(world, clock):
    slack()
    handoff = world.handed_over(NOON)
    follow()
    deal = Opportunity.objects.create(
        lead=handoff.lead, owner=world.sol, name="Pilot", account=handoff.lead.person.account, amount=48000, currency="EUR",
        received_at=NOON, opened_at=NOON,
    )  # fmt: skip
    deals.win(deal, by=world.sol, at=NOON)
    record("opportunity.told", deal, at=NOON)
    follow()
    Outgoing.objects.exclude(body__kind="won").delete()
    fake = FakeSlack()
    assert carrier(clock, fake).turn() == 1
    (body,) = fake.posted
    assert body["text"].endswith("Acme, 48,000 EUR")
    assert "Sol Meyer" in str(body["blocks"])


def test_a_deal_that_was_won_long_ago_is_no_news(world):
    slack()
    deal = Opportunity.objects.create(name="Old", outcome="won", closed_at=NOON - timedelta(days=8), received_at=NOON)
    record("opportunity.told", deal, at=NOON)
    telling.tell(list(Entry.objects.all()), NOON)
    assert not Outgoing.objects.exists()


def test_a_missing_reason_is_asked_of_who_gave_the_lead_back(world, clock):
    bot()
    handoff = world.handed_over(NOON)
    SlackUser.objects.create(member=handoff.owner, user="U0OWNER")
    fields = {"by": handoff.owner, "at": NOON, "received_at": NOON, "version": handoff.version}
    rejected = Disposition.objects.create(handoff=handoff, outcome="rejected", **fields)
    for ref in range(2):
        record("lead.reason_asked", handoff.lead, at=NOON, codes={"lead": handoff.lead.key, "handoff": handoff.key, "n": ref})
    asked = list(Entry.objects.filter(verb="lead.reason_asked").order_by("seq"))
    telling.tell(asked[:1], NOON)
    fake = FakeSlack()
    carrier(clock, fake).turn()
    (body,) = fake.posted
    assert (body["channel"], body["text"]) == ("U0OWNER", "Why did Ada Brenner at Acme come back?")
    [select] = next(block for block in body["blocks"] if block["type"] == "actions")["elements"]
    assert select["action_id"] == "reason"
    assert [option["value"] for option in select["options"]][:2] == [f"{handoff.key}/unable_to_reach", f"{handoff.key}/wrong_contact"]
    rejected.reason = "no_budget"
    rejected.save()
    telling.tell(asked[1:], NOON)
    carrier(clock, fake).turn()
    clock.go(minutes=5)
    carrier(clock, fake).turn()
    assert len(fake.posted) == 1, "it was given in the meantime"


def test_a_digest_is_put_down_once_a_day_for_each_who_wants_it(world):
    slack(digest_every="day", digest_hour=13)
    mail()
    Choice.objects.create(member=world.kim, digest_every="week", digest_weekday=1, digest_hour=13)
    for minute in (0, 1, 30):
        telling.digests(at=NOON + timedelta(minutes=minute))
    assert sorted(Outgoing.objects.values_list("door", "dedup_key")) == [("email", "digest:2026-03-10"), ("slack", "digest:2026-03-10")]
    telling.digests(at=NOON + timedelta(days=1))
    assert Outgoing.objects.filter(dedup_key="digest:2026-03-11").count() == 1
