"""Is everybody the document gives leads to a member? What a document says of people, looked up on this machine."""

from collections.abc import Iterator
from dataclasses import replace

from treaty.agreement.check import examine
from treaty.agreement.document import Loaded, Problem
from treaty.agreement.terms import Terms
from treaty.agreement.yamltree import Path
from treaty.team.models import Member


def examine_here(raw: str | bytes) -> Loaded:
    """What `check.examine` finds, and everybody who is to own leads but is no active member here."""
    loaded = examine(raw)
    if loaded.terms is None:
        return loaded
    return replace(loaded, problems=(*loaded.problems, *_strangers(loaded, loaded.terms)))


def _strangers(loaded: Loaded, terms: Terms) -> Iterator[Problem]:
    """One problem per e-mail, where it stands first: once signed, leads would go to nobody."""
    places: dict[str, Path] = {}
    for path, email in owners_named(terms):
        places.setdefault(email, path)
    members = set(Member.objects.filter(email__in=places, is_active=True).values_list("email", flat=True))
    for email, path in places.items():
        if email not in members:
            way_out = f"add them on the Team page or with `treaty member add {email}`, or name somebody else"
            yield Problem(*loaded.place(path), path, f"{email} would own leads but is no active member", way_out)


def owners_named(terms: Terms) -> Iterator[tuple[Path, str]]:
    """Everybody the document gives leads to, each with the place that does: before the handoff, in pools, as the fallback."""
    before: Path = ("handoff", "before") if terms.handoff.before else ("signatories", "marketing", 0)
    yield before, terms.owner_before_handoff
    for name, pool in terms.pools.items():
        for i, email in enumerate(pool.members):
            yield ("handoff", "pools", name, "members", i), email
    for i, rule in enumerate(terms.routes):
        if rule.to:
            yield ("handoff", "route", i, "to"), rule.to
