"""The drawing of credit: what each origin earned as agreed, beside what first and last touch alone would have given it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from treaty.attribution.credit import UNATTRIBUTED
from treaty.funnel.catalogue.rounding import WHOLE, to_places
from treaty.funnel.frame import Frame
from treaty.web import charts, formats
from treaty.web.figures import period_words, records
from treaty.web.formats import Viewer
from treaty.web.pages.attribution.credit import BY, Asked, Found, Line, by_model, named

MOST = 8
WHAT_IF = {"first_touch": "if first touch", "last_touch": "if last touch"}
ZERO = Decimal(0)


def drawing(frame: Frame, asked: Asked, found: Found, viewer: Viewer) -> charts.Drawing | None:
    """The greatest origins, the others together, and what no touch earned, always; None where nothing was won."""
    whole = found.lines[0].whole if found.lines else ZERO
    if not whole:
        return None
    models = [name for name in WHAT_IF if set(found.models) != {name}]
    others = {name: by_model(frame, asked, name, found.currency) for name in models}
    rows = _rows(asked, found.lines, others, found.currency, viewer)
    won = f"{formats.money(whole, found.currency, viewer.manner)} won in {period_words(asked.period, frame)}"
    note = f"What touches earned of the {won}, by {asked.by}. In outline below, and in no sum: what other models would have given each."
    return charts.earned_bars(
        charts.Earnings(rows=rows, words="as agreed", others=[WHAT_IF[name] for name in models]),
        charts.Caption(title=finding(asked.by, found.lines), note=note),
    )


def _rows(
    asked: Asked, lines: Sequence[Line], others: Mapping[str, Mapping[str, Decimal]], currency: str, viewer: Viewer
) -> list[charts.Earned]:
    earned = [line for line in lines if line.value != UNATTRIBUTED] + _of_others_alone(asked.by, lines, others)
    shown, rest = (earned[:MOST], earned[MOST:]) if len(earned) > MOST + 1 else (earned, [])  # one other has its own row
    rows = [_row(asked, line, [each.get(line.value, ZERO) for each in others.values()], currency, viewer) for line in shown]
    if rest:
        together = replace(rest[0], value="", name=f"{len(rest)} others", amount=sum((line.amount for line in rest), ZERO))
        sums = [sum((each.get(line.value, ZERO) for line in rest), ZERO) for each in others.values()]
        rows.append(replace(_row(asked, together, sums, currency, viewer), href=""))
    nobodys = next((line for line in lines if line.value == UNATTRIBUTED), None)
    nobodys = nobodys or replace(lines[0], value=UNATTRIBUTED, name="No touch", amount=ZERO)
    left = [nobodys.whole - sum(each.values(), ZERO) for each in others.values()]
    return [*rows, replace(_row(asked, nobodys, left, currency, viewer), is_nobodys=True)]


def _of_others_alone(by: str, lines: Sequence[Line], others: Mapping[str, Mapping[str, Decimal]]) -> list[Line]:
    """Origins that earned nothing as agreed, and something by another model."""
    known = {line.value for line in lines}
    values = {value for each in others.values() for value, amount in each.items() if amount} - known
    nothing = replace(lines[0], touched=0, n=0.0, amount=ZERO, instead=None)
    found = [replace(nothing, value=value, name=name) for value, name in named(values, by).items()]
    return sorted(found, key=lambda line: line.name)


def _row(asked: Asked, line: Line, others: Sequence[Decimal], currency: str, viewer: Viewer) -> charts.Earned:
    money = {"currency": asked.money} if asked.money else {}
    href = records("credited", asked.period, **{asked.by: line.value}, **money) if line.amount else ""
    whole = to_places(line.amount, WHOLE)
    words = f"{formats.money(whole, currency, viewer.manner)}, {formats.percent(line.share or 0, 0)}"
    return charts.Earned(name=formats.capital(line.name), amount=line.amount, words=words, others=others, href=href)


def finding(by: str, lines: Sequence[Line]) -> str:
    """`Webinar earned 34% of what was won; 12% no touch earned`."""
    left = next((line for line in lines if line.value == UNATTRIBUTED), None)
    rest = f"{formats.percent(left.share or 0, 0)} no touch earned" if left and left.amount else "nothing is left that no touch earned"
    earned = [line for line in lines if line.value != UNATTRIBUTED and line.amount]
    if not earned:
        return "No touch earned any of what was won"
    first = max(earned, key=lambda line: line.amount)
    name = formats.capital(first.name) if first.value else f"Touches without a {BY[by].lower()}"
    return f"{name} earned {formats.percent(first.share or 0, 0)} of what was won; {rest}"
