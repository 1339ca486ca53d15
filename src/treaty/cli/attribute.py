"""`treaty attribute TOUCHES [CONVERSIONS]`: which channel earned what, by any model, from plain files. No set-up."""

import csv
import json
import re
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from treaty.attribution.credit import Credit
    from treaty.attribution.weights import Rule
    from treaty.connectors.files.touchpoints import Opened, Told

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LENGTH = re.compile(r"(\d{1,5})\s*(m|h|d|w)[a-z]*", re.I)

Touches = Annotated[Path, typer.Argument(metavar="TOUCHES", help="Touches, or written paths with their counts: CSV, Excel, Parquet.")]
Conversions = Annotated[
    Path | None, typer.Argument(metavar="[CONVERSIONS]", help="Conversions with id, time and value.", show_default=False)
]
Models = Annotated[str, typer.Option("--models", help="Names with commas, such as first,linear,w_shaped,markov,shapley; or `all`.")]
Lookback = Annotated[str, typer.Option("--lookback", help="How old a touch may be, such as 30d; exactly as old no longer counts.")]
HalfLife = Annotated[str, typer.Option("--half-life", help="Of time decay.")]
Key = Annotated[Literal["person", "account", "journey", ""], typer.Option("--key", help="Whose journey: of a person or of an account.")]
Order = Annotated[int, typer.Option("--order", min=1, max=6, help="Of the Markov chain.")]
Weights = Annotated[str, typer.Option("--weights", help="A model of your own, `custom`: first_touch=40%,last_touch=40%,rest=20%.")]
Missing = Annotated[Literal["respread", "unattributed"], typer.Option("--missing-anchor", help="What becomes of its share.")]
ValueChain = Annotated[bool, typer.Option("--value-chain", help="Markov shares value by a chain of its own, weighed by value.")]
Separator = Annotated[str, typer.Option("--separator", help="Between the channels of a written path.")]
Map = Annotated[Path | None, typer.Option("--map", help="A mapping file that overrules what is recognised.", show_default=False)]
Form = Annotated[Literal["csv", "json"], typer.Option("--format", help="What is printed.")]
Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]


def attribute(  # noqa: PLR0913, PLR0917 each is an option of the command
    touches: Touches,
    conversions: Conversions = None,
    models: Models = "first_touch,last_touch,linear",
    lookback: Lookback = "",
    half_life: HalfLife = "7d",
    key: Key = "",
    order: Order = 1,
    weights: Weights = "",
    missing_anchor: Missing = "respread",
    value_chain: ValueChain = False,
    separator: Separator = ">",
    map_file: Map = None,
    form: Form = "csv",
    as_json: Json = False,
) -> None:
    """Credit per model and channel: conversions and value. Prints `model,channel,conversions,value`.

    Exit 0: done · 3: done, some rows refused · 1: the files cannot answer what is asked.
    """
    from treaty.attribution.chain import TooManyStates
    from treaty.attribution.credit import UnknownModel
    from treaty.attribution.library import Terms, Unfit
    from treaty.attribution.library import attribute as attributed
    from treaty.attribution.weights import RULES
    from treaty.connectors.files.mapping import MapRefused
    from treaty.connectors.files.reader import NoSuchFile
    from treaty.connectors.files.touchpoints import CannotRead

    try:
        with TemporaryDirectory(prefix="treaty-attribute-") as folder:
            told = _read([path for path in (touches, conversions) if path is not None], map_file, key, Path(folder))
            found = attributed(
                *(one.file for one in told),
                models=_models(models, has_weights=bool(weights)),
                terms=Terms(
                    lookback=_length(lookback, "--lookback") if lookback else None,
                    half_life=_length(half_life, "--half-life"),
                    respread=missing_anchor == "respread",
                ),
                order=order,
                weights=_weights(weights),
                by_value=value_chain,
                separator=separator,
            )
    except (CannotRead, MapRefused, NoSuchFile, Unfit, UnknownModel, TooManyStates, OSError, typer.BadParameter) as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    _print(found, form="json" if as_json else form)
    _say(told)
    if not any("lead_at" in one.headers for one in told) and any(
        "lead_created" in RULES[row].anchors for row in {r.model for r in found} & set(RULES)
    ):
        typer.echo("no column says when a lead was made: models that give it a share spread that over the rest", err=True)
    raise typer.Exit(3 if any(one.rejected for one in told) else 0)


