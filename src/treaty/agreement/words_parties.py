"""Who signs, from when, in which money and zone; who we sell to; how it is to be read."""

from treaty.agreement import built_in
from treaty.agreement.canonical import lists_named
from treaty.agreement.quantities import plain
from treaty.agreement.terms import Terms
from treaty.agreement.terms_parties import SIDES
from treaty.agreement.terms_profile import Persona
from treaty.agreement.vocabulary import BUYING_ROLES, MEASURES
from treaty.agreement.words_base import Clause, Part, clause, day, listed, mark, month_day, number, side, small, term, value, values
from treaty.agreement.words_conditions import companies, sentence
from treaty.agreement.yamltree import Path


def profile(terms: Terms) -> list[Clause]:
    """Which companies, in which segments, who buys there."""
    one = terms.profile
    found = [clause(("profile", "accounts"), "We sell to ", companies(one.accounts, ("profile", "accounts")), ".")]
    for i, (name, condition) in enumerate(one.segments.items()):
        path: Path = ("profile", "segments", name)
        who: Part = sentence(condition, path) if not condition.is_always else [value("everyone else" if i else "everyone", *path)]
        found.append(clause(path, f"Segment {small(i + 1)}, ", term(name, *path), ": ", who, "."))
    if one.target_accounts is not None:
        listed_as = value(one.target_accounts.list, "profile", "target_accounts", "list")
        found.append(clause(("profile", "target_accounts"), "Both teams work the target accounts on the list ", listed_as, "."))
    found += [_persona(persona, ("profile", "personas", i)) for i, persona in enumerate(one.personas)]
    if one.buying_roles:
        roles = [value(BUYING_ROLES[role], "profile", "buying_roles", i) for i, role in enumerate(one.buying_roles)]
        found.append(clause(("profile", "buying_roles"), "In a buying group we tell apart: ", listed(roles), "."))
    return found


def _persona(persona: Persona, path: Path) -> Clause:
    does: list[Part] = []
    if persona.roles:
        roles = [value(BUYING_ROLES[role], *path, "roles", k) for k, role in enumerate(persona.roles)]
        does.append(["acts as ", listed(roles, "or")])
    for what, says in (("pains", "suffers from "), ("objections", "objects with ")):
        if texts := getattr(persona, what):
            does.append([says, values(texts, (*path, what))])
    name = mark(persona.id, *path, "id")
    return clause(path, "The persona ", name, " ", listed(does) if does else "is one we sell to", ".", key=f"profile.personas.{persona.id}")


def validity(terms: Terms) -> list[Clause]:
    """From when, for whom, how it starts, who signs."""
    return [*_effect(terms), *_start(terms), *_people(terms), *_money(terms)]


def _effect(terms: Terms) -> list[Clause]:
    who = "everyone" if terms.applies_to == "everyone" else f"the segment {terms.applies_to}"
    whom = value(who, "applies_to")
    on = value(day(terms.effective), "effective")
    found = [clause(("effective",), "This version takes effect on ", on, ", once everyone named below has signed, for ", whom, ".")]
    if terms.locked_until is not None:
        until = value(day(terms.locked_until), "locked_until")
        found.append(clause(("locked_until",), "It is locked until ", until, "; to amend it sooner takes both sides and a reason."))
    modes = {
        "live": "It is carried out: leads move, are routed and clocked.",
        "watch": "It only watches: everything is judged, nothing is touched.",
    }
    found.append(clause(("mode",), value(modes[terms.mode], "mode")))
    return found


