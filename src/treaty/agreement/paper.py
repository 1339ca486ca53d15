"""A version as a paper to print and sign: what stands on it, as plain data. How it looks is said by `contract.typ`.

All of it comes from the signed bytes, the signatures, the journal and what was asked, nothing from the clock: one state, one paper.
Moments are in the time zone of the agreement, to the minute; those of signatures also as they were signed, in UTC.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from treaty.agreement import difference as differences
from treaty.agreement.bundle import PROPOSED, SIGNED
from treaty.agreement.canonical import Bindings
from treaty.agreement.later import not_yet_executed
from treaty.agreement.models import Draft, Signature, Version
from treaty.agreement.numbering import label
from treaty.agreement.places import WHOLE, places
from treaty.agreement.queries import IN_FORCE, Damaged, State, life_of, remarks_on, signed_of, story
from treaty.agreement.soundness import faults
from treaty.agreement.terms import Terms
from treaty.agreement.terms_parties import SIDES
from treaty.agreement.words import contract
from treaty.agreement.words_base import Clause, day
from treaty.journal.models import Entry
from treaty.team.models import Member

Data = dict[str, Any]
SHORT = 12
"""Digits of the hash at the foot of every page."""
SHOWN = 60
"""Members of a bound list that are printed; all of them are in the signed bytes."""


def paper_of(version: Version) -> Data:
    """The paper of a proposed or signed version. Raises Damaged when anything about it is not as it was proposed and signed."""
    if unfit := faults(version):
        raise Damaged(unfit[0])
    signed, entries = signed_of(version), story(version)
    terms, zone = signed.terms, ZoneInfo(signed.terms.time_zone)
    marks = {row.member.email: row for row in version.signatures.select_related("member", "key").order_by("at", "pk")}
    state = life_of(version, at=version.proposed_at).state
    base = version.amends
    return {
        **_words(terms, signed_of(base).terms if base else None),
        "name": f"Version {version.number}",
        "status": _status(version, state, zone),
        "stamp": state if state in (State.WITHDRAWN, State.OVERTAKEN) else "",
        "hash": version.hash,
        "amends": base.number if base else 0,
        "reason": version.reason,
        "lines": _lines(terms, marks, zone),
        "asked": _asked(version, terms, zone),
        "bound": _bound(signed.bindings),
        "marks": [_mark(row) for row in marks.values()],
        "history": [_told(entry, zone) for entry in entries],
        "bundle": f"treaty-agreement-{version.number}.zip",
        "receipt": f"receipt-{version.number}.json",
        "dated": _dated(max(entry.at for entry in entries)),
    }


def paper_of_draft(draft: Draft, terms: Terms, digest: str) -> Data:
    """The paper of a document being written: nobody has signed it. terms: as they read once they are bytes; digest: empty as long
    as something the document names was not given."""
    base, zone = draft.amends, ZoneInfo(terms.time_zone)
    return {
        **_words(terms, signed_of(base).terms if base else None),
        "name": "Draft",
        "status": [f"Draft, nobody has signed it. Saved by {draft.by.name} on {_moment(draft.at, zone)}."],
        "stamp": "draft",
        "hash": digest,
        "amends": base.number if base else 0,
        "reason": "",
        "lines": _lines(terms, {}, zone),
        "asked": _asked(draft, terms, zone),
        "bound": _bound(Bindings()),
        "marks": [],
        "history": [],
        "bundle": "",
        "receipt": "",
        "dated": _dated(draft.at),
    }


# The words


def _words(terms: Terms, base: Terms | None) -> Data:
    """What is the same of a draft and of a version. What this release does not carry out yet stands behind the contract."""
    said = contract(terms)
    return {
        "title": said.title,
        "zone": terms.time_zone,
        "parties": {"marketing": _names(said.marketing), "sales": _names(said.sales)},
        "preamble": said.preamble,
        "articles": [
            {"number": one.number, "title": one.title, "clauses": [_clause(part, i, 0) for i, part in enumerate(_shown(one.clauses))]}
            for one in said.articles
        ],
        "changes": [_changed(one) for one in differences.difference(base, terms).changed if _shown_changes(one)] if base else [],
        "later": not_yet_executed(terms),
    }


def _shown(clauses: Iterable[Clause]) -> list[Clause]:
    return [one for one in clauses if one.key != "later"]


def _clause(one: Clause, place: int, depth: int) -> Data:
    """side: the party a sentence begins with, if it binds one."""
    side = one.spans[0].kind if one.spans and one.spans[0].kind in SIDES else ""
    inner = [_clause(item, i, depth + 1) for i, item in enumerate(one.items)]
    return {"label": label(place, depth), "text": one.text, "side": side, "items": inner}


def _shown_changes(article: differences.ArticleChange) -> list[differences.ClauseChange]:
    return [one for one in article.clauses if one.how != "same" and one.key != "later"]


def _changed(article: differences.ArticleChange) -> Data:
    clauses = [_changed_clause(one) for one in _shown_changes(article)]
    return {"number": article.number, "title": article.title, "how": article.how, "clauses": clauses}


def _changed_clause(one: differences.ClauseChange) -> Data:
    items = [_changed_clause(item) for item in one.items if item.how != "same"]
    return {"how": one.how, "pieces": [[piece.text, piece.how] for piece in one.pieces], "items": items}


# Who signs, what is bound, what happened


def _names(emails: Iterable[str]) -> list[str]:
    """Names of members; the e-mail of who has no account."""
    wanted = list(emails)
    known = dict(Member.objects.filter(email__in=wanted).values_list("email", "name"))
    return [known.get(email, email) for email in wanted]


def _lines(terms: Terms, marks: dict[str, Signature], zone: ZoneInfo) -> list[Data]:
    """One line per signatory, in the order of the document; `signed` is empty where a hand may still sign."""
    found = []
    for side in SIDES:
        emails = getattr(terms.signatories, side)
        for email, name in zip(emails, _names(emails), strict=True):
            mark = marks.get(email)
            signed = f"{_moment(mark.at, zone)}, {_place(zone)}" if mark else ""
            found.append({"side": side, "name": name, "email": email, "signed": signed, "key": _fingerprint(mark) if mark else ""})
    return found


def _fingerprint(mark: Signature) -> str:
    """The first 16 digits of the public key, as the page shows it, in fours."""
    key = mark.key.public_key[:16]
    return " ".join(key[i : i + 4] for i in range(0, 16, 4))


def _mark(mark: Signature) -> Data:
    said = mark.statement
    return {"person": said["person"], "side": said["side"], "at": said["at"], "key": mark.key.public_key, "signature": mark.signature}


def _asked(on: Draft | Version, terms: Terms, zone: ZoneInfo) -> list[Data]:
    """Questions with their answers, and how each was settled, oldest first. `how` is empty while one is open."""
    rows, known = remarks_on(on), {WHOLE.name: WHOLE, **places(contract(terms))}
    return [
        {
            "on": known[row.clause].label if row.clause in known else "a clause that is gone",
            "by": row.by.name,
            "at": _moment(row.at, zone),
            "words": row.words,
            "answers": [[one.by.name, one.words] for one in rows if one.of_id == row.pk],
            "how": row.settled_how,
            "settled": f"{row.settled_by.name}, {_moment(row.settled_at, zone)}" if row.settled_by and row.settled_at else "",
        }
        for row in rows
        if row.is_question
    ]


def _bound(bindings: Bindings) -> Data:
    return {
        "lists": [
            {"name": name, "members": members[:SHOWN], "more": max(0, len(members) - SHOWN)} for name, members in bindings.lists.items()
        ],
        "files": [{"name": name, "hash": digest} for name, digest in bindings.files.items()],
        "holidays": [{"place": place, "days": [on.isoformat() for on in days]} for place, days in bindings.holidays.items()],
    }


def _status(version: Version, state: State, zone: ZoneInfo) -> list[str]:
    said = [f"Version {version.number}, proposed by {version.proposed_by.name} on {_moment(version.proposed_at, zone)}."]
    held = getattr(version, "in_force", None)
    if held is not None:
        until = f" until {_moment(held.ends_at, zone)}" if held.ends_at else ""
        never = held.ends_at == held.starts_at
        said.append("Signed by both; replaced before its day came." if never else f"In force from {_moment(held.starts_at, zone)}{until}.")
    elif state is State.WITHDRAWN and version.withdrawn_at:
        said.append(f"Taken back on {_moment(version.withdrawn_at, zone)}: nobody can sign it any more.")
    elif state is State.OVERTAKEN:
        said.append("Another version was signed before it: nobody can sign it any more.")
    else:
        said.append("It takes effect once everyone it names has signed.")
    return said


def _told(entry: Entry, zone: ZoneInfo) -> Data:
    name = entry.actor.name if entry.actor else "Treaty"
    says = {
        PROPOSED: f"{name} proposed it",
        SIGNED: f"{name} signed for {entry.codes.get('side')}",
        "agreement.withdrawn": f"{name} took it back",
        IN_FORCE: "Everyone had signed; it takes effect on its day",
    }.get(entry.verb, entry.verb)
    return {"seq": entry.seq, "when": _moment(entry.at, zone), "what": says, "hash": entry.hash}


def _moment(at: datetime, zone: ZoneInfo) -> str:
    """`15 December 2025, 14:00`."""
    local = at.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M}"


def _place(zone: ZoneInfo) -> str:
    return str(zone).rpartition("/")[2].replace("_", " ")


def _dated(at: datetime) -> int:
    """Whole seconds since 1970, UTC."""
    return int(at.timestamp())
