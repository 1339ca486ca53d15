"""What buyers say of how they heard of us, beside what the model gives the channel of the nearest name."""

from collections.abc import Mapping
from decimal import Decimal

from treaty.agreement.terms_credit import Attribution
from treaty.attribution import said
from treaty.attribution.agreed import journey_of
from treaty.engine.measuring import kept_rows
from treaty.engine.periods import Period
from treaty.funnel.frame import Frame
from treaty.web import formats
from treaty.web.figures import records, words
from treaty.web.here import Here
from treaty.web.pieces import Column, Faint, Figure, Piece, Row, Table


def table(frame: Frame, here: Here, period: Period, agreed: Attribution, channels: Mapping[str, Decimal]) -> Table | None:
    """None where no buyer of a won deal was ever asked. channels: what the agreed model credits each with."""
    journey = journey_of(agreed)
    key = ("said", period.us, journey.by_account)
    rows = kept_rows(frame.lake, key, lambda: said.by_answer(frame.lake, period.us, journey))
    found = {row["answer"]: (row["deals"], row["amount"]) for row in rows if row["currency"] == frame.terms.currency}
    if not set(found) - {said.NOBODY}:
        return None
    ordered = sorted(found.items(), key=lambda pair: (pair[0] == said.NOBODY, -pair[1][1], pair[0]))
    drawn = [_row(answer, n, amount, frame, here, period, channels) for answer, (n, amount) in ordered]
    columns = [
        Column("What they say"), Column("Won deals", is_number=True), Column("Won amount", is_number=True),
        Column("Nearest channel"), Column("Credited to it by the model", is_number=True),
    ]  # fmt: skip
    n, whole = (sum(pair[place] for pair in found.values()) for place in (0, 1))
    foot = Row(("All", formats.number(n), _money(whole, frame, here), "", ""))
    return Table(columns=columns, rows=drawn, foot=foot, caption="What buyers say")


def _row(answer: str, n: int, amount: Decimal, frame: Frame, here: Here, period: Period, channels: Mapping[str, Decimal]) -> Row:
    href = records("said", period, answer=answer)
    near = said.nearest(answer, (channel for channel in channels if channel)) if answer else ""
    credited: Piece = Figure(_money(channels[near], frame, here), records("credited", period, channel=near)) if near else Faint("–")
    name: Piece = f"“{answer}”" if answer else Faint("nobody was asked, or answered")
    channel: Piece = words(near).capitalize() if near else Faint("no channel is called so" if answer else "")
    return Row((name, Figure(formats.number(n), href), Figure(_money(amount, frame, here), href), channel, credited))


def _money(amount: Decimal, frame: Frame, here: Here) -> str:
    return formats.money(amount, frame.terms.currency, here.viewer.manner)
