"""`treaty member`: who logs in. A password is typed or piped, never an argument."""

import json as json_format
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treaty.cli.ready import ready
from treaty.cli.secret import ask

if TYPE_CHECKING:
    from treaty.team.models import Member


ROLES = {
    "marketing": "", "sales_rep": "takes leads", "sales_manager": "heads sales", "revops": "keeps it running", "executive": "looks",
}  # fmt: skip
"""Whose work it is, and what that means where the name does not say it; what each may do is said in `team.queries`."""
app = typer.Typer(add_completion=False, no_args_is_help=True)
Email = Annotated[str, typer.Argument(help="The e-mail they sign in with.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="As colleagues say it.", show_default=False)],
    role: Annotated[str, typer.Option(metavar="ROLE", help=f"Whose work it is: {', '.join(ROLES)}.", show_default=False)],
    zone: Annotated[str, typer.Option(help="Such as Europe/Berlin; working hours are in it.")] = "",
    country: Annotated[str, typer.Option(help="Two letters, such as DE; holidays are its.")] = "",
    manager: Annotated[str, typer.Option(help="The e-mail of who they report to.")] = "",
    json: Json = False,
) -> None:
    """Add a member. The password is asked for twice, or read as one line of standard input: 12 characters or more."""
    _check_role(role)
    secret = _asked("Password")
    with _work() as at:
        from treaty.team.accounts import add_member

        member = add_member(email, name, role, password=secret, at=at, zone=zone, country=country, manager=manager)
        _note("member.added", member, at, role=member.role)
    _tell(member, f"{member.name} ({member.role}) can sign in as {member.email}", as_json=json)


@app.command("list")
def list_members(json: Json = False) -> None:
    """Everybody: e-mail, name, role, whether they can sign in."""
    with _work(only_reads=True):
        from treaty.team.models import Member

        rows = [_row(member) for member in Member.objects.select_related("manager").order_by("role", "name")]
    if json:
        typer.echo(json_format.dumps(rows, indent=1, ensure_ascii=False))
        return
    width = max((len(row["email"]) for row in rows), default=0)
    for row in rows:
        typer.echo(f"{row['email']:{width}}  {row['role']:13}  {row['state']:11}  {row['name']}")
    if not rows:
        typer.echo("There is nobody yet: `treaty member add EMAIL --name NAME --role revops`.")


@app.command()
def password(email: Email, json: Json = False) -> None:
    """Give a member another password: asked for twice, or one line of standard input."""
    secret = _asked("New password")
    with _work() as at:
        from treaty.team.accounts import member_named, set_password

        member = member_named(email)
        set_password(member, secret)
        _note("member.password", member, at)
    _tell(member, f"{member.email} has a new password; whoever was signed in with the old one no longer is", as_json=json)


@app.command()
def off(email: Email, json: Json = False) -> None:
    """Switch a member off: they cannot sign in and take no leads; what they did stays under their name."""
    with _work() as at:
        from treaty.agreement.leaving import check_may_leave
        from treaty.team.accounts import member_named, switch_off

        member = member_named(email)
        check_may_leave(member, at=at)
        switch_off(member, at=at)
        _note("member.off", member, at)
    _tell(member, f"{member.email} is off. What they did stays.", as_json=json)


@app.command()
def on(email: Email, json: Json = False) -> None:
    """Switch a member on again, with the password they had."""
    with _work() as at:
        from treaty.team.accounts import member_named, switch_on

        member = member_named(email)
        switch_on(member)
        _note("member.on", member, at)
    _tell(member, f"{member.email} is back.", as_json=json)


@contextmanager
def _work(*, only_reads: bool = False) -> Iterator[datetime]:
    """The moment of the command, whole or not at all; what is refused ends in one sentence and exit 1."""
    ready(only_reads=only_reads)
    from django.db import transaction

    try:
        with transaction.atomic():
            yield datetime.now(UTC)
    except (ValueError, LookupError) as told:
        typer.echo(str(told.args[0] if told.args else told), err=True)
        raise typer.Exit(1) from None


def _check_role(role: str) -> None:
    """What is no role is wrong usage: one sentence that says which there are, and exit 2."""
    if role not in ROLES:
        *first, last = (f"{name} ({does})" if does else name for name, does in ROLES.items())
        typer.echo(f"{role!r} is no role: write --role {', '.join(first)} or {last}", err=True)
        raise typer.Exit(2)


def _asked(what: str) -> str:
    """Asked for before any work begins: nothing waits for somebody who types."""
    try:
        return ask(what, twice=True)
    except ValueError as told:
        typer.echo(str(told), err=True)
        raise typer.Exit(1) from None


def _note(verb: str, member: "Member", at: datetime, **codes: str) -> None:
    from treaty.journal.actions import record

    record(verb, member, at=at, codes=codes)


def _row(member: "Member") -> dict[str, Any]:
    state = "off" if not member.is_active else "on" if member.has_usable_password() else "no password"
    return {
        "email": member.email, "name": member.name, "role": member.role, "zone": member.zone, "country": member.country,
        "manager": member.manager.email if member.manager else "", "state": state,
    }  # fmt: skip


def _tell(member: "Member", says: str, *, as_json: bool) -> None:
    typer.echo(json_format.dumps(_row(member), ensure_ascii=False) if as_json else says)
