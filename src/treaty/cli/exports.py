"""`treaty export`: files for advertising platforms, as CSV on standard output or into a file; who is left out goes to standard error."""

import csv
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from treaty.cli.agreement_io import fail
from treaty.cli.ready import ready

if TYPE_CHECKING:
    from treaty.agreement.terms import Terms
    from treaty.feedback.audiences import Rule
    from treaty.feedback.targeting import File
    from treaty.team.models import Member

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Files for advertising platforms, with consent respected.")
Format = Annotated[Literal["google", "meta", "linkedin", "microsoft"], typer.Option("--format", help="Whose format.")]
As = Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who takes it: somebody of marketing or RevOps; the journal says so.")]
Since = Annotated[str, typer.Option("--since", metavar="DATE", help="A day, such as 2026-01-31; 180 days ago if not given.")]
Segment = Annotated[str, typer.Option("--segment", help="Only this segment of the agreement.")]
Out = Annotated[str, typer.Option("--out", metavar="FILE", help="Where to write; standard output if not given.")]


@app.command()
def audience(
    kind: Annotated[Literal["exclude", "alike"], typer.Option("--list", help="Whom to exclude, or whom to find others like.")] = "exclude",
    to: Format = "google",
    by: As = "",
    reason: Annotated[list[str] | None, typer.Option("--reason", help="Rejected for this reason; may be said more than once.")] = None,
    basis: Annotated[Literal["won", "accepted"], typer.Option("--basis", help="For alike: what became of them.")] = "won",
    since: Since = "",
    segment: Segment = "",
    out: Out = "",
) -> None:
    """A list of people by hashed address. Exit 0: written · 1: not, in one sentence."""
    ready()
    from treaty.feedback.audiences import Rule, reasons_of

    at = datetime.now(UTC)
    terms = _terms(at)
    known = [one.id for one in terms.reasons.rejected]
    for one in reason or ():
        _known(one, known, "reason")
    reasons = tuple(reason or reasons_of(terms))
    rule = Rule(list=kind, since=_since(since, at, terms), reasons=reasons, basis=basis, segment=_segment(segment, terms))
    _write(rule, to, by, at, out)


@app.command()
def conversions(
    to: Format = "google",
    by: As = "",
    stage: Annotated[list[str] | None, typer.Option("--stage", help="A stage, opportunity or won; every one if not given.")] = None,
    since: Since = "",
    segment: Segment = "",
    out: Out = "",
) -> None:
    """What came of people, by stage reached and value. Exit 0: written · 1: not, in one sentence."""
    ready()
    from treaty.feedback.audiences import Rule, stages_of

    at = datetime.now(UTC)
    terms = _terms(at)
    for one in stage or ():
        _known(one, stages_of(terms), "stage")
    stages = tuple(stage or stages_of(terms))
    _write(Rule(list="conversions", since=_since(since, at, terms), stages=stages, segment=_segment(segment, terms)), to, by, at, out)


def _terms(at: datetime) -> "Terms":
    from treaty.agreement.queries import Damaged, terms_at

    try:
        terms = terms_at(at)
    except Damaged as told:
        fail(str(told))
    if terms is None:
        fail("no agreement is in force yet: its reasons and stages say whom such a file holds")
    return terms


def _known(value: str, there: list[str], what: str) -> None:
    if value not in there:
        fail(f"{what} {value!r} is not in the agreement in force: use one of {', '.join(there)}")


def _segment(value: str, terms: "Terms") -> str:
    if value:
        _known(value, list(terms.segment_order), "segment")
    return value


def _since(text: str, at: datetime, terms: "Terms") -> datetime:
    from zoneinfo import ZoneInfo

    if not text:
        return at - timedelta(days=180)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(terms.time_zone))
    except ValueError:
        fail(f"--since {text!r}: write a day such as 2026-01-31")


def _member(email: str) -> "Member":
    from treaty.team.models import Member, Role

    if not email:
        fail("it is not said who takes the file: say --as EMAIL")
    member = Member.objects.filter(email=email.strip().lower(), is_active=True).first()
    if member is None:
        fail(f"{email} has no account here: treaty member add {email} --name NAME --role ROLE")
    if member.role not in (Role.MARKETING, Role.REVOPS):
        fail(f"{email} is neither in marketing nor RevOps: only they take files for advertising away")
    return member


def _write(rule: "Rule", to: str, by: str, at: datetime, out: str) -> None:
    from treaty.feedback.audiences import take
    from treaty.feedback.platforms import Platform

    found = take(rule, Platform(to), by=_member(by), at=at)
    try:
        if out:
            with Path(out).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\r\n").writerows(found.lines)
        else:
            csv.writer(sys.stdout, lineterminator="\n").writerows(found.lines)
    except OSError as told:
        fail(f"{out} cannot be written: {told.strerror}")
    print(_said(found), file=sys.stderr)


def _said(found: "File") -> str:
    counts = Counter(str(why) for _, why in found.left)
    left = ", ".join(f"{n} {why.replace('_', ' ')}" for why, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    return f"{len(found.inside)} in the file" + (f"; left out: {left}" if left else "; nobody left out")
