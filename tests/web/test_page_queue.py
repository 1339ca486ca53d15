"""The rep's day without a script: every key of the queue is a form that posts."""

from datetime import timedelta

import pytest
from web_doors import Door, told

from tests.conftest import NOON
from treaty.feedback.contact import log_contact
from treaty.feedback.models import Disposition
from treaty.handoff.models import Handoff
from treaty.sla.actions import refresh, start
from treaty.sla.models import ClockPause, SlaClock
from treaty.truth.models import Activity, Assignment, Campaign, Lead
from treaty.web.pages.queue.answers import give
from treaty.web.pages.queue.brief import with_pools

MINUTE = timedelta(minutes=1)
LATER = NOON + 90 * MINUTE
"""14:30 in Berlin: an hour after the lunch break, so one of four working hours is gone."""


@pytest.fixture
def handoff(world):
    """Ada's, with Sol."""
    return of(world, world.sol, "ada@acme.example", NOON)


@pytest.fixture
def rep(handoff):
    return Door(handoff.owner, LATER)


def of(world, owner, email, at):
    """A handoff given to one rep, whoever was next in turn, with its clocks."""
    made = world.handed_over(at, email)
    Handoff.objects.filter(pk=made.pk).update(owner=owner)
    Lead.objects.filter(pk=made.lead_id).update(owner=owner)
    Assignment.objects.filter(lead=made.lead_id, ends_at=None).update(owner=owner)
    made.refresh_from_db()
    start(made)
    return made


def second(world, owner, email="berta@acme.example"):
    return of(world, owner, email, NOON + MINUTE)


def answer(door, handoff, name, **more):
    return door.post(f"/handoffs/{handoff.key}/answer/", {"answer": name, **more})


def test_the_queue_says_who_by_when_and_why(rep, handoff):
    page = rep.says("/queue/")
    assert "One lead is yours" in page
    assert "First contact, within 4 working hours" in page
    assert "3\xa0h left" in page  # 13:30 to 14:30 is gone of 13:30 to 17:30
    assert "3\xa0hours left for the first contact" in page
    assert "Head of maintenance, " in page
    assert "article" in page


def test_an_empty_queue_says_the_next_step(world):
    page = Door(world.sol, NOON).says("/queue/")
    assert "Nothing waits for you" in page
    assert 'href="/leads/"' in page


def test_those_who_take_no_leads_are_told_where_leads_are(world):
    page = Door(world.mira, NOON).says("/queue/")
    assert "You take no leads" in page
    assert 'href="/leads/">All leads' in page
    assert 'class="brief"' not in page  # no empty pane beside it


def test_a_brief_that_kept_the_slug_of_a_campaign_is_read_with_its_name(handoff, rep):
    Campaign.objects.create(slug="webinar-2026-10", name="Webinar: From alarm to work order", made_at=NOON)
    handoff.brief = {"source": [{"says": "First came by webinar · webinar-2026-10", "touches": [1]}]}
    handoff.save(update_fields=["brief"])
    page = rep.says(f"/queue/{handoff.key}/")
    assert "First came by webinar · Webinar: From alarm to work order" in page
    assert "webinar-2026-10" not in page


def test_a_pool_is_said_in_words_and_a_longer_name_stays_whole():
    assert with_pools("next in turn in all-reps", ["all-reps", "all"]) == "next in turn in all reps"
    assert with_pools("territory: dach-north", ["dach"]) == "territory: dach-north"


def test_a_stranger_finds_no_brief_no_answer_and_no_undo(world, handoff):
    stranger = Door(world.kim, LATER)
    paths = [f"/queue/{handoff.key}/", f"/queue/{handoff.key}/brief/"]
    assert [stranger.get(path).status_code for path in paths] == [404, 404]
    posts = [f"/handoffs/{handoff.key}/{what}/" for what in ("answer", "undo", "owner", "pause", "resume")]
    assert {stranger.post(path, {"answer": "accept"}).status_code for path in posts} == {404}
    assert stranger.post("/queue/answers/", {"lead": handoff.key, "answer": "accept"}).status_code == 404
    assert not Disposition.objects.exists()


