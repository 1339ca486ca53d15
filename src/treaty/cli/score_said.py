"""The report of a training in plain sentences and tables: what was refused and why, the points, and how far they can be believed."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from treaty.diagnosis.say import listed, visible

if TYPE_CHECKING:
    from treaty.qualification.learning.figures import Auc, Part
    from treaty.qualification.learning.leakage import Verdict
    from treaty.qualification.learning.model import Figures, Model
    from treaty.qualification.learning.points import Signal

_WIDE = 44
_TOO_GOOD = 0.93
"""Which AUC asks for another look."""
_SHOWN = 5


def report(model: "Model", path: Path, name: str, notes: Sequence[str], refused: Sequence[Mapping[str, Any]]) -> str:
    """The whole report. A warning stands on its first line."""
    parts = [
        *([[model.warning]] if model.warning else []),
        [*_learnt(model, name), *_refused_rows(refused), *notes],
        _believed(model),
        _columns(model),
        _points(model),
        _calibration(model.figures),
        _parts(f"By month of {model.figures.monthly_by!r}", model.figures.months),
        _parts(f"By {model.figures.segmented_by!r}", model.figures.segments),
        [
            f"Written to {path}. Score other leads with `treaty score apply FILE --model {path} --out scored.csv`.",
            "This is a proposal: it counts for nobody until both sides have signed its points in an agreement.",
        ],
    ]
    return "\n\n".join("\n".join(map(visible, lines)) for lines in parts if lines)


def _learnt(model: "Model", name: str) -> Iterator[str]:
    share = model.converted / model.rows
    ended = f"of which {model.converted:,} converted ({share:.1%}): {model.asked.outcome} is {model.positive}"
    drawn = f" drawn from {model.known:,}" if model.known > model.rows else ""
    yield f"{name}: learnt from {model.rows:,} leads{drawn}, {ended}."
    if model.left_aside:
        yield f"{model.left_aside:,} rows say nothing of their outcome and were left aside."
    for column, levels in model.placeholders.items():
        yield f"{column}: {', '.join(map(repr, levels))} stands for nothing."


def _refused_rows(refused: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [f"line {row['line']} was not used: {row['problem']}" for row in refused[:_SHOWN]]
    return lines + ([f"{len(refused):,} rows were not used in all"] if len(refused) > _SHOWN else [])


def _believed(model: "Model") -> list[str]:
    told = model.figures
    if told.by == "time":
        how = f"the {told.rows:,} newest, from {told.since} on, by a score learnt from the older ones"
    else:
        how = f"all {told.rows:,}, each by a score learnt from the other four fifths"
    lines = [
        f"On leads it had not seen ({how}):",
        f"  AUC {_auc(told.auc)}: so often a lead that converted has more points than one that did not.",
    ]
    for best, times, held in told.lifts[:2]:
        lines.append(f"  The best {best:.0%} convert {times:.1f} times as often as all, and hold {held:.0%} of the conversions.")
    brier = f"Brier {told.brier:.4f}; {told.brier_of_all:.4f} if all had the same chance"
    if told.auc.low <= 0.5:
        lines.append("  That is no better than chance: this score tells nothing and should not be used.")
    if told.auc.value >= _TOO_GOOD:
        widest = sorted(model.card.signals, key=lambda one: min(one.points) - max(one.points))[:3]
        lines.append(
            f"  That is rare for what is known before contact: look whether {listed([one.name for one in widest])} are known by then."
        )
    lines.append(f"  {told.ratio:.2f} conversions were expected for each observed. {brier}.")
    if told.beside is not None:
        more = told.beside.more
        verdict = "more than they do" if more.low > 0 else "less than they do" if more.high < 0 else "no proven difference"
        lines += [
            f"  The agreed points ({told.beside.name}) reach AUC {_auc(told.beside.auc)} on {told.beside.rows:,} of these leads;",
            f"  the learned ones {more.value:+.3f} ({more.low:+.3f} to {more.high:+.3f}): {verdict}.",
        ]
    return lines


def _auc(told: "Auc") -> str:
    return f"{told.value:.3f} ({told.low:.3f} to {told.high:.3f}, 95 of 100 times)"


def _columns(model: "Model") -> list[str]:
    """The verdicts: what is refused and suspect with its evidence, then what was kept, then what is no signal."""
    lines = ["What each column is taken for (overrule by name: --keep, --refuse):"]
    for verdict in ("refused", "suspect"):
        lines += [line for one in model.verdicts if one.verdict == verdict for line in _verdict(one)]
    kept = [one for one in model.verdicts if one.verdict == "kept" and not one.left_out]
    lines += [line for one in kept if one.evidence or one.overruled for line in _verdict(one)]
    plain = [one.name for one in kept if not one.evidence and not one.overruled]
    lines += [f"  kept     {', '.join(plain)}"] if plain else []
    rest = [f"{one.name} ({one.left_out})" for one in model.verdicts if one.left_out and one.verdict == "kept"]
    return lines + ([f"  no signal: {', '.join(rest)}"] if rest else [])


def _verdict(one: "Verdict") -> Iterator[str]:
    overruled = {"kept": ", kept all the same as you said", "refused": ", refused as you said"}
    yield f"  {one.verdict:8} {one.name}{overruled[one.overruled] if one.overruled not in ('', one.verdict) else ''}"
    for each in one.evidence:
        yield f"             {each.says}"


def _points(model: "Model") -> list[str]:
    card = model.card
    lines = [
        f"Points. Everybody begins with {card.base}; add what holds. 100 points are an even chance, 10 more double the odds:",
        "  " + "   ".join(f"{total}: {1 / (1 + 2 ** ((100 - total) / 10)):.0%}" for total in range(60, 141, 10)),
        f"  {'':{_WIDE}} {'points':>6} {'leads':>8} {'converted':>9}",
    ]
    for signal in card.signals:
        lines += [f"  {signal.name}", *_bins(signal, model.counts[signal.name])]
    idle = [signal.name for signal in card.signals if not any(signal.points)]
    return lines + ([f"  Add nothing that the others do not: {', '.join(idle)}."] if idle else [])


def _bins(signal: "Signal", counts: Sequence[tuple[int, int]]) -> Iterator[str]:
    for label, points, (rows, won) in zip(signal.bins.labels(), signal.points, counts, strict=True):
        yield f"    {label[: _WIDE - 2]:{_WIDE - 2}} {f'{points:+d}' if points else '0':>6} {rows:8,} {won / rows if rows else 0:9.1%}"


def _calibration(told: "Figures") -> list[str]:
    off = sum(part.is_off for part in told.calibration)
    holds = "every tenth lies" if not off else f"{len(told.calibration) - off} of {len(told.calibration)} tenths lie"
    head = f"Calibration on leads it had not seen: {holds} where expected. Each # is 2 of 100, | is what was expected."
    titles = f"  {'probability':16} {'leads':>7} {'expected':>8} {'converted':>9} {'95 of 100 times':>16} {'lift':>5}"
    return [head, titles, *(_tenth(part, told.converted / told.rows) for part in told.calibration)]


def _tenth(part: "Part", share: float) -> str:
    """share: of all leads that converted; lift is how many times as often these do."""
    low, high = part.interval
    bar = list(f"{'#' * round(part.observed * 50):51}")
    bar[round(part.expected * 50)] = "|"
    off = "off" if part.is_off else "   "
    interval = f"{low:.1%} to {high:.1%}"
    figures = f"{part.rows:7,} {part.expected:8.1%} {part.observed:9.1%} {interval:>16} {part.observed / share:5.2f}"
    return f"  {part.label:16} {figures} {off} {''.join(bar).rstrip()}"


def _parts(head: str, parts: Sequence["Part"]) -> list[str]:
    if not parts:
        return []
    lines = [f"{head}, on leads it had not seen:", f"  {'':{_WIDE}} {'leads':>7} {'expected':>8} {'converted':>9}      AUC"]
    for part in parts:
        auc = f"{part.auc.value:.3f} ({part.auc.low:.3f} to {part.auc.high:.3f})" if part.auc else "too few to say"
        figures = f"{part.rows:7,} {part.expected:8.1%} {part.observed:9.1%} {'off' if part.is_off else '   '}"
        lines.append(f"  {part.label[:_WIDE]:{_WIDE}} {figures}  {auc}")
    return lines
