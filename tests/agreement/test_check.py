# ruff: noqa: E501 - the cases are a table, one to a line
"""Contradictions between parts: each is found at its place, with a way out. One change to the example per case."""

import pytest

from treaty.agreement.check import examine
from treaty.agreement.document import dotted

STAGE = "stages.marketing_qualified"
FIT = "- {when: {account: {employees: {at_least: 250}}}, points: 15}"
EMPLOYEES = "        - account: {employees: {at_least: 50}}\n"
SENIOR = "- person: {seniority: {in: [director, vp, c_level]}}"
FALLBACK = "    - {rule: fallback, to: sam.okafor@halden.example}\n"

ERRORS = [
    # who signs, from when, for whom
    ("sales: [sam.okafor@halden.example]\nsponsor", "sales: [mira.lang@halden.example]\nsponsor", "signatories.sales[0]", "signs for both sides"),
    ("[mira.lang@halden.example]\n", "[mira.lang@halden.example, Mira.Lang@halden.example]\n", "signatories.marketing[1]", "occurs twice"),
    ("locked_until: 2026-06-30", "locked_until: 2025-06-30", "locked_until", "before it takes effect"),
    ("applies_to: everyone", "applies_to: dech", "applies_to", "did you mean dach?"),
    ("{USD:", "{EUR:", "rates.EUR", "own currency"),
    ("{source: ecb, on", "{source: stated, on", "rates.USD", "without a rate"),
    ("chair: alternates", "chair: nobody", "cadence[0].chair", "cannot chair"),
    ("attend: [signatories]", "attend: [all of us]", "cadence[0].attend[0]", "cannot attend"),
    ("hubspot: 15 minutes", "hubspot: 0 minutes", "freshness.hubspot", "at least 1"),
    # the lifecycle
    ("moves: [sales_accepted, rejected, recycled]", "moves: [sales_acepted, rejected, recycled]", f"{STAGE}.moves[0]", "did you mean sales_accepted?"),
    ("moves: [engaged]}\n  engaged", "moves: [engaged, subscriber]}\n  engaged", "stages.subscriber.moves[1]", "moves to itself"),
    ("moves: [customer, recycled]", "moves: [recycled]", "stages.customer", "no lead ever comes to customer"),
    ("when: opportunity_won", "when: opportunity_lost", "stages", "no stage is reached when an opportunity is won"),
    ("disqualified: {owner: marketing, moves: [engaged]}", "disqualified: {owner: marketing, moves: [lost]}\n  lost: {owner: marketing, moves: [disqualified]}",
     "stages.disqualified.moves", "goes round for ever (disqualified, lost)"),
    ("recycled], by: owner}\n  sales_q", "recycled], by: owner, enter: {touches: {kind: call}}}\n  sales_q", "stages.sales_accepted.by", "both by its owner and by a definition"),
    ("by: owner, captured: [amount", "by: owner, when: opportunity_won, captured: [amount", "stages.customer.when", "'opportunity_won' occurs twice"),
    ("[budget, timeline, need]", "[budget, timeline, budget]", "stages.sales_qualified.captured[2]", "'budget' occurs twice"),
    ("awareness: [subscriber, engaged]", "awareness: [subscriber, engajed]", "journey.awareness[1]", "did you mean engaged?"),
    ("decision: [sales_qualified, opportunity]", "decision: [sales_accepted, opportunity]", "journey.decision[0]", "occurs twice"),
    # conditions
    ("{in_list: free_mail}", "{in_list: free_male}", f"{STAGE}.enter.none[0].person.email_domain.in_list", "did you mean free_mail?"),
    ("{seniority: {in: [director", "{seniorty: {in: [director", f"{STAGE}.enter.all[3].person.seniorty", "did you mean seniority?"),
    ("{score: {engagement:", "{score: {engagment:", f"{STAGE}.shortcuts[1].all[0].score.engagment", "did you mean engagement?"),
    ("{starts_with: /pricing}", "{matches: '(?=x)'}", f"{STAGE}.enter.all[1].touches.where.path.matches", "is not RE2"),
    ("{starts_with: /pricing}", "{at_least: 3}", f"{STAGE}.enter.all[1].touches.where.path", "is text, this asks for a number"),
    ("kind: unsubscribed, within: 180 days", "kind: unsubscribed, within: 0 days", f"{STAGE}.enter.none[1].touches.within", "no touch is younger"),
    (FIT, "- {when: {account: {employees: {starts_with: '2'}}}, points: 15}", "scores.fit.points[1].when.account.employees", "is a number, this asks for text"),
    (FIT, "- {when: {score: {engagement: {at_least: 2}}}, points: 15}", "scores.fit.points[1].when.score.engagement", "a rule of a score asks for a score"),
    (EMPLOYEES, EMPLOYEES + "        - all: [{account: {employees: {at_most: 49}}}]\n", f"{STAGE}.enter.all[3].all[0].account.employees",
     "employees cannot be at least 50 and at most 49 at once"),
    (SENIOR, SENIOR + "\n        - person: {seniority: {is: Intern}}", f"{STAGE}.enter.all[4].person.seniority", "cannot be in director, vp, c_level and is Intern"),
    ("- person: {email_domain: {in_list: free_mail}}", SENIOR, f"{STAGE}.enter.none[0]", "the same is asked for and excluded"),
    ("- person: {email_domain: {in_list: free_mail}}", "- {}", f"{STAGE}.enter.none[0]", "this excludes everyone"),
    ("dach: {account:", "all-of-them: {}\n    dach: {account:", "profile.segments.dach", "the segment 'dach' is never reached"),
    ("- account: {industry:", "- touches: {kind: demo_request}\n      - account: {industry:", "profile.accounts.all[1].touches", "describes companies"),
    ("half_life: 30 days", "half_life: 30 working days", "scores.engagement.half_life", "calendar time"),
    ("{A: 30, B: 15, C: 0}", "{A: 30, B: 40, C: 0}", "scores.grid.fit.B", "not below band A at 30"),
    ("grid: {fit:", "grid: {fitt:", "scores.grid.fitt", "did you mean fit?"),
    # the handoff
    ("moves: [sales_qualified, rejected, recycled], by: owner}", "moves: [sales_qualified, rejected, recycled]}", f"{STAGE}.moves", "sales cannot accept"),
    ("sales_accepted: {owner: sales,", "sales_accepted: {owner: marketing,", f"{STAGE}.moves", "sales cannot accept"),
    (FALLBACK, "", "handoff.route", "left without an owner"),
    ("    - {rule: account_owner}\n", FALLBACK + "    - {rule: account_owner}\n", "handoff.route[1]", "never reached: the fallback"),
    ("    - {rule: account_owner}\n", "    - {rule: account_owner}\n    - {rule: account_owner}\n", "handoff.route[1]", "never reached: rule 1"),
    ("{rule: pool, pool: all-reps,", "{rule: pool, pool: all-rep,", "handoff.route[2].pool", "did you mean all-reps?"),
    ("segment: dach,", "segment: dac,", "handoff.route[1].segment", "did you mean dach?"),
    ("{rule: fallback, to: sam.okafor@halden.example}", "{rule: fallback}", "handoff.route[3]", "a fallback to nobody"),
    ("{rule: account_owner}", "{rule: account_owner, pool: all-reps}", "handoff.route[0].pool", "has no pool"),
    ("[sol.meyer@halden.example, sam.okafor@halden.example]", "[sol.meyer@halden.example, sol.meyer@halden.example]",
     "handoff.pools.dach-reps.members[1]", "occurs twice"),
    # promises
    ("id: attempts,", "id: volume,", "promises.sales[2].id", "the promise 'volume' occurs twice"),
    ("deliver: marketing_qualified", "deliver: marketing_qualifed", "promises.marketing[0].deliver", "did you mean marketing_qualified?"),
    ("{dach: 50}", "{dac: 50}", "promises.marketing[0].by_segment.dac", "did you mean dach?"),
    ("keep: acceptance_rate, at_least: 80%", "keep: acceptance_rate, at_least: 80", "promises.marketing[2].at_least", "acceptance_rate is a share, 80 is not"),
    ("keep: brief_completeness", "keep: brief_completness", "promises.marketing[5].keep", "did you mean brief_completeness?"),
    ("answer: content_request, within: 10 working days", "answer: content_request", "promises.marketing[3]", "has no within"),
    ("within: 4 working hours", "within: 0 working hours", "promises.sales[0].within", "nobody can do anything"),
    ("warn_at: 75%", "warn_at: 100%", "promises.sales[0].warn_at", "warns of nothing"),
    ("do: contact_attempts, at_least: 5,", "do: contact_attempts,", "promises.sales[2]", "how many attempts"),
    ("do: disposition,", "do: disposition, at_least: 2,", "promises.sales[1].at_least", "happens once"),
    ("    default: {hours", "    other: {hours", "promises.sales[0].within", "there is no calendar 'default'"),
    ('{mon-fri: ["09:00-12:30", "13:30-17:30"]}', "{mon-fri: []}", "promises.calendars.default.hours", "never opens"),
    ("answer: recycled_lead, within: 5 working days", "answer: recycled_lead, within: 5 working days, on_breach: [reroute]",
     "promises.marketing[4].on_breach[0]", "only a lead can be routed again"),
    ("do: contact_attempts, at_least: 5, within", "do: first_contact, within", "reasons.rejected[0].needs", "how many attempts are enough"),
    # reasons
    ("id: no_budget,", "id: no_fit,", "reasons.rejected[5].id", "'no_fit' occurs twice"),
    ("returns: recycled, after: 30 days", "returns: recicled, after: 30 days", "reasons.rejected[0].returns", "did you mean recycled?"),
    ("returns: recycled, after: 30 days", "returns: customer, after: 30 days", "reasons.rejected[0].returns", "`rejected` has no move there"),
    ("after: 30 days}", "after: 30 working days}", "reasons.rejected[0].after", "say it in days"),
    # numbers
    ("rest: 10%}", "rest: 5%}", "attribution.weights", "sum to 95%"),
    ("model: w_shaped", "model: u_shaped", "attribution.weights", "u_shaped weighs first_touch, lead_created, rest"),
    ("model: w_shaped", "model: linear", "attribution.weights", "linear has no weights"),
    ("half_life: null", "half_life: 7 days", "attribution.half_life", "w_shaped has no half-life"),
    ("lookback: 180 days", "lookback: 0 days", "attribution.lookback", "at least 1"),
    ("own_leads_closed: 20%}", "own_leads_closed: 30%}", "incentives[0].measures", "sum to 110%"),
    ("marketing_leads_worked: 20%", "accept: 20%", "incentives[1].measures.accept", "sales would be paid for acceptance_rate"),
    ("marketing_leads_worked: 20%", "own_leads_closed: 20%", "incentives[1].measures.own_leads_closed", "not sales's to move"),
    ("marketing_leads_worked: 20%", "charm: 20%", "incentives[1].measures.charm", "neither a goal"),
    ("{from: 70%, to: 130%}", "{from: 70%, to: 60%}", "incentives[0].curve", "end it above its start"),
    ("id: revenue,", "id: pipeline,", "goals[1].id", "the goal 'pipeline' occurs twice"),
    ("target: 400_000, per: quarter", "target: 40%, per: quarter", "goals[1].target", "revenue_closed is in money, 40% is not"),
    ("change: +25%, against: previous_quarter", "change: +25%", "goals[2].change", "against nothing"),
    ("target: 400_000, per: quarter", "target: 400_000", "goals[1]", "by when"),
    ("at_most: 24, per: month", "at_most: 24, at_least: 2, per: month", "goals[4]", "at_least and at_most"),
    ("buying_roles: [economic_buyer, champion, influencer, end_user, blocker]", "buying_roles: [economic_buyer]", "profile.personas[0].roles[0]", "the buying role 'champion'"),
    ("control: rest", "control: dach", "pilot.control", "choose another segment"),
    ("treat: dach", "treat: dahc", "pilot.treat", "did you mean dach?"),
    ("{below: 50%, after_leads: 60}", "{after_leads: 60}", "pilot.stop_if.acceptance_rate", "stop at which figure?"),
    ("{leads: 200, weeks: 6}", "{}", "pilot.enough", "has seen enough"),
]  # fmt: skip