@pytest.mark.parametrize("name", ["mira", "ada_brandt"])
def test_marketing_and_executives_may_look_but_not_answer_for_sales(world, handoff, name):
    door = Door(getattr(world, name), LATER)
    assert door.get(f"/queue/{handoff.key}/")["Location"] == f"/leads/{handoff.lead.key}/"
    response = answer(door, handoff, "accept")
    assert response.status_code == 422
    assert "This lead is with somebody else" in response.content.decode()
    assert not Disposition.objects.exists()


def test_only_those_who_answer_for_a_rep_open_the_queue_of_that_rep(world, handoff):
    path = f"/queue/?owner={handoff.owner.key}"
    assert "One lead is with" in Door(world.sam, LATER).says(path)
    assert "One lead is with" in Door(world.rui, LATER).says(path)
    assert {Door(getattr(world, name), LATER).get(path).status_code for name in ("mira", "ada_brandt")} == {404}
    assert Door(world.sam, LATER).get("/queue/?owner=nobody").status_code == 404


def test_accepting_stops_the_clock_at_once_and_goes_to_the_next_lead(world, handoff, rep):
    following = second(world, handoff.owner)
    response = answer(rep, handoff, "accept")
    assert (response.status_code, response["Location"]) == (303, f"/queue/{following.key}/#lead")
    assert SlaClock.objects.get(handoff=handoff, promise="disposition").ended == "met"
    page = rep.get(response["Location"].split("#")[0])
    assert told(page) == ["Ada Brenner is accepted."]
    assert f'action="/handoffs/{handoff.key}/undo/"' in page.content.decode()


def test_with_htmx_the_browser_is_sent_on(handoff, rep):
    response = rep.post(f"/handoffs/{handoff.key}/answer/", {"answer": "accept"}, HX_Request="true")
    assert (response.status_code, response["HX-Redirect"]) == (204, "/queue/")


def test_a_rejection_without_a_reason_keeps_what_was_typed(handoff, rep):
    response = answer(rep, handoff, "reject", detail="runs until 2027 <b>")
    page = response.content.decode()
    assert response.status_code == 422
    assert "A rejection needs a reason" in page
    assert 'value="runs until 2027 &lt;b&gt;"' in page


def test_a_reason_that_asks_names_what_it_asks_and_stays_chosen(handoff, rep):
    page = answer(rep, handoff, "reject", reason="competitor").content.decode()
    assert "Competitor asks: which one." in page
    assert "checked" in page[page.index('value="competitor" required') :][:80]
    assert '<details name="act" data-keys-scope open>' in page


def test_unable_to_reach_names_the_attempts_that_are_missing(handoff, rep):
    page = answer(rep, handoff, "reject", reason="unable_to_reach").content.decode()
    assert "Unable to reach needs 5 attempts first; 0 logged so far." in page


def test_an_unknown_answer_and_an_unknown_reason_name_those_there_are(handoff, rep):
    assert "is not an answer: use one of accept" in answer(rep, handoff, "burn").content.decode()
    assert "no budget" in answer(rep, handoff, "reject", reason="bad_lead").content.decode()


def test_with_htmx_a_refusal_comes_back_as_the_brief_alone(handoff, rep):
    response = rep.post(f"/handoffs/{handoff.key}/answer/", {"answer": "reject"}, HX_Request="true")
    assert (response.status_code, response["HX-Retarget"]) == (200, "#lead")
    assert response.content.decode().startswith("<article")


def test_a_rejection_gives_the_lead_back_and_can_be_undone(world, handoff, rep):
    answer(rep, handoff, "reject", reason="no_budget", detail="next year")
    given = Disposition.objects.get()
    assert (given.outcome, given.note, given.detail) == ("rejected", "next year", "")
    assert "Nothing waits for you" in rep.says("/queue/")
    response = rep.post(f"/handoffs/{handoff.key}/undo/", follow=True)
    assert told(response) == ["Ada Brenner waits for an answer again."]
    assert "One lead is yours" in rep.says("/queue/")
    assert SlaClock.objects.get(handoff=handoff, promise="first-contact").ended == ""


