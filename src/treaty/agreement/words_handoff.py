"""Who takes a lead, what they are told, why leads come back, in words."""

from treaty.agreement.quantities import percent
from treaty.agreement.terms import Terms
from treaty.agreement.terms_handoff import Rule
from treaty.agreement.terms_reasons import Reason, Recurring
from treaty.agreement.vocabulary import BRIEF_PARTS, REASON_NEEDS, RETURNS
from treaty.agreement.words_base import Clause, Part, clause, listed, term, value, values, words
from treaty.agreement.words_conditions import sentence
from treaty.agreement.words_names import LANGUAGES
from treaty.agreement.words_parties import values_as_written
from treaty.agreement.yamltree import Path


def handoff(terms: Terms) -> list[Clause]:
    """The moment of the handoff, the route step by step, pools, absence, the brief."""
    one = terms.handoff
    moment = term(terms.handoff_stage, "handoff", "at") if _has_stage(terms) else "ready"
    before = value(terms.owner_before_handoff, "handoff", "before")
    found = [clause(("handoff",), "A lead always has one owner: ", before, " until it is ", moment, ", then one person in sales.")]
    steps = [_step(rule, ("handoff", "route", i)) for i, rule in enumerate(one.route)]
    found.append(clause(("handoff", "route"), "Who that is, the first of these that finds somebody decides:", items=steps))
    found += [_pool(terms, name) for name in one.pools]
    skip = value("are passed over" if one.absent.skip else "are given leads all the same", "handoff", "absent", "skip")
    back = {"none": "stay with them", "on_return": "return with the one who comes back"}[one.absent.give_back]
    back_span = value(back, "handoff", "absent", "give_back")
    found.append(clause(("handoff", "absent"), "Those who are away ", skip, "; leads given to others meanwhile ", back_span, "."))
    if one.brief:
        parts = [value(BRIEF_PARTS[part], "handoff", "brief", i) for i, part in enumerate(one.brief)]
        found.append(clause(("handoff", "brief"), "With the lead the new owner is told ", listed(parts), "."))
    return found


def _has_stage(terms: Terms) -> bool:
    return terms.handoff.at is not None or any(one.owner == "sales" for one in terms.stages.values())


def _step(rule: Rule, path: Path) -> Clause:
    only: list[Part] = []
    if rule.segment is not None:
        only += ["for leads of the segment ", term(rule.segment, *path, "segment"), ", "]
    if rule.when is not None:
        only += ["given ", sentence(rule.when, (*path, "when")), ", "]
    return clause(path, only, _taker(rule, path), key=f"handoff.route.{rule.rule}.{rule.pool or rule.to or ''}.{rule.segment or ''}")


def _taker(rule: Rule, path: Path) -> list[Part]:
    if rule.rule == "account_owner":
        return [value("the owner of the account", *path, "rule"), ", if it has one"]
    if rule.rule == "fallback":
        return [value("otherwise", *path, "rule"), " ", value(rule.to or "nobody", *path, "to")]
    pool: list[Part] = [value("a member", *path, "rule"), " of the pool ", term(rule.pool or "", *path, "pool")]
    if rule.pick is not None:
        pool += [", ", value("each in turn", *path, "pick")]
    if rule.weight is not None:
        says = {"capacity": "more often for those with more room", "equal": "equally often"}[rule.weight]
        pool += [", ", value(says, *path, "weight")]
    return pool


def _pool(terms: Terms, name: str) -> Clause:
    pool, path = terms.pools[name], ("handoff", "pools", name)
    languages: list[Part] = []
    if pool.languages:
        spoken = [value(LANGUAGES.get(code, code), *path, "languages", i) for i, code in enumerate(pool.languages)]
        languages = ["; they speak ", listed(spoken)]
    members = values_as_written(pool.members, (*path, "members"))
    return clause(path, "The pool ", term(name, *path), ": ", listed(members), languages, ".")


def reasons(terms: Terms) -> list[Clause]:
    """Why sales may reject and where the lead goes then; why deals end."""
    found = []
    if terms.reasons.rejected:
        each = [_reason(reason, ("reasons", "rejected", i)) for i, reason in enumerate(terms.reasons.rejected)]
        found.append(clause(("reasons", "rejected"), "Sales may reject a lead for these reasons and no others:", items=each))
    for kind, says in (("lost", "An opportunity is lost because of "), ("won", "An opportunity is won because of ")):
        if names := getattr(terms.reasons, kind):
            found.append(clause(("reasons", kind), says, values(names, ("reasons", kind), "or"), "."))
    if terms.reasons.recurring is not None:
        found.append(_recurring(terms.reasons.recurring))
    return found


def _recurring(one: Recurring) -> Clause:
    path: Path = ("reasons", "recurring")
    when: list[Part] = [
        "at least ",
        value(percent(one.share), *path, "share"),
        " of sales' answers within ",
        value(one.within, *path, "within"),
    ]
    often: list[Part] = [", and in no fewer than ", value(one.at_least, *path, "at_least"), " of them"]
    return clause(
        path,
        "Once a reason is given in ",
        when,
        often,
        ", Treaty drafts an amendment; so it does when rulings go against a reason as often.",
    )


def _reason(reason: Reason, path: Path) -> Clause:
    asks: list[Part] = [" (say ", value(reason.asks, *path, "asks"), ")"] if reason.asks else []
    needs: list[Part] = [", ", value(REASON_NEEDS[reason.needs], *path, "needs")] if reason.needs else []
    name = value(words(reason.id), *path, "id")
    return clause(path, name, asks, needs, ": ", _goes(reason, path), key=f"reasons.rejected.{reason.id}")


def _goes(reason: Reason, path: Path) -> list[Part]:
    where: list[Part] = [value(RETURNS[reason.returns], *path, "returns")] if reason.returns in RETURNS else []
    if not where:
        where = ["the lead becomes ", term(reason.returns, *path, "returns")]
    if reason.after is None:
        return where
    return [where, " after ", value(reason.after, *path, "after")] if reason.after.count else [where, " ", value("at once", *path, "after")]