WARNINGS = [
    ("moves: [engaged]}\n  engaged", "moves: [engaged], enter: {touches: {kind: page_view}}}\n  engaged", "stages.subscriber.enter", "everybody begins in subscriber"),
    ("points: 10, cap: 50}", "points: 10, cap: 20}", f"{STAGE}.shortcuts[1].all[0].score.engagement", "at most 40 points, never 60"),
    ("points: 10, cap: 50}", "points: 10, cap: 20}", "scores.grid.engagement.1", "never band 1"),
    ("3: 0}}", "3: 5}}", "scores.grid.engagement", "leads below 5 points have no band"),
    ("    rest: {}\n", "", "profile.segments", "leads that fit no segment"),
    ("- touches: {kind: demo_request}", "- {}", f"{STAGE}.shortcuts[0]", "every lead enters at once"),
    (EMPLOYEES, EMPLOYEES + "        - answer: {budgett: {known: true}}\n", f"{STAGE}.enter.all[3].answer.budgett", "did you mean budget?"),
    ("    - {rule: account_owner}\n", "    - {rule: pool, pool: all-reps}\n", "handoff.route[1]", "only while everyone in pool all-reps is away"),
    ("segment: dach, pick", "pick", "handoff.route[2]", "only while everyone in pool dach-reps is away"),
    ("lists:\n", "lists:\n  old: [x]\n", "lists.old", "nothing names the list"),
    ("lists:\n", "lists:\n  free_mail: [x.example]\n", "lists.free_mail", "replaces the list"),
    ("{dach: 50}", "{dach: 80, rest: 80}", "promises.marketing[0].by_segment", "add up to more than 120"),
    ("points: 20}", "points: 0}", "scores.fit.points[0]", "gives 0 points"),
]  # fmt: skip