def test_undo_ends_after_ten_minutes_with_a_sentence(handoff, rep):
    answer(rep, handoff, "accept")
    rep.at = LATER + 11 * MINUTE
    assert told(rep.post(f"/handoffs/{handoff.key}/undo/", follow=True))[-1] == (
        "Answers can be undone for ten minutes: move the lead by hand instead, with a reason."
    )
    assert "undo/" not in rep.says(f"/queue/{handoff.key}/")


def test_a_contact_is_one_press_and_undone_by_one(handoff, rep):
    answer(rep, handoff, "contacted")
    assert SlaClock.objects.get(handoff=handoff, promise="first-contact").ended == "met"
    assert "Accept or reject, within 16 working hours" in rep.says("/queue/")
    rep.post(f"/handoffs/{handoff.key}/undo/")
    assert Activity.objects.get().withdrawn_at == LATER
    assert "First contact, within 4 working hours" in rep.says("/queue/")


def test_the_last_thing_is_undone_first(handoff, rep):
    answer(rep, handoff, "contacted")
    rep.at = LATER + MINUTE
    answer(rep, handoff, "accept")
    rep.post(f"/handoffs/{handoff.key}/undo/")
    assert (Disposition.objects.get().withdrawn_at, Activity.objects.get().withdrawn_at) == (rep.at, None)


def test_nothing_to_undo_is_said(handoff, rep):
    assert told(rep.post(f"/handoffs/{handoff.key}/undo/", follow=True))[0].startswith("There is nothing to undo here")


def test_an_acceptance_stays_once_the_lead_has_been_qualified(handoff, rep):
    answer(rep, handoff, "accept")
    rep.at = LATER + MINUTE
    answer(rep, handoff, "qualify", **{"answer.budget": "40 k", "answer.timeline": "May", "answer.need": "pumps"})
    assert told(rep.post(f"/handoffs/{handoff.key}/undo/", follow=True))[-1].startswith("Ada Brenner has moved on to sales qualified")
    assert Lead.objects.get().stage == "sales_qualified"


def test_qualifying_names_the_answers_that_are_missing(handoff, rep):
    answer(rep, handoff, "accept")
    page = answer(rep, handoff, "qualify", **{"answer.budget": "40 k"}).content.decode()
    assert "Sales qualified needs an answer first: timeline, need." in page


def test_a_lead_is_recycled_until_a_day_or_without_one(handoff, rep):
    answer(rep, handoff, "recycle", reason="90")
    assert Lead.objects.get().rests_until == LATER + timedelta(days=90)
    rep.post(f"/handoffs/{handoff.key}/undo/")
    assert answer(rep, handoff, "recycle", reason="-5").status_code == 422


def test_an_accepted_lead_goes_back_only_with_a_reason(handoff, rep):
    answer(rep, handoff, "accept")
    assert "choose one" in answer(rep, handoff, "recycle").content.decode()
    answer(rep, handoff, "recycle", reason="no_budget")
    assert Lead.objects.get().stage == "recycled"


def test_what_went_to_somebody_else_is_not_answered_by_the_one_before(world, handoff, rep):
    other = world.kim
    Door(world.sam, LATER).post(f"/handoffs/{handoff.key}/owner/", {"to": other.key, "reason": "Italian needed"})
    assert f"Ada Brenner is with {other.name} now" in answer(rep, handoff, "accept").content.decode()


def test_several_are_accepted_at_once_and_undone_at_once(world, handoff, rep):
    more = second(world, handoff.owner)
    response = rep.post("/queue/answers/", {"lead": [handoff.key, more.key], "answer": "accept"}, follow=True)
    assert told(response) == ["2 leads accepted."]
    undo = f"/queue/undo/?lead={handoff.key}&amp;lead={more.key}"
    assert undo in response.content.decode()
    assert told(rep.post(undo.replace("&amp;", "&"), follow=True)) == ["2 leads waiting for an answer again."]
    assert not Disposition.objects.filter(withdrawn_at=None).exists()


def test_of_several_those_that_cannot_be_are_named_and_the_rest_is_done(world, handoff, rep):
    more = second(world, handoff.owner)
    answer(rep, handoff, "accept")
    response = rep.post("/queue/answers/", {"lead": [handoff.key, more.key], "answer": "reject", "reason": "no_budget"}, follow=True)
    assert told(response)[-2:] == ["1 lead rejected.", f"Ada Brenner: Already accepted by {handoff.owner.name}."]


