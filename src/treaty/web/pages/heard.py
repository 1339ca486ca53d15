"""What buyers say of how they heard of us, beside what the model gives the channel of the nearest name."""

from collections.abc import Mapping
from decimal import Decimal

from treaty.attribution import said, versions
from treaty.attribution.sharing import counts_as
from treaty.currencies import of_units
from treaty.engine.measuring import kept_rows
from treaty.engine.periods import Period
from treaty.funnel.frame import Frame
from treaty.web import formats
from treaty.web.figures import records, words
from treaty.web.here import Here
from treaty.web.pieces import Column, Faint, Figure, Piece, Row, Table


def table(frame: Frame, here: Here, period: Period, channels: Mapping[str, Decimal]) -> Table | None:
    """None where no buyer of a won deal was ever asked. channels: what the agreed model credits each with.

    The deals and amounts are those of the page: each by the version in force when it closed, and in the agreement's currency.
    """
    there, own = versions.parts(frame.held, period.us), frame.terms.currency
    found: dict[str, tuple[int, Decimal]] = {}
    for row in kept_rows(frame.lake, ("said", repr(there)), lambda: said.by_answer(frame.lake, there)):
        if kind := counts_as(row, own):
            n, amount = found.get(row["answer"], (0, Decimal(0)))
            found[row["answer"]] = (n + row["deals"], amount + of_units(int(row[kind]), own))
    if not set(found) - {said.NOBODY}:
        return None
    ordered = sorted(found.items(), key=lambda pair: (pair[0] == said.NOBODY, -pair[1][1], pair[0]))
    drawn = [_row(answer, n, amount, frame, here, period, channels) for answer, (n, amount) in ordered]
    columns = [
        Column("What they say"), Column("Won deals", is_number=True), Column("Won amount", is_number=True),
        Column("Nearest channel"), Column("Credited to it by the model", is_number=True),
    ]  # fmt: skip
    n, whole = sum(pair[0] for pair in found.values()), sum((pair[1] for pair in found.values()), Decimal(0))
    foot = Row(("All", formats.number(n), _money(whole, frame, here), "", ""))
    return Table(columns=columns, rows=drawn, foot=foot, caption="What buyers say")


def _row(answer: str, n: int, amount: Decimal, frame: Frame, here: Here, period: Period, channels: Mapping[str, Decimal]) -> Row:
    href = records("said", period, answer=answer)
    near = said.nearest(answer, (channel for channel in channels if channel)) if answer else ""
    credited: Piece = Figure(_money(channels[near], frame, here), records("credited", period, channel=near)) if near else Faint("–")
    name: Piece = f"“{answer}”" if answer else Faint("nobody was asked, or answered")
    channel: Piece = formats.capital(words(near)) if near else Faint("no channel is called so" if answer else "")
    return Row((name, Figure(formats.number(n), href), Figure(_money(amount, frame, here), href), channel, credited))


def _money(amount: Decimal, frame: Frame, here: Here) -> str:
    return formats.money(amount, frame.terms.currency, here.viewer.manner)
