"""Which columns tell what was not yet known: refused, suspect or kept, each on its evidence, and as a person overrules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from treaty.qualification.learning import dates, words
from treaty.qualification.learning.bins import Bins
from treaty.qualification.learning.evidence import REFUSES, SUSPECTS, Alone, Evidence, alone, beats, decides, fill_tells, settles
from treaty.qualification.learning.fitting import tried
from treaty.qualification.learning.kinds import AN_ID
from treaty.qualification.learning.tables import Bools, CannotLearn, Column, Floats, Ints

REFUSED, SUSPECT, KEPT = "refused", "suspect", "kept"
_SAMPLE = 5_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column before it is judged. left_out: why it cannot be a signal; then it has no bins. filled: by more than a placeholder."""

    column: Column
    filled: Bools
    bins: Bins | None = None
    codes: Ints | None = None
    left_out: str = ""
    description: str = ""

    @property
    def name(self) -> str:
        return self.column.name


@dataclass(frozen=True, slots=True)
class Verdict:
    """verdict: by the evidence · overruled: what a person said instead, KEPT or REFUSED · left_out: why it is no signal anyway."""

    name: str
    verdict: str
    evidence: tuple[Evidence, ...]
    left_out: str = ""
    overruled: str = ""

    @property
    def is_used(self) -> bool:
        return not self.left_out and (self.overruled or self.verdict) == KEPT

    @property
    def is_forced(self) -> bool:
        """A leak, or what looks like one, that a person kept."""
        return self.overruled == KEPT and self.verdict != KEPT


@dataclass(frozen=True, slots=True)
class Dates:
    """What is known of time. by_name: every date of the table · contacted: the moment of first contact, NaN where there was none."""

    by_name: Mapping[str, Column]
    contact: str = ""

    @property
    def contacted(self) -> Floats | None:
        return self.by_name[self.contact].numbers if self.contact else None


def judged(candidates: Sequence[Candidate], outcome: Bools, fold: Ints, known: Dates) -> list[Verdict]:
    """fold: of each row, 0 to 4; the rows in an order that says nothing, for some of them are taken from the beginning."""
    told: dict[str, Alone] = {}
    found: dict[str, list[Evidence]] = {}
    for one in candidates:
        evidence = [*_by_words(one), *fill_tells(one.filled, outcome), *_by_dates(one, known)]
        if one.bins is not None and one.codes is not None:
            told[one.name] = alone(one.codes, one.bins.count, outcome, fold)
            evidence += settles(told[one.name]) + decides(one.codes, one.bins.labels(), outcome, fold % 2 == 0)
        found[one.name] = evidence
    clean = [one for one in candidates if one.bins is not None and _weight(found[one.name]) < SUSPECTS]
    for one in candidates:
        if one.name in told and told[one.name].auc.low >= 0.75:
            found[one.name] += _beside(one, [other for other in clean if other.name != one.name], outcome, fold)
    return [_verdict(one, found[one.name]) for one in candidates]


def _verdict(one: Candidate, evidence: list[Evidence]) -> Verdict:
    weight = _weight(evidence)
    verdict = REFUSED if weight >= REFUSES else SUSPECT if weight >= SUSPECTS else KEPT
    return Verdict(one.name, verdict, tuple(sorted(evidence, key=lambda each: -each.weight)), one.left_out)


def _weight(evidence: Sequence[Evidence]) -> int:
    """Words, dates and numbers speak for themselves; of what numbers say, all from the same rows, the plainest counts."""
    sights: dict[str, int] = {}
    for each in evidence:
        sight = each.kind if each.kind in ("words", "dates") else "numbers"
        sights[sight] = max(sights.get(sight, 0), each.weight)
    return sum(sights.values())


def _by_words(one: Candidate) -> list[Evidence]:
    """An id may be called as it likes."""
    spoken = [] if one.left_out.startswith(AN_ID) else words.spoken(one.name, one.description)
    if not spoken:
        return []
    says = ", ".join(f"{each.subject} ({each.word!r})" for each in spoken)
    return [Evidence("words", words.weight(spoken), f"its name {'or description ' if one.description else ''}speaks of {says}")]


def _by_dates(one: Candidate, known: Dates) -> list[Evidence]:
    contacted = known.contacted
    if contacted is None or one.name == known.contact:
        return []
    own = one.name if one.name in known.by_name else dates.dated_by(one.name, known.by_name)
    dated = dates.dated_after(own, known.by_name[own].numbers, contacted) if own else []
    return [*dated, *dates.filled_by_contact(one.filled, contacted)][:1]


def _beside(one: Candidate, others: Sequence[Candidate], outcome: Bools, fold: Ints) -> list[Evidence]:
    some = slice(0, _SAMPLE)
    if one.bins is None or one.codes is None:
        return []
    mine = alone(one.codes[some], one.bins.count, outcome[some], fold[some])
    bins = [other.bins for other in others if other.bins is not None]
    codes = [other.codes[some] for other in others if other.codes is not None]
    return beats(mine, tried(bins, codes, outcome[some], fold[some]) if bins else None, outcome[some])


def overruled(verdicts: Sequence[Verdict], *, keep: Collection[str], refuse: Collection[str]) -> list[Verdict]:
    """The verdicts, as a person overrules them by name. Raises CannotLearn for names that are not there or cannot be kept."""
    by_name = {one.name: one for one in verdicts}
    for name in (*keep, *refuse):
        if name not in by_name:
            raise CannotLearn(f"there is no column {name!r} to keep or refuse: the columns are {', '.join(by_name)}")
    for name in keep:
        if name in refuse:
            raise CannotLearn(f"{name!r} cannot be kept and refused: say one of the two")
        if by_name[name].left_out:
            raise CannotLearn(f"{name!r} cannot be kept, it is no signal ({by_name[name].left_out}): leave it out of --keep")
    said = {**dict.fromkeys(keep, KEPT), **dict.fromkeys(refuse, REFUSED)}
    return [replace(one, overruled=said.get(one.name, "")) for one in verdicts]


def warning(verdicts: Sequence[Verdict]) -> str:
    """What must stand first wherever this score is shown; empty if no leak was forced in."""
    forced = [f"{one.name} ({one.verdict})" for one in verdicts if one.is_forced]
    if not forced:
        return ""
    return (
        f"WARNING: leaks were forced into this score: {', '.join(forced)}. It looks better than it will be on new leads; do not rely on it."
    )