def _read(paths: list[Path], map_file: Path | None, key: str, folder: Path) -> "list[Told]":
    from treaty.connectors.files.mapping import ColumnMap, read_mapping
    from treaty.connectors.files.touchpoints import opened, read

    both = []
    for path in paths:
        columns = read_mapping(map_file).of(path.name).columns if map_file else {}
        named = {header: said.is_ if isinstance(said, ColumnMap) else said for header, said in columns.items() if said}
        both.append(opened(path, named))
    shared = key or _shared_key(both)
    return [read(one, folder / f"{number}.parquet", shared) for number, one in enumerate(both)]


def _shared_key(opened: "list[Opened]") -> str:
    """The id that all files name, so that nobody's touches meet another's conversions. Raises CannotRead."""
    from treaty.connectors.files.touchpoints import KEYS, CannotRead

    found = next((name for name in KEYS if all(name in one.places for one in opened)), "")
    if not found and len(opened) > 1 and all(any(name in one.places for name in KEYS) for one in opened):
        ids = "; ".join(f"{one.table.name} has {', '.join(one.headers[name] for name in KEYS if name in one.places)}" for one in opened)
        raise CannotRead(f"the two files share no id: {ids}. Say with --map which columns mean the same")
    return found


def _models(text: str, *, has_weights: bool) -> list[str]:
    from treaty.attribution.credit import DATA_DRIVEN
    from treaty.attribution.weights import RULES

    names = [name for name in (part.strip() for part in text.split(",")) if name]
    if names == ["all"]:
        names = [*RULES, *DATA_DRIVEN]
    return names + ["custom"] * (has_weights and "custom" not in names)


def _length(text: str, option: str) -> timedelta:
    found = _LENGTH.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise typer.BadParameter(f"{option} {text!r}: write a length such as 30d, 12h or 2w")
    return int(found[1]) * _UNITS[found[2].lower()]


def _weights(text: str) -> "Rule | None":
    from treaty.attribution.weights import rule

    if not text:
        return None
    shares = {}
    for part in text.split(","):
        name, _, share = part.partition("=")
        try:
            number = Decimal(share.strip().removesuffix("%"))
            shares[name.strip()] = float(number / 100 if share.strip().endswith("%") else number)
        except (ArithmeticError, ValueError):
            raise typer.BadParameter(f"--weights {part.strip()!r}: write name=share, such as first_touch=40%") from None
    try:
        return rule(shares)
    except ValueError as fault:
        raise typer.BadParameter(f"--weights: {fault}") from None


def _print(found: "list[Credit]", *, form: str) -> None:
    if form == "json":
        typer.echo(json.dumps([row._asdict() for row in found], ensure_ascii=False, indent=1))
        return
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("model", "channel", "conversions", "value"))
    out.writerows((row.model, row.channel, _number(row.conversions), _number(row.value)) for row in found)


def _number(value: float) -> str:
    """Twelve decimals: what floats are good for, without the noise behind it."""
    return f"{value:.12f}".rstrip("0").rstrip(".")


def _say(told: "list[Told]") -> None:
    """On stderr: which column was taken for what, and which rows were not used."""
    for one in told:
        read = ", ".join(f"{header} as {meaning}" for meaning, header in one.headers.items())
        typer.echo(f"{one.name}: {one.rows:,} rows; {read}", err=True)
        for note in one.notes:
            typer.echo(f"{one.name}: {note}", err=True)
        for line, problem in one.refused:
            typer.echo(f"{one.name}, line {line}: {problem}", err=True)
        if one.rejected > len(one.refused):
            typer.echo(f"{one.name}: {one.rejected:,} rows were not used in all", err=True)
