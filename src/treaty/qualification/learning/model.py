"""What training gives: the card of points, what was judged of every column, and the figures on rows it had not seen."""

from dataclasses import dataclass, field

from treaty.qualification.learning.figures import Auc, Part
from treaty.qualification.learning.leakage import Verdict
from treaty.qualification.learning.points import Card


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks of a training; every name is a column's.

    outcome: who converted, positive: which of its values means that · time: when a lead came, a date or a running number, so that the
    newest are kept back
    contacted: when sales first contacted it · agreed: points to compare with · segment: to look at one by one
    keep, refuse: overrule the evidence · rising, falling: numbers with which points only rise, only fall
    descriptions: what a dictionary says, by column
    """

    outcome: str
    positive: str = ""
    time: str = ""
    contacted: str = ""
    agreed: str = ""
    segment: str = ""
    keep: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    rising: tuple[str, ...] = ()
    falling: tuple[str, ...] = ()
    descriptions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Beside:
    """The agreed points on the same unseen rows. more: by how much the learned score's AUC is greater."""

    name: str
    rows: int
    auc: Auc
    more: Auc


@dataclass(frozen=True, slots=True)
class Figures:
    """On rows the score had not seen. by: `time` or `hash` · since: where the rows kept back begin, as text, empty by hash

    brier_of_all: what everybody's mean chance would reach · lifts: (best share of the rows, times as many, part of all conversions)
    calibration: tenths by probability · months, segments: what of them could be told · monthly_by, segmented_by: their columns
    """

    by: str
    since: str
    rows: int
    converted: int
    auc: Auc
    brier: float
    brier_of_all: float
    lifts: tuple[tuple[float, float, float], ...]
    calibration: tuple[Part, ...]
    monthly_by: str = ""
    months: tuple[Part, ...] = ()
    segmented_by: str = ""
    segments: tuple[Part, ...] = ()
    beside: Beside | None = None

    @property
    def ratio(self) -> float:
        """Expected conversions for each that was observed; 1 is what is wanted."""
        return sum(part.expected * part.rows for part in self.calibration) / max(self.converted, 1)


@dataclass(frozen=True, slots=True)
class Model:
    """asked: as it was · positive: the value that means converted · rows, converted: learnt from · left_aside: rows without an outcome
    known: rows with one, of which `rows` were drawn where there are very many

    verdicts: of every column but the outcome and the agreed points · counts: by signal and bin (rows, converted)
    placeholders: by column the levels taken for nothing · warning: what stands first wherever this score is shown
    """

    asked: Asked
    positive: str
    rows: int
    converted: int
    left_aside: int
    known: int
    strength: float
    card: Card
    counts: dict[str, tuple[tuple[int, int], ...]]
    verdicts: tuple[Verdict, ...]
    placeholders: dict[str, tuple[str, ...]]
    figures: Figures
    warning: str = ""
    written: dict[str, str] = field(default_factory=dict)
    """By column how its numbers were written in the file, by example: `1.234,5`. Empty where they were numbers."""
