"""`treaty books`: close a period, co-sign it, say what later data would make of it, prove that it is what was signed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from treaty.cli.agreement_io import fail, print_json
from treaty.cli.ready import ready

if TYPE_CHECKING:
    from treaty.books.models import Closing, Restatement
    from treaty.books.queries import Book
    from treaty.engine.lake import Snapshot
    from treaty.team.models import Member

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Closed periods: close, sign, verify, restate.")
Name = Annotated[str, typer.Argument(metavar="PERIOD", help="A month as 2026-03, or a quarter of the fiscal year as 2026-Q1.")]
As = Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who does it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]


@app.command("list")
def list_periods(
    per: Annotated[Literal["month", "quarter"], typer.Option("--per", help="How long the periods are.")] = "quarter",
    as_json: AsJson = False,
) -> None:
    """Periods since the first agreement, and where each stands."""
    with _work(only_reads=True) as at:
        from treaty.books.queries import books

        found = books(at, per)
    if as_json:
        print_json([_book(one) for one in found])
        return
    for one in found:
        waiting = f", {' and '.join(one.missing)} to sign" if one.missing else ""
        typer.echo(f"{one.name:8} {one.stands}{waiting}, {one.restatements} restatements" if one.closing else f"{one.name:8} {one.stands}")


@app.command()
def show(period: Name, as_json: AsJson = False) -> None:
    """The figures of a closing, as they were signed."""
    with _work(only_reads=True) as at:
        from treaty.books.lines import text
        from treaty.books.queries import adjustments_into, as_said, closed_of

        closing = _closing(period, at)
        closed, into = closed_of(closing), as_said(adjustments_into(closing.days))
    if as_json:
        print_json({**_facts(closing), "figures": [line.as_data() for line in closed.lines], "adjustments": into})
        return
    for line in closed.lines:
        typer.echo("\t".join([*line.key[:3], text(line.figure), line.key.unit]))


@app.command()
def close(
    period: Name,
    by: As = "",
    grace_days: Annotated[int, typer.Option(help="Working days after its end in which what is late still counts.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Make the figures of a period, once, from the data as they are now; both sides then sign them."""
    with _work() as at:
        from treaty.books.actions import close as make
        from treaty.books.queries import period_of

        member, wanted = _member(by), period_of(period, at)
        closing = make(wanted, _fresh_lake(at), by=member, at=datetime.now(UTC), grace_days=grace_days)
    _tell(closing, f"{closing.period} is made as of {closing.as_of:%Y-%m-%d %H:%M} UTC; both sides sign {closing.hash}", as_json=as_json)


@app.command()
def sign(period: Name, by: As = "", as_json: AsJson = False) -> None:
    """Put your side's name under the figures of a period; it asks for your passphrase."""
    with _work() as at:
        from treaty.books import actions
        from treaty.cli.secret import ask

        closing, member = _closing(period, at), _member(by)
        actions.check_may_sign(closing, member, at)
        typer.echo(f"{closing.period}\nhash {closing.hash}", err=True)
        actions.sign(closing, by=member, passphrase=ask("Passphrase"), at=datetime.now(UTC))
        closing.refresh_from_db()
    waiting = _facts(closing)["missing"]
    _tell(closing, f"still to sign: {', '.join(waiting)}" if waiting else f"{closing.period} is closed", as_json=as_json)


@app.command()
def withdraw(period: Name, by: As = "", as_json: AsJson = False) -> None:
    """Take figures back that not both sides have signed, to make them anew."""
    with _work() as at:
        from treaty.books import actions

        closing = _closing(period, at)
        actions.withdraw(closing, by=_member(by), at=at)
        closing.refresh_from_db()
    _tell(closing, f"{closing.period} is taken back", as_json=as_json)


@app.command()
def verify(period: Name, as_json: AsJson = False) -> None:
    """Compute a period once more from the files kept at its close, and check everything that was signed.

    Exit 0: all is as it was signed, with figures an earlier formula counted named below · 1: the first fault is named.
    """
    with _work(only_reads=True) as at:
        from treaty.books.verifying import verified
        from treaty.config import home
        from treaty.engine.lake import folder

        closing = _closing(period, at)
        found = verified(closing, folder(home()))
    if as_json:
        print_json({**_facts(closing), "faults": list(found.faults), "earlier": list(found.earlier)})
    if found.faults:
        fail(found.faults[0])
    if not as_json:
        typer.echo("\n".join([f"{closing.period} is what was signed: {closing.hash}", *found.earlier]))


