"""The commands of `treaty agreement` that need the database: propose, sign, pdf, why, and the export of a version."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from treaty.cli.agreement_io import counted, fail, print_json, problem_data, read, says_of
from treaty.cli.ready import ready

if TYPE_CHECKING:
    from treaty.agreement.actions import NotProposable
    from treaty.agreement.canonical import Bindings
    from treaty.agreement.models import InForce, Version
    from treaty.agreement.terms import Terms
    from treaty.team.models import Member

File = Annotated[str, typer.Argument(metavar="FILE", help="A document in YAML; - reads it from standard input.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The version's number.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]
Receipt = Annotated[Path | None, typer.Option(help="Where to write your receipt: keep it away from this machine.")]


def propose(
    file: File,
    reason: Annotated[str, typer.Option(help="Why it is amended; an amendment needs one.")] = "",
    bind: Annotated[list[str], typer.Option(metavar="NAME=FILE", help="A file or list the document names; repeat it.")] = [],  # noqa: B006
    by: Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who proposes; the document's steward unless said.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make the signed bytes of a document; from then on nobody changes them."""
    raw = read(file)
    with _work() as at:
        from treaty.agreement.actions import NotProposable
        from treaty.agreement.actions import propose as make
        from treaty.agreement.named import examine_here

        loaded = examine_here(raw)
        try:
            if loaded.terms is None or loaded.errors:
                raise NotProposable(loaded.errors)
            member = _member(by or loaded.terms.steward or "", "who proposes: say --as EMAIL")
            version = make(loaded.text, by=member, at=at, reason=reason, given=_gathered(loaded.terms, bind))
        except NotProposable as refused:
            _refuse(file, refused, as_json=as_json)
    _tell_proposed(version, member, as_json=as_json)


def _gathered(terms: "Terms", bind: list[str]) -> "Bindings":
    """Files and lists by the name the document uses; a path alone stands for the file of that name."""
    from treaty.agreement.binding import gathered, lines_of
    from treaty.agreement.canonical import needed

    wanted = needed(terms)
    pairs = [(name or Path(path).name, path) for name, path in (_pair(one) for one in bind)]
    for name, _ in pairs:
        if name not in (*wanted.files, *wanted.lists):
            raise ValueError(f"the document names no {name!r}: it needs {', '.join((*wanted.files, *wanted.lists)) or 'nothing'}")
    content = {name: read(path) for name, path in pairs}
    lists = {name: lines_of(content[name].decode("utf-8", "replace")) for name in wanted.lists if name in content}
    return gathered(terms, files={name: content[name] for name in wanted.files if name in content}, lists=lists)


def _pair(text: str) -> tuple[str, str]:
    name, sign, path = text.partition("=")
    return (name, path) if sign else ("", text)


def _refuse(file: str, refused: "NotProposable", *, as_json: bool) -> NoReturn:
    if as_json:
        print_json({"ok": False, "problems": [problem_data(one) for one in refused.problems]})
    elif len(refused.problems) > 1:
        for one in refused.problems:
            typer.echo(f"{file}:{one.line}:{one.column}: {says_of(one)}")
    first = refused.problems[0]
    where = f"{file}:{first.line}" if first.path or first.line > 1 else file
    more = f" ({counted(len(refused.problems) - 1, 'more problem')})" if len(refused.problems) > 1 else ""
    hint = " (--bind NAME=FILE)" if "was not given" in first.says else " (--reason)" if "needs a reason" in first.says else ""
    fail(f"{where}: {says_of(first)}{hint}{more}")


def _tell_proposed(version: "Version", member: "Member", *, as_json: bool) -> None:
    from treaty.agreement.queries import missing

    waiting = missing(version)
    if as_json:
        print_json({**_facts(version), "proposed_by": member.email, "to_sign": [{"side": s, "person": p} for s, p in waiting]})
        return
    typer.echo(f"version {version.number} is proposed by {member.email}\nhash {version.hash}")
    for side, person in waiting:
        typer.echo(f"  to be signed for {side} by {person}: treaty agreement sign {version.number} --as {person}")


def sign(
    number: Number,
    by: Annotated[str, typer.Option("--as", metavar="EMAIL", help="The signatory.", show_default=False)],
    receipt: Receipt = None,
    as_json: AsJson = False,
) -> None:
    """Sign a proposed version with your passphrase; the first time you choose it. It is asked for, never an argument."""
    with _work() as at:
        from treaty.agreement import signatures
        from treaty.agreement.queries import missing

        version, member = _version(number), _member(by, "who signs: say --as EMAIL")
        terms = signatures.check_may_sign(version, member)
        typer.echo(f"{terms.agreement}, version {version.number}\nhash {version.hash}", err=True)
        passphrase = _passphrase(member, at)
        signed = signatures.sign(version, by=member, passphrase=passphrase, at=datetime.now(UTC))
        if receipt is not None:
            _write(receipt, json.dumps(signed.receipt, ensure_ascii=False, indent=1).encode())
        waiting = [person for _, person in missing(version)]
    if as_json:
        print_json({**_facts(version), "missing": waiting, "in_force_from": _begins(signed.in_force), "receipt": signed.receipt})
        return
    typer.echo(f"{member.email} has signed version {version.number}" + (f"; receipt in {receipt}" if receipt else ""))
    typer.echo(f"in force from {_begins(signed.in_force)}" if signed.in_force else f"still to sign: {', '.join(waiting)}")


