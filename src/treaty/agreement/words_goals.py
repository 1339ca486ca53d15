"""What we own, what pay rests on, how a change is tried, in words."""

from treaty.agreement.quantities import percent
from treaty.agreement.terms import Terms
from treaty.agreement.terms_plan import Goal, Incentive, Pilot
from treaty.agreement.vocabulary import INCENTIVE_MEASURES, MEASURES
from treaty.agreement.words_base import Clause, Part, clause, listed, mark, number, quantity, side, value, words
from treaty.agreement.yamltree import Path


def goals(terms: Terms) -> list[Clause]:
    """Every goal with figure, period, owner and kind."""
    return [_goal(terms, goal, ("goals", i)) for i, goal in enumerate(terms.goals)]


def _goal(terms: Terms, goal: Goal, path: Path) -> Clause:
    owners = {"both": "both teams own it", "marketing": "marketing owns it", "sales": "sales owns it"}[goal.owned_by]
    owned: list[Part] = ["; ", value(owners, *path, "owned_by"), ", a ", value(goal.kind, *path, "kind"), " figure. ("]
    said = [_figure(terms, goal, path), _filter(goal, path), _period(goal, path), owned, mark(goal.id, *path, "id"), ")"]
    return clause(path, said, key=f"goals.{goal.id}")


def _figure(terms: Terms, goal: Goal, path: Path) -> list[Part]:
    measure = MEASURES[goal.measure]
    says = value(measure.says, *path, "measure")
    if goal.change is not None:
        more = "more" if goal.change >= 0 else "less"
        return [value(f"{percent(abs(goal.change))} {more}", *path, "change"), " ", says]
    bounds: list[Part] = []
    for name, how in (("target", ""), ("at_least", "at least "), ("at_most", "at most ")):
        if (figure := getattr(goal, name)) is not None:
            bounds.append([how, value(quantity(figure, measure.unit, terms.currency), *path, name)])
    if measure.unit == "money":
        return [listed(bounds), " of ", says]
    return [value(says.text[:1].upper() + says.text[1:], *path, "measure"), ": ", listed(bounds)]


def _filter(goal: Goal, path: Path) -> list[Part]:
    if goal.where is None:
        return []
    parts: list[Part] = []
    if goal.where.source is not None:
        parts += [" from leads whose source is ", value(goal.where.source, *path, "where", "source")]
    if goal.where.segment is not None:
        parts += [" in the segment ", value(words(goal.where.segment), *path, "where", "segment")]
    return parts


def _period(goal: Goal, path: Path) -> list[Part]:
    each: list[Part] = [" each ", value(goal.per, *path, "per")] if goal.per else []
    than: list[Part] = [" than in the ", value(words(goal.against), *path, "against")] if goal.against else []
    return [each, than]


def incentives(terms: Terms) -> list[Clause]:
    """What part of pay rests on which figures."""
    found = [_incentive(terms, pay, ("incentives", i)) for i, pay in enumerate(terms.incentives)]
    if found:
        found.append(clause(("incentives",), "Nobody is paid to accept or to send.", key="incentives.never"))
    return found


def _incentive(terms: Terms, pay: Incentive, path: Path) -> Clause:
    goal_names = {goal.id for goal in terms.goals}
    shares = [
        [value(percent(share), *path, "measures", name), f" on {_paid_for(name, goal_names)}"] for name, share in pay.measures.items()
    ]
    curve: list[Part] = []
    if pay.curve is not None:
        curve = [
            "; paid from ", value(percent(pay.curve.from_), *path, "curve", "from"), " of target, rising up to ",
            value(percent(pay.curve.to), *path, "curve", "to"),
        ]  # fmt: skip
    share = value(percent(pay.share_of_variable), *path, "share_of_variable")
    return clause(
        path,
        "Of the variable pay in ",
        side(pay.team, (*path, "team"), begins=False),
        ", ",
        share,
        " rests on shared figures: ",
        listed(shares),
        curve,
        ".",
        key=f"incentives.{pay.team}",
    )


def _paid_for(name: str, goals: set[str]) -> str:
    return f"the goal {name}" if name in goals or name not in INCENTIVE_MEASURES else INCENTIVE_MEASURES[name]


def pilot(terms: Terms) -> list[Clause]:
    """Which segment tries it, against which, until when."""
    one = terms.pilot
    return [] if one is None else [_trial(one), *_stops(terms, one)]


def _trial(one: Pilot) -> Clause:
    at: Path = ("pilot",)
    enough: list[Part] = []
    if one.enough.leads is not None:
        enough.append([value(number(one.enough.leads), *at, "enough", "leads"), " leads"])
    if one.enough.weeks is not None:
        enough.append([value(one.enough.weeks, *at, "enough", "weeks"), " weeks"])
    treat, control = value(words(one.treat), *at, "treat"), value(words(one.control), *at, "control")
    says = value(MEASURES[one.measure].says, *at, "measure")
    return clause(at, "The segment ", treat, " tries it, ", control, " is the control; judged by ", says, " after ", listed(enough), ".")


def _stops(terms: Terms, one: Pilot) -> list[Clause]:
    found = []
    for name, rule in one.stop_if.items():
        path: Path = ("pilot", "stop_if", name)
        bounds = [
            [f"{how} ", value(quantity(figure, MEASURES[name].unit, terms.currency), *path, how)]
            for how in ("below", "above")
            if (figure := getattr(rule, how)) is not None
        ]
        after = value(rule.after_leads, *path, "after_leads")
        found.append(
            clause(path, "It ends early if ", MEASURES[name].says, " is ", listed(bounds, "or"), ", judged after ", after, " leads.")
        )
    return found
