"""The report for a terminal: sentences with their figure first, at most 96 columns, nothing a file could steer."""

import textwrap
from collections.abc import Iterator

from treaty.diagnosis.headline import (
    assumptions,
    columns_told,
    headline,
    lede,
    parted,
    share_of_before,
    span_name,
    stage_name,
    value_told,
)
from treaty.diagnosis.report import Dimension, Finding, Report
from treaty.diagnosis.say import days, money, percent, safe
from treaty.shares import wilson

WIDTH = 96
_MOST_ROWS = 14
_MOST_DIMENSIONS = 4


def as_text(report: Report) -> str:
    """The whole report, ending in a newline."""
    parts = (_head(report), _funnel(report), _deals(report), _findings(report), _conversion(report), _unseen(report), _files(report))
    return "\n".join(line.rstrip() for part in parts for line in part) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield ""
    yield from _wrapped(f"{headline(report)}.")
    yield from _wrapped(lede(report))


def _title(text: str) -> Iterator[str]:
    yield ""
    yield text
    yield "─" * WIDTH


def _funnel(report: Report) -> Iterator[str]:
    if report.funnel:
        yield from _title("First touch to close")
        most = max(step.count for step in report.funnel) or 1
        for place, step in enumerate(report.funnel):
            share = share_of_before(step, report.funnel[place - 1]) if place else ""
            yield f"{stage_name(step.stage):<22}{step.count:>9,}  {'█' * max(round(30 * step.count / most), step.count > 0):<31}{share}"
    for name, timed in report.timing.items():
        told = f"{span_name(name)}: half within {days(timed.median)}, mean {timed.mean:.1f} days, nine in ten within {days(timed.p90)}"
        yield from _wrapped(f"{told} ({timed.n:,} cases).")


def _deals(report: Report) -> Iterator[str]:
    if any(report.opportunities.values()):
        yield from _title("Opportunities")
    for outcome, pile in report.opportunities.items():
        if pile is not None:
            value = value_told(pile, report.currency)
            several = pile.stages if len(pile.stages) > 1 else ()
            stages = ", ".join(f"{n:,} {safe(stage, 30)}" for stage, n in several[:6])
            yield f"{outcome:<8}{pile.count:>8,}   {value}{f'   ({stages})' if stages else ''}"


def _findings(report: Report) -> Iterator[str]:
    deals, trust = parted(report)
    for title, findings in (("What costs deals", deals), ("What costs trust in the figures", trust)):
        if findings:
            yield from _title(title)
        for finding in findings:
            yield from _finding(finding)
    if not report.findings:
        yield from _title("What leaks")
        yield "Nothing was found in what these files can show."


def _finding(finding: Finding) -> Iterator[str]:
    value = f" Won value of these: {money(finding.value)}." if finding.value is not None and finding.id == "dirty_join" else ""
    yield from _wrapped(f"{safe(finding.says, 600)}.{value}", "· ", "  ")
    if finding.examples:
        yield from _wrapped(f"such as {', '.join(safe(example, 50) for example in finding.examples[:3])}", "  ", "  ")


def _conversion(report: Report) -> Iterator[str]:
    for dimension in report.conversion[:_MOST_DIMENSIONS]:
        of = "leads won" if dimension.of == "leads" else "win rate, won of decided"
        yield from _title(f"{safe(dimension.name, 50)}: {of}")
        yield f"{'':<32}{'won':>8}{'of':>9}{'rate':>10}   95 in 100 lie between"
        yield from _shares(dimension)
    rest = [safe(dimension.name, 40) for dimension in report.conversion[_MOST_DIMENSIONS:]]
    if rest:
        yield ""
        yield from _wrapped(f"Also computed, see --json or --html: {', '.join(rest)}.")


def _shares(dimension: Dimension) -> Iterator[str]:
    for share in dimension.shares[:_MOST_ROWS]:
        name = "(empty)" if share.value is None else safe(share.value, 30)
        low, high = wilson(share.won, share.count)
        rate = "too few" if share.rate is None else percent(share.rate)
        yield f"{name:<32}{share.won:>8,}{share.count:>9,}{rate:>10}   {low * 100:.1f} to {high * 100:.1f} %"
    if len(dimension.shares) > _MOST_ROWS:
        yield f"and {len(dimension.shares) - _MOST_ROWS:,} more"


def _unseen(report: Report) -> Iterator[str]:
    if report.unseen:
        yield from _title("What these files cannot show")
    for gap in report.unseen:
        yield from _wrapped(f"{gap.question} ({gap.because})", "· ", "  ")


def _files(report: Report) -> Iterator[str]:
    yield from _title("Files")
    for table in report.tables:
        deleted = f", {table.deleted:,} deleted at the source" if table.deleted else ""
        used = (
            f"{table.kind}, {table.read:,} read, {table.used:,} used" if table.kind != "other" else f"not recognised, {table.read:,} read"
        )
        yield f"{safe(table.file, 60)}: {used}, {table.rejected:,} refused{deleted}"
        yield from _wrapped(safe(columns_told(table), 1_000), "  ", "  ")
        for line, problem in table.problems:
            yield from _wrapped(f"line {line:,} refused: {safe(problem, 200)}", "  ", "    ")
    for name, problem in report.unread:
        yield from _wrapped(f"{safe(name)}: not read. {safe(problem, 300)}")
    for told in assumptions(report):
        yield from _wrapped(safe(told, 300), "· ", "  ")


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    held = text.replace(" %", "\u00a0%")  # a figure stays with its sign
    lines = textwrap.wrap(held, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return [line.replace("\u00a0", " ") for line in lines]
