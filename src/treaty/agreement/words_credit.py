"""How credit is shared, in words."""

from treaty.agreement.quantities import percent
from treaty.agreement.terms import Terms
from treaty.agreement.terms_credit import Attribution
from treaty.agreement.vocabulary import ANCHORS, MODELS
from treaty.agreement.words_base import Clause, Part, clause, listed, value
from treaty.agreement.yamltree import Path


def attribution(terms: Terms) -> list[Clause]:
    """The model, its weights, how far it looks back, its edges."""
    one = terms.attribution
    if one is None:
        return []
    at: Path = ("attribution",)
    lookback = value(one.lookback, *at, "lookback")
    return [
        _model(one, at),
        *_removal(one, at),
        clause((*at, "lookback"), "Touches up to ", lookback, " before count; exactly that old is out."),
        _whose(one, at),
        *_edges(one),
        _sealed(one, at),
        clause((*at, "sum"), "The parts add up to the deal, to the smallest unit of its currency."),
    ]


def _whose(one: Attribution, at: Path) -> Clause:
    people = {"account": "every active person of the account counts", "person": "only the person's own touches count"}[one.journey]
    sales = value("count too" if one.sales_touches else "do not count", *at, "sales_touches")
    return clause((*at, "journey"), "Of a deal, ", value(people, *at, "journey"), "; touches made by sales ", sales, ".")


def _sealed(one: Attribution, at: Path) -> Clause:
    plan = value({"required": "must seal", "optional": "may seal"}[one.campaigns.sealed_plan], *at, "campaigns", "sealed_plan")
    return clause((*at, "campaigns"), "A campaign ", plan, " its goal, audience, metric, expected figure and window before money is spent.")


def _model(one: Attribution, at: Path) -> Clause:
    parts: list[Part] = ["Credit is shared by the model ", value(MODELS[one.model], *at, "model")]
    if one.weights:
        shares = [[value(percent(share), *at, "weights", anchor), f" to {ANCHORS[anchor]}"] for anchor, share in one.weights.items()]
        parts += [": ", listed(shares)]
    if one.half_life is not None:
        parts += ["; a touch counts half as much for every ", value(one.half_life, *at, "half_life"), " before the conversion"]
    return clause(at, parts, ".")


def _removal(one: Attribution, at: Path) -> list[Clause]:
    """What weighs a channel, where removal effects do."""
    if one.model != "markov":
        return []
    of_all = "all journeys, won or not, that ended in the look-back before the end of the month in which the deal closed"
    weighs = "A channel weighs the share of won deals that would have been lost without it, worked out exactly from "
    return [clause((*at, "removal"), weighs, of_all, "; a touch has of the deal as much as its channel weighs among all its touches.")]


def _edges(one: Attribution) -> list[Clause]:
    edges, at = one.edges, ("attribution", "edges")
    says = {
        "single_touch": {"all": "a single touch takes all the credit"},
        "missing_anchor": {
            "respread": "the share of an anchor that is missing is spread over the others",
            "unattributed": "the share of an anchor that is missing is given to nobody",
        },
        "same_touch_many_anchors": {"add": "a touch that is several anchors takes the sum of their shares"},
        "direct": {"counts": "direct visits count", "skipped": "direct visits are skipped"},
        "touches_after_close": {"exclude": "touches after the close are left out"},
    }
    found = [clause((*at, name), value(texts[getattr(edges, name)].capitalize(), *at, name), ".") for name, texts in says.items()]
    if edges.repeats_within is not None:
        repeats = value(edges.repeats_within, *at, "repeats_within")
        found.append(clause((*at, "repeats_within"), "The same touch again within ", repeats, " counts once."))
    return found