def _passphrase(member: "Member", at: datetime) -> str:
    """The passphrase; with it a key is made for who has none yet."""
    from treaty.agreement import signatures
    from treaty.cli.secret import ask

    if signatures.key_of(member) is not None:
        return ask("Passphrase")
    if sys.stdin.isatty():
        typer.echo("You sign for the first time: choose a passphrase only you know. Nobody can give it back to you.", err=True)
    passphrase = ask("New passphrase", twice=True)
    signatures.make_key(member, passphrase, at=at)
    return passphrase


def export(number: int, out: Path | None, *, receipt: Path | None = None, as_json: bool = False) -> None:
    """The bundle of a version as `verify.py` reads it, and the receipt if asked for."""
    with _work(only_reads=True):
        from treaty.agreement.queries import bundle_of, receipt_of

        version = _version(number)
        bundle = bundle_of(version)
        target = out or Path(f"treaty-agreement-{number}.zip")
        _write(target, bundle)
        if receipt is not None:
            _write(receipt, json.dumps(receipt_of(version), ensure_ascii=False, indent=1).encode())
    if as_json:
        print_json({**_facts(version), "out": str(target), "bytes": len(bundle), "receipt": str(receipt) if receipt else None})
    else:
        typer.echo(f"{target}: check it with `python verify.py {target}{f' --receipt {receipt}' if receipt else ''}`")


def pdf(
    number: Annotated[int | None, typer.Argument(metavar="[VERSION]", help="The version's number; the one in force without it.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Where to write; treaty-agreement-N.pdf here without it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the contract of a version as a PDF to print and sign."""
    with _work(only_reads=True) as at:
        from treaty.agreement.printing import NotPrinted
        from treaty.web.papers import contract_pdf

        version = _version(number) if number is not None else _version_in_force(at)
        try:
            raw = contract_pdf(version)
        except NotPrinted as problem:
            fail(str(problem))
        target = out or Path(f"treaty-agreement-{version.number}.pdf")
        _write(target, raw)
    if as_json:
        print_json({**_facts(version), "out": str(target), "bytes": len(raw)})
    else:
        typer.echo(f"{target}: version {version.number}, hash {version.hash}")


def why(lead: Annotated[str, typer.Argument(metavar="LEAD", help="A lead's key, or a person's e-mail.")], as_json: AsJson = False) -> None:
    """Why is this lead where it is: the version, the clauses, the touches."""
    with _work(only_reads=True):
        from treaty.cli.why import why as explain

        explain(lead, as_json=as_json)


# Shared by the commands


@contextmanager
def _work(*, only_reads: bool = False) -> Iterator[datetime]:
    """The moment of the command, on a database that is ready; what is refused ends in one sentence and exit 1."""
    ready(only_reads=only_reads)
    from treaty.agreement.actions import MayNotChange, NotSignable
    from treaty.agreement.queries import Damaged
    from treaty.agreement.tries import TooManyTries

    try:
        yield datetime.now(UTC)
    except (ValueError, LookupError, MayNotChange, NotSignable, Damaged, TooManyTries) as told:
        fail(str(told.args[0] if told.args else told))


def _member(email: str, how: str) -> "Member":
    from treaty.team.models import Member

    if not email:
        raise ValueError(f"it is not said {how}")
    member = Member.objects.filter(email=email.strip().lower(), is_active=True).first()
    if member is None:
        raise LookupError(f"{email} has no account here: treaty member add {email} --name NAME --role ROLE")
    return member


def _version(number: int) -> "Version":
    from treaty.agreement.models import Version

    version = Version.objects.filter(number=number).first()
    if version is None:
        known = ", ".join(str(one) for one in Version.objects.order_by("number").values_list("number", flat=True))
        raise LookupError(f"there is no version {number}: {f'there are {known}' if known else 'none is proposed yet'}")
    return version


def _version_in_force(at: datetime) -> "Version":
    from treaty.agreement.queries import in_force

    current = in_force(at)
    if current is None:
        raise LookupError("no version is in force: say the number of the one you mean")
    return current.version


def _facts(version: "Version") -> dict[str, Any]:
    amends = version.amends.number if version.amends else None
    return {"version": version.number, "hash": version.hash, "amends": amends, "reason": version.reason}


def _begins(row: "InForce | None") -> str | None:
    return row.starts_at.isoformat().replace("+00:00", "Z") if row else None


def _write(path: Path, raw: bytes) -> None:
    try:
        path.write_bytes(raw)
    except OSError as error:
        raise ValueError(f"{path} cannot be written ({error.strerror or error}): choose another place") from None