def test_nothing_selected_is_said(rep, handoff):
    assert told(rep.post("/queue/answers/", {"answer": "accept"}, follow=True)) == [
        "No lead is selected: press X on those you mean, or tick them."
    ]


def test_a_manager_gives_a_lead_to_another_and_the_ledger_says_why(world, handoff):
    other = world.kim
    response = Door(world.sam, LATER).post(f"/handoffs/{handoff.key}/owner/", {"to": other.key, "reason": "Italian needed"}, follow=True)
    assert told(response) == [f"Ada Brenner is with {other.name} now."]
    given = Handoff.objects.get(ended_at=None)
    assert (given.owner, Lead.objects.get().owner) == (other, other)
    assert Assignment.objects.get(ends_at=None).reasons == ["given by Sam Okafor: Italian needed"]
    assert SlaClock.objects.filter(handoff=given, ended="").count() == 3
    assert set(SlaClock.objects.filter(handoff=handoff).values_list("ended", flat=True)) == {"moved"}


def refused(response):
    """The page shown again, as it says why not."""
    assert response.status_code == 422
    return response.content.decode()


def test_a_pause_that_is_refused_is_asked_for_again_with_what_was_typed(world, handoff):
    door, asked = Door(world.sam, LATER), {"reason": "awaiting_prospect_date", "until": "2026-03-01"}
    page = refused(door.post(f"/handoffs/{handoff.key}/pause/", asked))
    panel = page[page.index('<details name="act" open>') :]
    assert page.count('role="alert"') == 1
    assert panel.index("2026-03-01 is not ahead") < panel.index("The clock may stand while")
    assert '<option value="awaiting_prospect_date" selected>' in panel
    assert 'name="until" value="2026-03-01"' in panel
    assert not ClockPause.objects.exists()


def test_an_owner_who_cannot_be_is_asked_for_again_with_the_reason_that_was_written(world, handoff):
    door = Door(world.sam, LATER)
    page = refused(door.post(f"/handoffs/{handoff.key}/owner/", {"to": handoff.owner.key, "reason": "Italian needed"}))
    panel = page[page.index('<details name="act" open>') :]
    assert "Nobody to give it to was chosen" in panel
    assert 'value="Italian needed"' in panel
    page = refused(door.post(f"/handoffs/{handoff.key}/owner/", {"to": world.kim.key, "reason": " "}))
    assert "The ledger wants a reason" in page
    assert f'<option value="{world.kim.key}" selected>' in page


def test_what_a_manager_cannot_do_any_more_is_said_above_the_brief(world, handoff):
    """A colleague let the clock stand meanwhile: the panel that was sent is no longer there."""
    door, asked = Door(world.sam, LATER), {"reason": "awaiting_prospect_date"}
    door.post(f"/handoffs/{handoff.key}/pause/", asked)
    page = refused(door.post(f"/handoffs/{handoff.key}/pause/", asked))
    assert "The clock stands already: let it run again first." in page
    assert "Let the clock stand" not in page


def test_a_rep_neither_gives_leads_away_nor_lets_the_clock_stand(handoff, rep):
    for what in ("owner", "pause", "resume"):
        said = told(rep.post(f"/handoffs/{handoff.key}/{what}/", {"reason": "awaiting_prospect_date"}, follow=True))
        assert said[-1].startswith("A sales manager or RevOps does this")
    assert not ClockPause.objects.exists()


def test_a_manager_lets_the_clock_stand_for_an_agreed_reason_alone(world, handoff):
    door = Door(world.sam, LATER)
    path = f"/handoffs/{handoff.key}/pause/"
    assert "does not pause a clock" in refused(door.post(path, {"reason": "holiday"}))
    assert "is not ahead" in refused(door.post(path, {"reason": "awaiting_prospect_date", "until": "2026-03-01"}))
    assert "is not a day" in refused(door.post(path, {"reason": "awaiting_prospect_date", "until": "31.3."}))
    door.post(path, {"reason": "awaiting_prospect_date"})
    assert SlaClock.objects.filter(due_at=None).count() == 3
    assert "The clock stands" in door.says(f"/queue/{handoff.key}/")
    door.post(f"/handoffs/{handoff.key}/resume/")
    assert not SlaClock.objects.filter(due_at=None).exists()


