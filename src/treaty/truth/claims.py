"""What may be heard of a claim: a value from a door anyone can use, where a system of record also speaks. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Known(NamedTuple):
    """One value of a field, from `occurred_us` on, known from `known_us` on, microseconds UTC. is_claim: its source proves nothing."""

    id: int
    subject: str
    subject_id: int
    field: str
    text: str | None
    number: float | None
    occurred_us: int
    known_us: int
    is_claim: bool

    @property
    def starts_us(self) -> int:
        """When it can first count."""
        return max(self.occurred_us, self.known_us)

    @property
    def place(self) -> tuple[int, int, int]:
        """Where it stands in the history of its field: the last one that has started is in force."""
        return (self.occurred_us, self.known_us, self.id)


def heard(values: Iterable[Known]) -> list[Known]:
    """The values with every claim silent from the moment a value stated for an earlier date is known.

    From that moment on the stated value stands again in the claim's place, under the claim's date, so that whoever takes
    the latest value takes the stated one. What was so until then stays so: a verdict of that time can be explained.
    A claim dated before every stated value fills the gap until the first of them. Whatever the order of arrival, what
    is in force after it is the same. Source: DESIGN 2.13.
    """
    values = list(values)
    if not any(value.is_claim for value in values):
        return values
    fields: dict[tuple[str, int, str], list[Known]] = defaultdict(list)
    for value in values:
        fields[value.subject, value.subject_id, value.field].append(value)
    return [kept for field in fields.values() for kept in _of_field(field)]


def _of_field(field: list[Known]) -> Iterator[Known]:
    latest_first = sorted((value for value in field if not value.is_claim), key=lambda value: value.place, reverse=True)
    stated = sorted(latest_first, key=lambda value: value.starts_us)  # of those known at one moment the latest speaks for all
    yield from stated
    for claim in (value for value in field if value.is_claim):
        answers = [value for value in stated if value.place < claim.place]
        if not answers or claim.starts_us < answers[0].starts_us:
            yield claim
        yield from _standing_again(answers, claim)


def _standing_again(answers: list[Known], claim: Known) -> Iterator[Known]:
    """The stated values in the claim's place, each from the moment it is known, unless a later one was known by then."""
    last = None
    for value in answers:
        if last is None or value.place > last.place:
            last = value
            yield claim._replace(text=value.text, number=value.number, known_us=value.starts_us, is_claim=False)
