"""The digest: the numbers that Home and Week show, asked by the same questions, in a few lines."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING

from treaty.agreement.vocabulary import MEASURES
from treaty.agreement.words_base import words
from treaty.config import home
from treaty.diagnosis.say import count, money, verb
from treaty.notify import messages
from treaty.notify.messages import Field, Link, Message

if TYPE_CHECKING:
    from treaty.plan.answers import Answers
    from treaty.plan.queries import GoalNow


def digest_of(every: str, address: Callable[[str], str], *, at: datetime) -> Message | None:
    """None before there are figures: no lake, or no agreement. address: of a page."""
    from treaty.engine.lake import LakeDamaged, LakeMissing, open_lake
    from treaty.funnel.frame import frame_of
    from treaty.plan.answers import answers
    from treaty.plan.queries import goals

    try:
        frame = frame_of(open_lake(home()), at)
    except (LakeMissing, LakeDamaged):
        return None
    if frame is None:
        return None
    fields = [Field(name_of(one), stands(one, frame.terms.currency)) for one in goals(frame)]
    title = f"{frame.terms.agreement}: {'the week' if every == 'week' else 'the day'} up to {frame.today.day} {frame.today:%B %Y}"
    links = [Link("Open Home", address("/")), Link("Open the week", address("/week/"))]
    return messages.digest(title, fields, list(sentences(answers(frame))), links)


def name_of(found: "GoalNow") -> str:
    """`Pipeline created, this quarter`; with whose part of it is meant."""
    where = found.goal.where
    sourced = [f"{words(where.source)}-sourced"] if where and where.source else []
    parts = [MEASURES[found.goal.measure].says, *sourced, *([words(where.segment)] if where and where.segment else [])]
    said = ", ".join([*parts, f"this {found.period.per}"])
    return f"{said[:1].upper()}{said[1:]}"


def stands(found: "GoalNow", currency: str) -> str:
    """`412,000 EUR, 380,000 EUR expected by now, target 900,000 EUR`."""
    said = [written(found.now.figure, found.unit, currency)]
    if found.pace is not None:
        said.append(f"{written(found.pace.expected, found.unit, currency)} expected by now")
    if found.bound is not None:
        said.append(f"{'at most' if found.is_most else 'target'} {written(found.bound, found.unit, currency)}")
    return ", ".join(said)


def written(figure: Decimal | None, unit: str, currency: str) -> str:
    if figure is None:
        return "nothing measured yet"
    if unit == "money":
        return money(figure.quantize(Decimal(1)), currency)
    if unit == "share":
        return f"{figure * 100:.1f} %"
    return f"{figure:,.1f} h" if unit == "hours" else f"{figure:,.0f}"


def sentences(found: "Answers") -> Iterator[str]:
    """Whether there are enough leads, and whether they are followed up promptly, as Home answers it."""
    bar, now = found.enough.bars[-1], found.enough.now
    due = f"; {ceil(now.due)} {verb(ceil(now.due), 'was')} due by now" if now is not None and now.due is not None else ""
    yield f"{count(bar.n, 'lead')} became {words(found.enough.stage)} this {bar.period.per}{due}."
    kept = found.prompt.now
    if kept is not None and kept.value.figure is not None:
        yield f"{kept.value.k} of {kept.value.n} first contacts due this {kept.period.per} came in time."
