"""Do the numbers add up: goals with a unit, weights that sum, pay that rests on what both own, a pilot with a control?"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from treaty.agreement.check_promises import fits
from treaty.agreement.findings import Finding, Findings, nearest, twice, unknown, warn
from treaty.agreement.quantities import percent
from treaty.agreement.terms import Terms
from treaty.agreement.terms_credit import Attribution
from treaty.agreement.terms_plan import Goal, Incentive, Pilot
from treaty.agreement.vocabulary import INCENTIVE_MEASURES, NEVER_PAID, WEIGHTED_MODELS
from treaty.agreement.yamltree import Path

_BOUNDS = ("target", "at_least", "at_most", "change")


def check(terms: Terms) -> Findings:
    yield from twice(((("goals", i, "id"), goal.id) for i, goal in enumerate(terms.goals)), "the goal")
    for i, goal in enumerate(terms.goals):
        yield from _goal(terms, goal, ("goals", i))
    yield from _profile(terms)
    if terms.attribution is not None:
        yield from _attribution(terms.attribution)
    yield from twice(((("incentives", i, "team"), pay.team) for i, pay in enumerate(terms.incentives)), "the team")
    for i, pay in enumerate(terms.incentives):
        yield from _incentive(terms, pay, ("incentives", i))
    if terms.pilot is not None:
        yield from _pilot(terms, terms.pilot)


def _goal(terms: Terms, goal: Goal, path: Path) -> Findings:
    said = [name for name in _BOUNDS if getattr(goal, name) is not None]
    if len(said) != 1:
        yield Finding(path, f"goal {goal.id} says {' and '.join(said) or 'no figure'}", f"say exactly one of {', '.join(_BOUNDS)}")
    for name in said:
        if name != "change":
            yield from fits(getattr(goal, name), goal.measure, (*path, name))
    yield from _period(goal, path)
    if goal.where and goal.where.segment and goal.where.segment not in terms.segment_order:
        yield unknown((*path, "where", "segment"), "the segment", goal.where.segment, terms.segment_order)


def _period(goal: Goal, path: Path) -> Findings:
    if goal.change is not None and goal.against is None:
        yield Finding((*path, "change"), "a change against nothing", "add `against: previous_quarter`")
    if goal.change is None and goal.against is not None:
        yield Finding((*path, "against"), "against which change?", "delete it, or write `change: +25%`")
    if goal.change is None and goal.per is None:
        yield Finding(path, f"goal {goal.id} does not say by when", "add `per: quarter`")


def _profile(terms: Terms) -> Findings:
    profile = terms.profile
    yield from twice(((("profile", "personas", i, "id"), persona.id) for i, persona in enumerate(profile.personas)), "the persona")
    for i, persona in enumerate(profile.personas):
        for k, role in enumerate(persona.roles):
            if role not in profile.buying_roles:
                yield unknown(("profile", "personas", i, "roles", k), "the buying role", role, profile.buying_roles)
    target = profile.target_accounts
    if target is not None and target.list not in terms.lists:
        path: Path = ("profile", "target_accounts", "list")
        yield warn(path, f"the list {target.list!r} is not written here", "add it under `lists`, or give it with the proposal")


def _attribution(model: Attribution) -> Findings:
    yield from _weights(model)
    path: Path = ("attribution",)
    if (model.model == "time_decay") != (model.half_life is not None):
        says = "time decay without a half-life" if model.half_life is None else f"{model.model} has no half-life"
        yield Finding((*path, "half_life"), says, "add `half_life: 7 days`" if model.half_life is None else "delete it, or use time_decay")
    for name, length in (("lookback", model.lookback), ("half_life", model.half_life), ("repeats_within", model.edges.repeats_within)):
        place = ("attribution", "edges", name) if name == "repeats_within" else ("attribution", name)
        if length is not None and (length.is_working or length.count == 0):
            yield Finding(place, f"{name.replace('_', ' ')}: {length}", "write calendar time, at least 1 minute")


def _weights(model: Attribution) -> Findings:
    path: Path = ("attribution", "weights")
    anchors = WEIGHTED_MODELS.get(model.model)
    if anchors is None and model.model != "custom":
        if model.weights:
            yield Finding(path, f"{model.model} has no weights of its own", "delete them, or use `model: custom`")
        return
    if anchors is not None and set(model.weights) != set(anchors):
        yield Finding(path, f"{model.model} weighs {', '.join(anchors)}", "give each its share, or use `model: custom`")
    yield from _all_of_it(model.weights.values(), path)


def _all_of_it(shares: Iterable[Decimal], path: Path) -> Findings:
    total = sum(shares, Decimal(0))
    if total != 1:
        yield Finding(path, f"the shares sum to {percent(total)}", "make them sum to 100%")


def _incentive(terms: Terms, pay: Incentive, path: Path) -> Findings:
    yield from _all_of_it(pay.measures.values(), (*path, "measures"))
    goals = {goal.id: goal for goal in terms.goals}
    for name in pay.measures:
        yield from _paid_for(name, pay, goals, (*path, "measures", name))
    if pay.curve is not None and pay.curve.from_ >= pay.curve.to:
        yield Finding(
            (*path, "curve"), f"the curve runs from {percent(pay.curve.from_)} to {percent(pay.curve.to)}", "end it above its start"
        )


def _paid_for(name: str, pay: Incentive, goals: Mapping[str, Goal], path: Path) -> Findings:
    goal = goals.get(name)
    if goal is None and name not in INCENTIVE_MEASURES:
        yield Finding(path, f"{name!r} is neither a goal nor a measure pay may rest on", nearest(name, [*goals, *INCENTIVE_MEASURES]))
    elif goal is not None and goal.measure in NEVER_PAID:
        yield Finding(
            path, f"{pay.team} would be paid for {goal.measure}", "nobody is paid to accept or to send: use a goal in revenue terms"
        )
    elif goal is not None and goal.owned_by not in ("both", pay.team):
        yield Finding(path, f"{pay.team} would be paid for a goal of {goal.owned_by}", "use a goal owned by both")
    elif {"own_leads_closed": "sales", "marketing_leads_worked": "marketing"}.get(name) == pay.team:
        yield Finding(path, f"{name} is not {pay.team}'s to move", "give it to the other team")


def _pilot(terms: Terms, pilot: Pilot) -> Findings:
    for name in ("treat", "control"):
        segment = getattr(pilot, name)
        if segment not in terms.segment_order:
            yield unknown(("pilot", name), "the segment", segment, terms.segment_order)
    if pilot.treat == pilot.control:
        yield Finding(("pilot", "control"), "the control is the segment that is treated", "choose another segment")
    if pilot.enough.leads is None and pilot.enough.weeks is None:
        yield Finding(("pilot", "enough"), "nothing says when the pilot has seen enough", "add `leads:` or `weeks:`")
    for measure, rule in pilot.stop_if.items():
        bounds = [(name, getattr(rule, name)) for name in ("below", "above") if getattr(rule, name) is not None]
        if not bounds:
            yield Finding(("pilot", "stop_if", measure), "stop at which figure?", "add `below:` or `above:`")
        for name, figure in bounds:
            yield from fits(figure, measure, ("pilot", "stop_if", measure, name))