def _start(terms: Terms) -> list[Clause]:
    start = terms.on_start
    path: Path = ("on_start", "already_qualifying")
    admitted = start.already_qualifying
    if admitted.admit == "all":
        let_in: Part = [value("all", *path, "admit"), " come in, counted by the ", value(admitted.per, *path, "per")]
    else:
        let_in = ["at most ", value(number(admitted.admit), *path, "admit"), " come in each ", value(admitted.per, *path, "per")]
    finish = value("finish under the version they qualified under", "on_start", "open_leads")
    review = terms.review
    found = [clause(("on_start",), "When it starts, open leads ", finish, "; of those who already qualify then, ", let_in, ".")]
    watch = [value(MEASURES[name].says, "review", "watch", i) for i, name in enumerate(review.watch)]
    watching: list[Part] = ["; watched for drift: ", listed(watch)] if watch else []
    every = value(review.definitions, "review", "definitions")
    found.append(clause(("review",), "Both sides look at the definitions again ", every, watching, "."))
    return found


def _people(terms: Terms) -> list[Clause]:
    found = []
    for name in SIDES:
        people = values_as_written(getattr(terms.signatories, name), ("signatories", name))
        found.append(clause(("signatories", name), "For ", side(name, begins=False), ", signed by ", listed(people), "."))
    if terms.sponsor is not None:
        found.append(clause(("sponsor",), value(terms.sponsor, "sponsor"), " is the sponsor and sees decisions that are overdue."))
    if terms.steward is not None:
        found.append(clause(("steward",), value(terms.steward, "steward"), " runs it as steward and signs nothing."))
    return found


def values_as_written(texts: list[str], path: Path) -> list[Part]:
    return [value(text, *path, i) for i, text in enumerate(texts)]


def _money(terms: Terms) -> list[Clause]:
    zone, starts = value(terms.time_zone, "time_zone"), value(month_day(terms.fiscal_year.starts), "fiscal_year", "starts")
    currency = value(terms.currency, "currency")
    found = [
        clause(
            ("currency",),
            "Figures are in ",
            currency,
            " and in the time of ",
            zone,
            ", whoever looks; the fiscal year starts on ",
            starts,
            ".",
        )
    ]
    moments = {
        "deal_created": "the day the deal was created",
        "deal_closed": "the day the deal was closed, until then of the day it was created",
    }
    for name, rate in terms.rates.items():
        path: Path = ("rates", name)
        source: Part = [
            value({"ecb": "the rate of the European Central Bank", "stated": "the rate stated here"}[rate.source], *path, "source")
        ]
        stated: Part = [f", {currency.text} ", value(plain(rate.rate), *path, "rate"), f" for 1 {name}"] if rate.rate is not None else []
        of_day = value(moments[rate.on], *path, "on")
        dated: list[Part] = [] if rate.source == "stated" else [", of ", of_day, " or the last one before"]
        found.append(
            clause(path, "Amounts in ", value(name, *path), " are converted at ", source, stated, *dated, ", and keep the rate used.")
        )
    return found


def reading(terms: Terms) -> list[Clause]:
    """Rules of reading, lists in full, fields of their own."""
    found = [clause(("reading", str(i)), text) for i, text in enumerate(_RULES)]
    for name in lists_named(terms):
        if name in built_in.LISTS and name not in terms.lists:
            count = f"{len(built_in.LISTS[name])} names"
            found.append(
                clause(("lists", name), f"The list {name} comes with Treaty; its {count} are embedded when this version is proposed.")
            )
    for name, members in terms.lists.items():
        inside = values_as_written(members, ("lists", name))
        found.append(clause(("lists", name), "The list ", value(name, "lists", name), ": ", listed(inside), "."))
    for subject in ("person", "account"):
        if own := getattr(terms.fields, subject):
            found.append(clause(("fields", subject), f"Fields of our own on each {subject}: ", values(own, ("fields", subject)), "."))
    return found


_RULES = (
    "“In the last 30 days” ends at the moment asked about; a touch exactly 30 days old no longer counts.",
    "What is not known does not hold, among exclusions neither: an unknown value admits nobody and excludes nobody.",
    "Text is compared without regard to capital letters.",
    "Scores are whole points; an unknown value gives none; caps count after decay.",
    "Comments in the document are kept but are not part of what is signed.",
    "Everything named here that lies elsewhere (lists, holidays, files) is embedded in the signed version, or bound to it by hash.",
)
