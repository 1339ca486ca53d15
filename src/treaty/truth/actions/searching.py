"""Search all known people for doubles: plain columns, in parts of bounded size, compared by `truth.matching` and kept as proposals.

One part is compared as a whole. More people are read twice in parts that overlap, once in the order of how their names sound
and once in the order of their addresses, so that two who are alike in either lie in one part (Hernández and Stolfo 1995).
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from treaty.team.models import Member
from treaty.truth.actions.proposing import in_order
from treaty.truth.models import Fact, Identity, Person, Proposal, Search

if TYPE_CHECKING:
    from treaty.truth.matching.matcher import Matched

MATCH = "match"
PART, OVERLAP = 10_000, 250
"""People compared together, so that memory is bounded; how much it takes was not measured."""
LEAST = 1e-6
Answer = Proposal.Answer
Line = tuple[str, str, float]
"""What was compared, what was found, the bits it adds."""
Kept = tuple[list[Proposal], list[Proposal]]
Then = Callable[[Sequence[Proposal]], int]
"""What follows where pairs are proposed; returns how many were made one."""


def ask(*, by: Member | None, at: datetime) -> Search:
    """A search that has not ended yet, or a new one; the worker begins it."""
    if run := unfinished():
        return run
    number = (Search.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            return Search.objects.create(number=number, by=by, asked_at=at)
    except IntegrityError:
        return Search.objects.get(number=number)


def unfinished() -> Search | None:
    return Search.objects.filter(ended_at=None).order_by("number").first()


def known_people() -> QuerySet[Person]:
    """All whom an address or a record of a system names, once."""
    return Person.objects.filter(merged_into=None).exclude(email="", first_known_at=None)


def search(run: Search, *, clock: Callable[[], datetime], then: Then, part: int = PART) -> None:
    """Compare everybody and propose those who look like one. Begun again it begins from the first; nothing is proposed twice.

    clock: asked when a part is done. Raises NoSplink before anything is read.
    """
    from treaty.truth.matching.compare import check_installed

    check_installed()
    parts = list(_parts(part))
    run.people, run.total = known_people().count(), sum(map(len, parts))
    run.read = run.found = run.proposed = run.merged = 0
    for numbers in parts:
        found = _compared(numbers)
        with transaction.atomic():
            fresh, known = keep(found, at=clock()) if found else ([], [])
            alike = {in_order(int(pair.left), int(pair.right)) for pair in found.pairs} if found else set()
            run.read, run.found = run.read + len(numbers), run.found + len(alike)
            run.proposed += sum((one.one_id, one.other_id) in alike for one in fresh)
            run.save()
        run.merged += then([*fresh, *known])
    run.ended_at = clock()
    run.save()


def _parts(size: int) -> Iterator[list[int]]:
    rows = list(known_people().order_by("pk").values_list("pk", "name", "email").iterator())
    if len(rows) <= size:
        yield [pk for pk, _, _ in rows]
        return
    by_name = sorted((_sound_of(name), pk) for pk, name, _ in rows)
    by_address = sorted((email, pk) for pk, _, email in rows)
    for ordered in (by_name, by_address):
        numbers = [pk for _, pk in ordered]
        for start in range(0, len(numbers) - OVERLAP, size - OVERLAP):
            yield numbers[start : start + size]


def _sound_of(name: str) -> str:
    """How the words of a name sound, in whichever order they stand."""
    from treaty.truth.matching.candidates import sound
    from treaty.truth.matching.normal import person

    return " ".join(sorted(sound(word) for word in person(name).split()))


def _compared(numbers: Sequence[int]) -> "Matched | None":
    """What matching says of these people; None where there is nothing to compare them by."""
    from treaty.truth.matching.matcher import match
    from treaty.truth.matching.tables import CannotMatch

    table = table_of(numbers)
    wanted = set(numbers)
    rows = Proposal.objects.filter(answer=Answer.OPEN).values_list("one_id", "other_id")
    asked = [(str(one), str(other)) for one, other in rows if one in wanted and other in wanted]
    try:
        return match(table, id_column="id", prove=True, asked=asked)
    except CannotMatch:
        return None


def table_of(numbers: Collection[int]) -> dict[str, list[str]]:
    """The columns that are compared, as texts: names as people and systems write them."""
    names = ("id", "full name", "email", "phone", "title", "country", "company")
    fields = ("pk", "name", "email", "phone", "title", "country", "account__name")
    rows = list(Person.objects.filter(pk__in=numbers, merged_into=None).order_by("pk").values_list(*fields))
    table = {name: [str(row[at] or "") for row in rows] for at, name in enumerate(names)}
    first = {row[0]: row[2] for row in rows}
    told = Identity.objects.filter(kind="email", person__in=numbers).order_by("-pk").values_list("person_id", "value")
    others = {person: value for person, value in told if value != first.get(person)}
    return {**table, "email 2": [others.get(row[0], "") for row in rows]}


def keep(found: "Matched", *, at: datetime) -> Kept:
    """Proposals of pairs that look like one: (new ones, those that were open already and say now what is known of them)."""
    lines: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for proof in found.evidence:
        lines[in_order(int(proof.left), int(proof.right))].append((proof.compared, proof.found, proof.bits))
    pairs = {in_order(int(pair.left), int(pair.right)): _unsure(pair.probability) for pair in (*found.pairs, *found.doubtful)}
    here = set(Person.objects.filter(pk__in={pk for pair in pairs for pk in pair}, merged_into=None).values_list("pk", flat=True))
    before: dict[tuple[int, int], list[Proposal]] = defaultdict(list)
    for proposal in Proposal.objects.filter(one__in={one for one, _ in pairs}).order_by("pk"):
        before[proposal.one_id, proposal.other_id].append(proposal)
    fresh, known = [], []
    for pair, probability in pairs.items():
        if here.issuperset(pair):
            new, old = _propose(pair, probability, lines[pair], before[pair], at)
            fresh += new
            known += old
    return fresh, known


def _unsure(probability: float) -> float:
    """Nothing is certain: what was rounded to it is not."""
    return min(max(probability, LEAST), 1 - LEAST)


def _propose(pair: tuple[int, int], probability: float, lines: list[Line], before: Sequence[Proposal], at: datetime) -> Kept:
    evidence = {"lines": [list(line) for line in lines]}
    for proposal in before:
        if proposal.rule == MATCH and proposal.answer == Answer.OPEN:
            proposal.evidence, proposal.probability = evidence, probability
            proposal.save(update_fields=["evidence", "probability"])
            return [], [proposal]
    speaks = _speaks(lines)
    if not _is_news(pair, speaks, [p for p in before if p.answer == Answer.DIFFERENT]):
        return [], []
    about = hashlib.sha256("\n".join(sorted(speaks)).encode()).hexdigest()
    made, is_new = Proposal.objects.get_or_create(
        one_id=pair[0],
        other_id=pair[1],
        rule=MATCH,
        about=about,
        defaults={"evidence": evidence, "probability": probability, "made_at": at},
    )
    return ([made], []) if is_new else ([], [])


def _speaks(lines: Iterable[Line]) -> set[str]:
    """What speaks for their being one, without how much: the same agreement weighs a little more or less each night."""
    return {f"{compared}: {found}" for compared, found, bits in lines if compared and bits > 0}


def _is_news(pair: tuple[int, int], speaks: set[str], answered: Sequence[Proposal]) -> bool:
    """Whether somebody who said they are two is asked again: only if more agrees than did then."""
    if not answered:
        return True
    matched = [_speaks(proposal.evidence.get("lines", ())) for proposal in answered if proposal.rule == MATCH]
    if matched:
        return not any(speaks <= seen for seen in matched)
    last = max(proposal.answered_at for proposal in answered)
    return Fact.objects.filter(subject=Fact.Subject.PERSON, subject_id__in=pair, received_at__gt=last).exists()
