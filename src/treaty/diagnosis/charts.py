"""Drawings for the audit page: SVG in per cent of its width, so that one drawing fits a desk and a phone."""

from treaty.diagnosis.report import Share, Timing
from treaty.diagnosis.say import days
from treaty.shares import wilson

WORDMARK = (
    '<svg viewBox="0 0 67 24" role="img" aria-label="Treaty"><path class="m" d="M1 5H8.6"/><path class="s" d="M8.6 5H16.2"/>'
    '<path class="b" d="M8.6 3.95V18.6"/><path class="i" transform="translate(-1.9)" d="M19.6 18.6V9.3M19.6 13.6C19.6 11 21.4 9.4 24.2 9.6'
    "M26.4 13.7H35A4.35 4.5 0 1 0 33.6 17.1M47.4 9.3V18.6M47.4 13.9A4.4 4.55 0 1 1 38.6 13.9A4.4 4.55 0 1 1 47.4 13.9M53.3 5.6V15.6"
    'C53.3 17.8 54.6 18.6 56.9 18.1M50.7 9.6H56.9M59.2 9.3L63.4 18.4M67.6 9.3L62.5 20.6C61.8 22.2 60.8 22.8 58.9 22.5"/></svg>'
)
_BINS = 24
_LEAST = 30
"""Cases below which a rate is drawn open: too few to lean on."""


def bar(share: float, label: str) -> str:
    """One bar from zero; the track behind it is the whole."""
    width = max(share * 100, 0.4 if share else 0)
    return (
        f'<svg width="100%" height="22" role="img" aria-label="{label}"><rect class="track" width="100%" height="22"/>'
        f'<rect class="fill" width="{width:.2f}%" height="22"/></svg>'
    )


def interval(share: Share, most: float, overall: float) -> str:
    """The rate as a dot on its 95 % interval; the thin line is the rate of all. most: the rate at the right edge."""
    low, high = (min(edge / most, 1.0) * 100 for edge in wilson(share.won, share.count))
    few = share.count < _LEAST
    at = min((share.rate or 0.0) / most, 1.0) * 100
    dot = f'<circle class="{"open" if few else "dot"}" cx="{at:.2f}%" cy="14" r="{4.5 if few else 5}"/>' if share.count else ""
    return (
        '<svg width="100%" height="28" aria-hidden="true">'
        f'<line class="all" x1="{overall / most * 100:.2f}%" x2="{overall / most * 100:.2f}%" y1="0" y2="28"/>'
        f'<line class="{"thin" if few else "line"}" x1="{low:.2f}%" x2="{high:.2f}%" y1="14" y2="14"/>{dot}</svg>'
    )


def scale(shares: tuple[Share, ...]) -> float:
    """A round rate that the intervals of all well-known values fit under."""
    reach = max((wilson(s.won, s.count)[1] for s in shares if s.count >= _LEAST), default=1.0)
    return next((edge for edge in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75) if reach <= edge), 1.0)


def histogram(timed: Timing) -> str:
    """How many took how long, with median and nine in ten marked; the longest tenth ends the drawing in one bar."""
    end = max(timed.p90 * 1.6, 1.0)
    width = end / _BINS
    counts = [0] * (_BINS + 1)
    for value in timed.days:
        counts[min(_BINS, max(0, int(value // width)))] += 1
    top = max(counts) or 1
    slot = 96 / (_BINS + 1)
    bars = "".join(
        f'<rect class="fill" x="{place * slot:.2f}%" y="{150 - high:.1f}" width="{slot * 0.86:.2f}%" height="{high:.1f}"/>'
        for place, high in enumerate(106 * n / top for n in counts)
        if high
    )
    label = f"Half took {days(timed.median)} or less, nine in ten {days(timed.p90)} or less"
    return (
        f'<svg width="100%" height="176" role="img" aria-label="{label}"><line class="axis" x1="0" x2="100%" y1="150" y2="150"/>{bars}'
        f"{_mark(timed.median / width * slot, 'half', days(timed.median), 14)}"
        f"{_mark(timed.p90 / width * slot, 'nine in ten', days(timed.p90), 34)}"
        f'<text class="t" x="0" y="168">0 days</text><text class="t end" x="96%" y="168">longer than {days(float(round(end)))}</text></svg>'
    )


def _mark(at: float, name: str, value: str, y: int) -> str:
    anchor, shift = ("end", -0.8) if at > 62 else ("", 0.8)
    return (
        f'<line class="all" x1="{at:.2f}%" x2="{at:.2f}%" y1="{y - 12}" y2="150"/>'
        f'<text class="t {anchor}" x="{at + shift:.2f}%" y="{y}">{name}: <tspan class="t-b">{value}</tspan></text>'
    )
