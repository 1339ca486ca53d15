"""Is a lead ever left without an owner, or a rule without a case?"""

from treaty.agreement.findings import Finding, Findings, twice, unknown, warn
from treaty.agreement.terms import Terms
from treaty.agreement.terms_handoff import Rule
from treaty.agreement.yamltree import Path

_TAKES = {"account_owner": {"segment", "when"}, "pool": {"pool", "segment", "when", "pick", "weight"}, "fallback": {"to"}}


def check(terms: Terms) -> Findings:
    for i, rule in enumerate(terms.routes):
        yield from _rule(terms, rule, ("handoff", "route", i))
    yield from _order(terms)
    yield from _pools(terms)
    yield from twice(((("handoff", "brief", i), part) for i, part in enumerate(terms.handoff.brief)), "the part of the brief")


def _rule(terms: Terms, rule: Rule, path: Path) -> Findings:
    for name in ("pool", "segment", "when", "pick", "weight", "to"):
        if getattr(rule, name) is not None and name not in _TAKES[rule.rule]:
            yield Finding((*path, name), f"a rule {rule.rule} has no {name}", "delete it, or choose another rule")
    if rule.rule == "pool" and rule.pool is None:
        yield Finding(path, "a rule pool without a pool", f"add `pool:`, one of {', '.join(terms.pools) or 'those you define'}")
    if rule.rule == "fallback" and rule.to is None:
        yield Finding(path, "a fallback to nobody", "add `to:` with an e-mail address")
    if rule.pool is not None and rule.pool not in terms.pools:
        yield unknown((*path, "pool"), "the pool", rule.pool, terms.pools)
    if rule.segment is not None and rule.segment not in terms.segment_order:
        yield unknown((*path, "segment"), "the segment", rule.segment, terms.segment_order)


def _order(terms: Terms) -> Findings:
    kinds = [rule.rule for rule in terms.routes]
    if "fallback" not in kinds:
        way_out = "end the route with `{rule: fallback, to: SOMEBODY}`"
        yield Finding(("handoff", "route"), "some leads are left without an owner: there is no fallback", way_out)
    last = kinds.index("fallback") if "fallback" in kinds else len(kinds)
    for i, rule in enumerate(terms.routes):
        if i > last:
            yield Finding(("handoff", "route", i), "this rule is never reached: the fallback above it takes every lead", "move it above")
        elif rule.rule != "fallback":
            yield from _shadowed(terms, i, rule)


def _shadowed(terms: Terms, i: int, rule: Rule) -> Findings:
    """Rules below one that takes the same leads. A pool lets leads through only while all its members are away."""
    path: Path = ("handoff", "route", i)
    before = next((k for k, earlier in enumerate(terms.routes[:i]) if _covers(earlier, rule)), None)
    if before is None:
        return
    if terms.routes[before].rule == "pool" and terms.handoff.absent.skip and rule != terms.routes[before]:
        yield warn(
            path,
            f"this rule is reached only while everyone in pool {terms.routes[before].pool} is away",
            "move it up if it should come first",
        )
    else:
        yield Finding(path, f"this rule is never reached: rule {before + 1} takes every lead it would take", "move it up, or delete it")


def _covers(earlier: Rule, later: Rule) -> bool:
    """Whether every lead of the later rule meets the earlier one. An owner of the account may be missing: covers only itself."""
    if earlier.rule == "account_owner" and later.rule != "account_owner":
        return False
    return earlier.segment in (None, later.segment) and earlier.when in (None, later.when)


def _pools(terms: Terms) -> Findings:
    used = {rule.pool for rule in terms.routes}
    for name, pool in terms.pools.items():
        path: Path = ("handoff", "pools", name)
        yield from twice((((*path, "members", i), member) for i, member in enumerate(pool.members)), "the member")
        if name not in used:
            yield warn(path, f"no rule uses the pool {name!r}", "add a rule with it, or delete it")
