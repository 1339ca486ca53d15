"""What sales does with a handoff: in working time, with reasons of the agreement, in an order that is allowed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.demo.conftest import company
from treaty.demo.diary import Diary
from treaty.demo.steps import (
    AbsenceSeen,
    Accept,
    Amount,
    Contact,
    HandoffSeen,
    Lost,
    Meeting,
    Objection,
    Open,
    Qualify,
    Recycle,
    Reject,
    StageTo,
    Won,
)
from treaty.demo.words import OBJECTIONS
from treaty.truth.records import PersonRecord

REJECTED = {"unable_to_reach", "wrong_contact", "not_in_market", "no_budget", "other_product", "no_fit", "competitor", "duplicate"}
ASKS = {"wrong_contact", "not_in_market", "other_product", "no_fit", "competitor", "duplicate"}
LOST = {"price", "no_decision", "competitor", "missing_capability", "timing"}
BERLIN = Diary("Europe/Berlin", "DE", "BE")


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-20 16:30", 90, "2026-11-23 09:30"),  # Friday 60 + Monday 30
        ("2026-11-20 12:00", 60, "2026-11-20 14:00"),  # 30 before lunch, 30 after
        ("2026-10-02 17:00", 60, "2026-10-05 09:30"),  # Saturday 3 October is a holiday anyway
        ("2026-12-24 17:00", 60, "2026-12-28 09:30"),  # Christmas falls on Friday and Saturday, the 28th is a Monday
        ("2026-03-27 17:00", 60, "2026-03-30 09:30"),  # clocks go forward in between
    ],
)
def test_working_minutes_skip_lunch_nights_weekends_and_holidays(start, minutes, end):
    assert BERLIN.after(berlin(start), minutes) == berlin(end)


def test_an_absence_is_skipped_too():
    away = AbsenceSeen(member_email="a@halden.example", starts_at=berlin("2026-11-23 00:00"), ends_at=berlin("2026-11-24 12:00"))
    diary = Diary("Europe/Berlin", "DE", "BE", (away,))
    assert diary.after(berlin("2026-11-20 17:00"), 60) == berlin("2026-11-24 12:30")  # 30 on Friday, 30 on Tuesday


def steps(shadow, kind):
    return [step for answer in shadow.answers for step in answer if isinstance(step, kind)]


def test_every_step_falls_into_the_working_hours_of_whoever_takes_it(halden):
    team = halden.company.team.by_email
    for step in (step for answer in halden.answers for step in answer):
        worker = team[step.by]
        local = worker.diary.local(step.at)
        minute = local.hour * 60 + local.minute
        assert local.weekday() < 5
        assert 540 <= minute <= 750 or 810 <= minute <= 1050
        assert not any(a.starts_at < step.at < a.ends_at for a in worker.absences)
        assert local.date() not in {date(2026, 10, 3), date(2026, 12, 25)}


def test_reasons_are_the_agreements_and_carry_what_is_asked(halden):
    rejected = steps(halden, Reject)
    assert {r.reason for r in rejected} == REJECTED
    assert all(r.detail for r in rejected if r.reason in ASKS)
    assert all(date.fromisoformat(r.detail) > r.at.date() for r in rejected if r.reason == "not_in_market")
    assert {r.reason for r in steps(halden, Recycle)} <= REJECTED
    assert {r.reason for r in steps(halden, Lost)} == LOST
    assert all(r.competitor for r in steps(halden, Lost) if r.reason == "competitor")
    assert {o.theme for o in steps(halden, Objection)} == set(OBJECTIONS)


def test_nobody_is_called_out_of_reach_before_five_attempts(halden):
    for answer in halden.answers:
        ends = [s for s in answer if isinstance(s, Reject | Recycle) and s.reason == "unable_to_reach"]
        if ends:
            assert sum(isinstance(s, Contact) and s.at < ends[0].at for s in answer) >= 5


def test_steps_come_in_an_order_the_agreement_allows(halden):
    order = (Accept, Qualify, Open, Won | Lost)
    for answer in halden.answers:
        assert [s.at for s in answer] == sorted(s.at for s in answer)
        assert sum(isinstance(s, Accept | Reject) for s in answer) <= 1
        moments = [min((s.at for s in answer if isinstance(s, kind)), default=None) for kind in order]
        reached = [at for at in moments if at]
        assert reached == sorted(reached)
        assert all(moments[: len(reached)])  # no stage is skipped
        if any(isinstance(s, Meeting | Objection | Recycle) for s in answer):
            assert moments[0] <= min((s.at for s in answer if isinstance(s, Meeting | Objection)), default=moments[0])
        for meeting in (s for s in answer if isinstance(s, Meeting)):
            assert any(isinstance(s, Contact) and s.outcome == "held" and s.at == meeting.at_meeting for s in answer)


def test_a_deal_has_one_economic_buyer_a_known_product_and_round_money(halden):
    emails = {r.ref.email for r in halden.records if isinstance(r, PersonRecord)}
    end = halden.company.world.moment(halden.company.world.midnights[182])
    for opened in (step for step in steps(halden, Open) if step.at < end):
        assert [role for _, role in opened.roles].count("economic_buyer") == 1
        assert len({email for email, _ in opened.roles}) == len(opened.roles)
        assert {email for email, _ in opened.roles} <= emails
        assert opened.amount % 100 == 0
        assert opened.amount >= 2_400
        assert opened.close_on > opened.at.date()
    assert {s.stage for s in steps(halden, StageTo)} == {"discovery", "proposal", "negotiation"}
    assert all(a.new > 0 for a in steps(halden, Amount))
    assert all(set(q.answers) == {"budget", "timeline", "need"} for q in steps(halden, Qualify))


def test_the_same_handoff_gets_the_same_answer_after_a_restart(small):
    fresh = company()
    for handoff, answer in list(zip(small.handoffs, small.answers, strict=True))[-5:]:
        assert fresh.answer(handoff) == answer


def test_a_stranger_gets_no_answer(small):
    for email in ("nobody@elsewhere.example", "a.b5@freemail.example", "a.b@albrund-pumpen.example", ""):
        handoff = HandoffSeen(
            handoff_key="x", person_email=email, owner_email="sol.meyer@halden.example", made_at=berlin("2026-09-01 10:00")
        )
        assert small.company.answer(handoff) == []


def test_the_cast_waits_in_the_queue_as_the_period_ends_and_two_have_just_bought(halden):
    found = {h.person_email: (h, steps) for h, steps in zip(halden.handoffs, halden.answers, strict=True)}
    end = halden.company.world.moment(halden.company.world.midnights[182])
    for email in ("henrike.falkenrath@albrund-pumpen.example", "nikhil.deshmukh@lindham-valves.example"):
        handoff, answer = found[email]
        assert answer == []
        assert timedelta(0) < end - handoff.made_at < timedelta(days=2)  # Friday afternoon; the period ends on Friday night
    for email in ("hakan.rosvall@keldvik-paper.example", "birgit.eickhoff@tharnau-zement.example"):
        won = [s for s in found[email][1] if isinstance(s, Won)]
        assert timedelta(0) < end - won[0].at < timedelta(days=28)
    assert "tabea.pannwitz@freemail.example" not in found  # the student


@settings(max_examples=60, deadline=None)
@given(hours=st.floats(0, 30), more=st.floats(0, 30), number=st.integers(0, 10_000))
def test_a_later_contact_never_betters_a_fate(small, hours, more, number):
    from treaty.demo.fates import decide, seen_by

    made = small.company
    handoff = small.handoffs[number % len(small.handoffs)]
    account, person, story = made._find(handoff.person_email, handoff.made_at)
    seen = seen_by(account, person, story, handoff.made_at)
    soon, late = (decide(made.world.rng("fate", number), account, person, seen, h, by_alias=False) for h in (hours, hours + more))
    for gate in ("is_reached", "is_accepted", "is_qualified", "is_opened", "is_won"):
        assert getattr(soon, gate) >= getattr(late, gate)