def test_the_example_has_nothing_to_complain_of(text):
    assert examine(text).problems == ()


def found(text, written, instead, where):
    assert written in text, f"the example no longer says {written!r}"
    changed = examine(text.replace(written, instead, 1))
    assert changed.terms is not None, changed.problems
    return [problem for problem in changed.problems if dotted(problem.path) == where], changed.problems


@pytest.mark.parametrize(("written", "instead", "where", "says"), ERRORS)
def test_a_contradiction_is_an_error_at_its_place(text, written, instead, where, says):
    there, everything = found(text, written, instead, where)
    assert any(says in str(problem) and not problem.is_warning and problem.way_out for problem in there), everything


@pytest.mark.parametrize(("written", "instead", "where", "says"), WARNINGS)
def test_what_may_be_meant_is_a_warning(text, written, instead, where, says):
    there, everything = found(text, written, instead, where)
    assert any(says in str(problem) and problem.is_warning for problem in there), everything


def test_a_rule_behind_a_pool_that_passes_nobody_over_is_an_error(text):
    changed = text.replace("skip: true", "skip: false").replace("segment: dach, pick", "pick")
    (problem,) = examine(changed).errors
    assert (dotted(problem.path), "rule 2 takes every lead" in problem.says) == ("handoff.route[2]", True)


def test_bounds_under_any_do_not_contradict_each_other(text):
    either = "        - any: [{account: {employees: {at_least: 50}}}, {account: {employees: {at_most: 9}}}]\n"
    assert examine(text.replace(EMPLOYEES, either, 1)).errors == ()


def test_a_field_of_their_own_is_named_once_and_then_used(text):
    own = text.replace("{industry: {in: [manufacturing, life sciences]}}", "{plants: {at_least: 2}}")
    assert [dotted(problem.path) for problem in examine(own).errors] == ["profile.accounts.all[1].account.plants"]
    assert examine(own + "fields: {account: [plants]}\n").errors == ()


def test_problems_come_in_the_order_of_the_document(text):
    changed = text.replace("rest: 10%}", "rest: 5%}").replace("locked_until: 2026", "locked_until: 2025").replace("{dach: 50}", "{dac: 50}")
    lines = [problem.line for problem in examine(changed).problems]
    assert lines == sorted(lines)
    assert len(lines) == 3