def test_a_clock_let_stand_until_a_day_can_run_again_before_it(world, handoff):
    door, stand, run = Door(world.sam, LATER), "Let the clock stand", "Let the clock run again"
    due = set(SlaClock.objects.values_list("promise", "due_at"))
    page = door.says(f"/queue/{handoff.key}/")
    assert (stand in page, run in page) == (True, False)
    paused = door.post(f"/handoffs/{handoff.key}/pause/", {"reason": "awaiting_prospect_date", "until": "2026-03-13"}, follow=True)
    assert told(paused) == ["The clock of Ada Brenner stands until 13 March."]
    page = door.says(f"/queue/{handoff.key}/")
    assert (stand in page, run in page) == (False, True)
    path = f"/handoffs/{handoff.key}/resume/"
    assert "runs again" in told(door.post(path, follow=True))[-1]
    assert set(SlaClock.objects.values_list("promise", "due_at")) == due  # it stood for no time at all
    assert "nothing to let run" in refused(door.post(path))


def test_an_answer_whose_clocks_cannot_be_judged_is_not_kept(handoff):
    """A clock of a promise the agreement does not have: what fails after the answer takes the answer back."""
    SlaClock.objects.filter(promise="first-contact").update(promise="unheard-of")
    with pytest.raises(LookupError, match="unheard-of"):
        give(handoff, {"answer": "accept"}, by=handoff.owner, at=LATER)
    assert not Disposition.objects.exists()
    assert Lead.objects.get().stage == "marketing_qualified"


def test_attempts_count_up_in_the_row(world, handoff, rep):
    answer(rep, handoff, "accept")
    for n in range(2):
        log_contact(handoff.lead, "call", by=handoff.owner, at=LATER + n * MINUTE, outcome="no_answer")
    refresh(Handoff.objects.get())
    page = rep.says("/queue/")
    assert "Keep trying, 5 attempts in 10 working days" in page
    assert "2 of 5, by 24\xa0Mar 17:30" in page  # the close of the tenth working day after Tuesday 10 March, in Berlin


def test_names_of_html_stay_text(world, handoff, rep):
    handoff.lead.person.name = "<script>alert(1)</script>"
    handoff.lead.person.save()
    page = rep.says("/queue/")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_queue_costs_the_same_for_one_lead_and_for_many(world, handoff, rep, django_assert_max_num_queries):
    for n in range(8):
        second(world, handoff.owner, f"person{n}@acme.example")
    with django_assert_max_num_queries(30):
        page = rep.says("/queue/")
    assert "Nine leads are yours" in page
    with django_assert_max_num_queries(30):
        rep.get(f"/queue/{handoff.key}/brief/")


def test_a_search_keeps_the_queue_short_and_says_so(world, handoff, rep):
    second(world, handoff.owner)
    assert "2 leads" not in rep.says("/queue/?q=nobody")
    assert "No lead of this queue fits" in rep.says("/queue/?q=nobody")
    assert "Two leads for “brenner”" in rep.says("/queue/?q=brenner")


def test_signing_in_comes_first(db, client):
    assert client.get("/queue/")["Location"].startswith("/sign-in/")
    assert client.post("/handoffs/x/answer/")["Location"].startswith("/sign-in/")


def test_the_promise_leads_to_its_place_in_the_signed_contract(rep, handoff):
    page = rep.says("/queue/")
    href = page[page.index("/agreement/versions/") :].split('"')[0]
    path, _, anchor = href.partition("#")
    assert anchor == "promise-first-contact"
    assert f'id="{anchor}"' in rep.says(path)


def test_a_long_queue_is_shown_in_parts_by_the_clock(world, handoff, rep, monkeypatch):
    from treaty.web.pages.queue import rows

    monkeypatch.setattr(rows, "PAGE", 2)
    for n in range(3):
        second(world, handoff.owner, f"person{n}@acme.example")
    page = rep.says("/queue/")
    assert "Four leads are yours" in page
    assert 'href="/queue/?page=2">2 more, later by the clock' in page
    assert "more, later by the clock" not in rep.says("/queue/?page=2")