@app.command()
def restate(period: Annotated[str, typer.Argument(metavar="[PERIOD]")] = "", as_json: AsJson = False) -> None:
    """Say what later data would make of a closed period, or of all; the worker does it every night."""
    with _work() as at:
        from treaty.books import restating

        lake = _fresh_lake(at)
        if period:
            made = restating.restate(_closing(period, at), lake, at=datetime.now(UTC))
            rows = [made] if made else []
        else:
            rows = restating.restate_all(lake, at=datetime.now(UTC))
        told = [_restated(row) for row in rows]
    if as_json:
        print_json(told)
        return
    typer.echo("\n".join(map(_in_words, told)) or "nothing says anything else than at the last restatement")


# Shared by the commands


@contextmanager
def _work(*, only_reads: bool = False) -> Iterator[datetime]:
    """The moment of the command, on a database that is ready; what is refused ends in one sentence and exit 1."""
    ready(only_reads=only_reads)
    from treaty.agreement.queries import Damaged
    from treaty.agreement.tries import TooManyTries
    from treaty.books.actions import MayNotClose, NotClosable
    from treaty.books.figures import NotCountable
    from treaty.engine.manifest import LakeDamaged, LakeMissing

    try:
        yield datetime.now(UTC)
    except (ValueError, LookupError, NotClosable, NotCountable, MayNotClose, Damaged, TooManyTries, LakeDamaged, LakeMissing) as told:
        fail(str(told.args[0] if told.args else told))


def _fresh_lake(at: datetime) -> "Snapshot":
    """The lake brought up to now; while the worker is exporting, as it was a moment ago."""
    from treaty.config import home
    from treaty.engine.export import AlreadyExporting
    from treaty.engine.lake import open_lake
    from treaty.jobs.lake import refresh

    with suppress(AlreadyExporting):
        refresh(at=at)
    return open_lake(home())


def _member(email: str) -> "Member":
    from treaty.team.models import Member

    if not email:
        raise ValueError("it is not said who does it: say --as EMAIL")
    member = Member.objects.filter(email=email.strip().lower(), is_active=True).first()
    if member is None:
        raise LookupError(f"{email} has no account here: treaty member add {email} --name NAME --role ROLE")
    return member


def _closing(name: str, at: datetime) -> "Closing":
    from treaty.books.queries import book

    found = book(name, at)
    if found.closing is None:
        raise LookupError(f"the figures of {found.name} are not made yet: treaty books close {found.name} --as EMAIL")
    return found.closing


def _facts(closing: "Closing") -> dict[str, Any]:
    from treaty.books.queries import missing

    closed, withdrawn = (one.isoformat() if one else None for one in (closing.closed_at, closing.withdrawn_at))
    return {
        "period": closing.period, "hash": closing.hash, "as_of": closing.as_of.isoformat(), "missing": missing(closing),
        "closed_at": closed, "withdrawn_at": withdrawn,
    }  # fmt: skip


def _tell(closing: "Closing", words: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_facts(closing))
    else:
        typer.echo(words)


def _book(one: "Book") -> dict[str, Any]:
    days = {"first_on": one.period.first_on.isoformat(), "last_on": one.period.last_on.isoformat()}
    own = {"period": one.name, **days, "stands": str(one.stands), "grace_ends_at": one.grace_ends_at.isoformat()}
    return {**own, **(_facts(one.closing) if one.closing else {}), "restatements": one.restatements}


def _restated(row: "Restatement") -> dict[str, Any]:
    import json

    lines = json.loads(bytes(row.restated_bytes))["lines"]
    fields = ("measure", "unit", "into")
    adjusted = [{**{name: getattr(one, name) for name in fields}, "amount": f"{one.amount:f}"} for one in row.adjustments.all()]
    return {"period": row.closing.period, "number": row.number, "hash": row.hash, "lines": lines, "adjustments": adjusted}


def _in_words(one: dict[str, Any]) -> str:
    said = [f"{one['period']}, restatement {one['number']}: {one['hash']}"]
    for line in one["lines"]:
        causes = ", ".join(f"{part['cause']} {part['amount']}" for part in line["causes"])
        name = " ".join(part for part in (line["measure"], line["by"], line["value"]) if part)
        said.append(f"  {name}: {line['old']} → {line['new']} {line['unit']} ({causes or 'as it was'})")
    return "\n".join(
        [*said, *(f"  pay: {row['amount']} {row['unit']} of {row['measure']} into {row['into']}" for row in one["adjustments"])]
    )
