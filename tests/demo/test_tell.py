"""The records of a day: the same for everyone who asks, in order, safe to show, dirty only where meant."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest

from tests.demo.conftest import START, company
from treaty.agreement.built_in import FREE_MAIL as KNOWN_FREE_MAIL
from treaty.demo.names import FREE_MAIL
from treaty.demo.steps import HandoffSeen
from treaty.truth.records import (
    AccountRecord,
    CampaignRecord,
    MemberRecord,
    OpportunityRecord,
    PersonRecord,
    SpendRecord,
    TouchRecord,
)
from treaty.truth.seniority import seniority_of

DIGEST = """
import hashlib
from datetime import date
from treaty.demo.company import Company
made = Company({seed}, leads=120, start_on=date(2026, 5, 23), days=60)
told = hashlib.sha256()
for day in range(60):
    for record in made.records_of(day):
        told.update(repr(record).encode())
print(told.hexdigest())
"""


def digest(seed: int, hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", DIGEST.format(seed=seed)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_the_same_seed_tells_the_same_bytes_in_every_process_and_another_seed_does_not():
    first = digest(3, "0")
    assert len(first) == 64
    assert digest(3, "4242") == first
    assert digest(4, "0") != first


def test_days_may_be_asked_for_in_any_order():
    forward = company(leads=100, days=40)
    told = [forward.records_of(day) for day in range(40)]
    other = company(leads=100, days=40)
    assert [other.records_of(day) for day in (30, 5, 5, 39, 0)] == [told[day] for day in (30, 5, 5, 39, 0)]


def test_answers_at_midnight_do_not_change_what_the_next_day_tells(small):
    made, plain = company(days=60), company(days=60)
    for day in range(60):
        assert made.records_of(day) == plain.records_of(day)
        ends_at = made.world.moment(made.world.midnights[day + 1])
        made.answer(HandoffSeen(handoff_key="x", person_email="a@b.example", owner_email="sol.meyer@halden.example", made_at=ends_at))
        assert made._told == day
        assert made._met == min(day + 1, 59)


def test_a_day_outside_of_the_period_is_refused_by_number():
    with pytest.raises(ValueError, match="day 40 is outside of the simulated period: 0 to 39"):
        company(leads=100, days=40).records_of(40)


def test_what_is_told_on_a_day_became_known_on_that_local_day():
    made = company(leads=300, days=120)
    for day in (0, 17, 119):
        start, end = (made.world.moment(made.world.midnights[day + n]) for n in (0, 1))
        for record in made.records_of(day):
            if isinstance(record, TouchRecord):
                assert start <= record.known_at < end
                assert record.occurred_at <= record.known_at


def test_local_days_follow_the_clocks_going_back():
    # 25 October 2026 has 25 hours in Berlin; it is day 155 from 23 May (8 + 30 + 31 + 31 + 30 + 25)
    world = company().world
    assert world.start_on + timedelta(155) == START.replace(month=10, day=25)
    assert [world.midnights[n + 1] - world.midnights[n] for n in (154, 155, 156)] == [86400, 90000, 86400]


def test_message_ids_and_external_ids_are_never_used_twice(halden):
    touches = Counter(r.message_id for r in halden.records if isinstance(r, TouchRecord))
    assert touches.most_common(1)[0][1] == 1
    spends = Counter(r.external_id for r in halden.records if isinstance(r, SpendRecord))
    assert spends.most_common(1)[0][1] == 1


def test_an_account_is_known_before_its_people_and_a_person_before_what_they_do(halden):
    accounts, people, seen = set(), set(), 0
    for record in halden.records:
        if isinstance(record, AccountRecord):
            accounts.add(record.ref.domain)
        if isinstance(record, PersonRecord):
            assert not record.account.domain or record.account.domain in accounts or record.account.domain.startswith("group-")
            people.add(record.ref.email)
        if isinstance(record, TouchRecord) and record.ref.email:
            seen += 1
            assert record.ref.email in people
    assert seen > 20_000


def test_every_address_is_one_that_cannot_exist(halden):
    assert set(FREE_MAIL) <= set(KNOWN_FREE_MAIL)
    emails = [r.ref.email for r in halden.records if isinstance(r, PersonRecord)]
    emails += [r.email for r in halden.records if isinstance(r, MemberRecord)]
    domains = [r.ref.domain for r in halden.records if isinstance(r, AccountRecord)]
    assert len(emails) > 5_000
    assert all(email.isascii() and email.endswith(".example") and email.count("@") == 1 for email in emails)
    assert all(domain.isascii() and domain.endswith(".example") for domain in domains)


def test_companies_have_names_and_domains_of_their_own(halden):
    first = {}
    for record in halden.records:
        if isinstance(record, AccountRecord) and record.fields.get("name"):
            assert first.setdefault(record.ref.domain, record.fields["name"]) == record.fields["name"]
    assert len(first) > 2_000


@pytest.mark.parametrize("name", ["Angela Merkel", "Elon Musk", "Thomas Müller", "Ada Lovelace", "Greta Thunberg", "Emmanuel Macron"])
def test_nobody_famous_can_be_drawn(name):
    from treaty.demo import names

    first, last = name.split()
    drawn = {w for text in names.FIRST.values() for w in text.split()}, {w for text in names.LAST.values() for w in text.split()}
    assert not (first in drawn[0] and last in drawn[1])


def test_titles_say_the_seniority_that_is_stated(halden):
    stated = [(r.fields["title"], r.fields["seniority"]) for r in halden.records if isinstance(r, PersonRecord) and "title" in r.fields]
    assert len(stated) > 4_000
    assert {(title, level) for title, level in stated if seniority_of(str(title)) != level} == set()


def test_members_have_roles_and_managers_come_first(small):
    members = [r for r in small.records if isinstance(r, MemberRecord)]
    assert {m.role for m in members} == {"marketing", "sales_rep", "sales_manager", "revops", "executive"}
    told = set()
    for member in members:
        assert not member.manager_email or member.manager_email in told
        told.add(member.email)
    assert {"mira.lang@halden.example", "sam.okafor@halden.example", "rui.costa@halden.example", "ada.brandt@halden.example"} <= told


def test_the_spend_of_a_campaign_stays_near_its_budget_and_inside_its_days(halden):
    campaigns = {r.key: r for r in halden.records if isinstance(r, CampaignRecord)}
    spends = [r for r in halden.records if isinstance(r, SpendRecord) and r.campaign]
    assert {s.campaign for s in spends} == {key for key, c in campaigns.items() if c.budget}
    for key, campaign in campaigns.items():
        mine = [s for s in spends if s.campaign == key]
        assert all(campaign.starts_on <= s.on <= campaign.ends_on for s in mine)
        assert abs(sum(s.amount for s in mine) - campaign.budget) <= campaign.budget / 8


def test_deals_that_sales_found_alone_are_told_step_by_step(halden):
    told = {}
    for record in halden.records:
        if isinstance(record, OpportunityRecord):
            told.setdefault(record.external_id, []).append(record)
    assert len(told) == 25  # 5,000 leads at 0.005 each
    for states in told.values():
        assert [len(s.history) for s in states] == sorted(len(s.history) for s in states)
        assert states[-1].outcome in ("open", "won", "lost")
        assert (states[-1].closed_at is None) == (states[-1].outcome == "open")
        assert (states[-1].outcome == "lost") == bool(states[-1].lost_reason)


def test_the_story_does_not_depend_on_the_day_it_is_asked_again(small):
    told = hashlib.sha256("".join(map(repr, small.records)).encode()).hexdigest()
    again = company()
    assert hashlib.sha256("".join(repr(r) for d in range(182) for r in again.records_of(d)).encode()).hexdigest() == told
