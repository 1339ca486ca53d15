"""The report as one self-contained page a person would forward: no script, no request, every text of a file escaped."""

import re
from collections.abc import Iterable, Iterator
from html import escape
from importlib import resources

from treaty.diagnosis import charts
from treaty.diagnosis.headline import (
    assumptions,
    columns_told,
    conversion_title,
    headline,
    lede,
    parted,
    share_of_before,
    span_name,
    stage_name,
)
from treaty.diagnosis.report import Dimension, Finding, Report, Share
from treaty.diagnosis.say import count, days, money, percent, safe
from treaty.diagnosis.tables import Table

_PARTY = {"lead": "m", "marketing_qualified": "m", "sales_accepted": "s", "sales_qualified": "s", "opportunity": "s", "customer": "b"}
_POLICY = "default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:"
_SHOWN_ROWS = 40
_FIGURE = re.compile(r"^(About )?(\d[\d,.]*\d|\d)")


def as_page(report: Report) -> str:
    """The whole document."""
    css = (resources.files("treaty.diagnosis") / "audit.css").read_text("utf-8")
    title = _esc(headline(report), 200)
    until = f"Data up to {report.as_of:%-d %B %Y}" if report.as_of else "Undated data"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<title>Joint audit: {title}</title>\n<link rel="icon" href="data:,">\n<style>\n{css}</style>\n</head>\n<body>\n'
        '<a class="skip" href="#main">Skip to content</a>\n'
        f'<header class="bar"><div>{charts.WORDMARK}<p>Joint audit for marketing and sales</p><p>{until}</p></div></header>\n'
        f'<main id="main">\n<h1>{title}</h1>\n<p class="lede">{_esc(lede(report), 400)}</p>\n'
        f"{''.join(_sections(report))}</main>\n"
        '<footer class="foot">Computed from the files named above, where they lie; the same files give the same page.</footer>\n'
        "</body>\n</html>\n"
    )


def _sections(report: Report) -> Iterator[str]:
    yield _way(report)
    deals, trust = parted(report)
    yield _leaks("What costs deals", "How leads and deals were worked", deals)
    yield _leaks("What costs trust in the figures", "Before the two teams argue about a number", trust)
    if not report.findings:
        yield _section("What leaks", "", "<p class='note'>Nothing was found in what these files can show.</p>")
    yield _conversions(report)
    yield _times(report)
    yield _gaps(report)
    yield _files(report)


def _section(title: str, beside: str, body: str) -> str:
    aside = f"<p>{beside}</p>" if beside else ""
    return f'<section>\n<div class="head"><h2>{title}</h2>{aside}</div>\n{body}\n</section>\n'


def _way(report: Report) -> str:
    """The funnel, and beside it how the opportunities stand."""
    most = max((step.count for step in report.funnel), default=0)
    steps = []
    for place, step in enumerate(report.funnel):
        told = share_of_before(step, report.funnel[place - 1]) if place else ""
        name, party = stage_name(step.stage), _PARTY[step.stage]
        drawn = charts.bar(step.count / most if most else 0, f"{name}: {step.count:,}")
        note = f"<small>{told}</small>" if told else ""
        steps.append(f'<li><span class="who who-{party}">{name}</span>{drawn}<b>{step.count:,}</b>{note}</li>')
    funnel = f'<ol class="funnel">{"".join(steps)}</ol>' if steps else '<p class="note">No file shows a stage.</p>'
    return _section("First touch to close", "As far as these files allow", funnel + _piles(report))


def _piles(report: Report) -> str:
    rows = []
    for outcome, pile in report.opportunities.items():
        if pile is not None:
            missing = "several currencies, not added up" if pile.is_mixed else "not recorded"
            value = f'<span class="quiet">{missing}</span>' if pile.value is None else _esc(money(pile.value, report.currency))
            several = pile.stages if len(pile.stages) > 1 else ()
            stages = ", ".join(f"{n:,} {_esc(stage, 40)}" for stage, n in several[:8])
            name = outcome.capitalize()
            rows.append(_row(name, (f"{pile.count:,}", "num"), (value, "num"), (stages, "quiet")))
    if not rows:
        return ""
    head = _row_head(("Opportunities", ""), ("Count", "num"), ("Deal value", "num"), ("In stage", ""))
    return f'<div class="scroll note"><table>{head}<tbody>{"".join(rows)}</tbody></table></div>'


def _leaks(title: str, beside: str, findings: list[Finding]) -> str:
    if not findings:
        return ""
    return _section(title, beside, f'<ul class="leaks">{"".join(_leak(finding) for finding in findings)}</ul>')


def _leak(finding: Finding) -> str:
    says = _FIGURE.sub(r"\1<b>\2</b>", _esc(finding.says, 700))
    examples = " ".join(f"<code>{_esc(example, 70)}</code>" for example in finding.examples)
    files = ", ".join(_esc(name, 80) for name in finding.files)
    such = f"such as {examples} · " if examples else ""
    worth = f"{money(finding.value)} in value · " if finding.value is not None else ""
    share = f"<b>{percent(finding.share)}</b>{finding.count:,} in all"
    return f'<li><p class="s1">{says}.</p><p class="eg">{such}{worth}{files}</p><p class="share">{share}</p></li>'


def _conversions(report: Report) -> str:
    if not report.conversion:
        return ""
    first, *rest = report.conversion
    beside = "Leads won, of all leads" if first.of == "leads" else "Won, of won and lost"
    body = _by(first) + "".join(_folded(dimension) for dimension in rest)
    note = (
        '<p class="note">The dot is the rate, its line the range the true rate lies in, in 95 cases of 100; open dots rest on fewer than '
        "30 cases. The thin upright line is the rate of all. An empty cell and the word “unknown” are kept apart.</p>"
    )
    return _section(_esc(conversion_title(first), 160), beside, body + note)


def _folded(dimension: Dimension) -> str:
    of = "leads won" if dimension.of == "leads" else "won of decided"
    told = f'<span class="quiet">{count(len(dimension.shares), "value")}, {of}</span>'
    return f"<details><summary>By {_esc(dimension.name, 60)}{told}</summary><div>{_by(dimension)}</div></details>"


def _by(dimension: Dimension) -> str:
    shares = dimension.shares[:_SHOWN_ROWS]
    of, won = sum(s.count for s in dimension.shares), sum(s.won for s in dimension.shares)
    overall, most = won / of if of else 0.0, max(charts.scale(shares), (won / of if of else 0.0))
    rows = "".join(_share(share, most, overall) for share in shares)
    if len(dimension.shares) > len(shares):
        rows += _others(dimension.shares[_SHOWN_ROWS:], most, overall)
    head = _row_head((_esc(dimension.name, 60), ""), ("Won", "num hide"), ("Of", "num"), ("Rate", "num"), (f"0 to {most:.0%}", "wide"))
    foot = _row("All", (f"{won:,}", "num hide"), (f"{of:,}", "num"), (percent(overall), "num"), ("", ""))
    return f'<div class="scroll by"><table>{head}<tbody>{rows}</tbody><tfoot>{foot}</tfoot></table></div>'


def _share(share: Share, most: float, overall: float) -> str:
    name = '<span class="empty">empty</span>' if share.value is None else _esc(share.value, 60)
    rate = "–" if share.rate is None else percent(share.rate)
    drawn = charts.interval(share, most, overall)
    return _row(name, (f"{share.won:,}", "num hide"), (f"{share.count:,}", "num"), (rate, "num"), (drawn, "wide"))


def _others(shares: Iterable[Share], most: float, overall: float) -> str:
    rest = tuple(shares)
    together = Share(f"{len(rest):,} others together", sum(s.count for s in rest), sum(s.won for s in rest))
    return _share(together, most, overall)


def _times(report: Report) -> str:
    figures = []
    for name, timed in report.timing.items():
        told = (
            f"Half within {days(timed.median)}, mean {timed.mean:.1f} days, nine in ten within {days(timed.p90)}; {count(timed.n, 'case')}"
        )
        drawn = charts.histogram(timed)
        figures.append(f'<figure><h3>{span_name(name)}</h3><p class="note">{told}.</p>{drawn}</figure>')
    return _section("How long it took", "In days", f'<div class="two">{"".join(figures)}</div>') if figures else ""


def _gaps(report: Report) -> str:
    if not report.unseen:
        return ""
    gaps = "".join(f"<li>{_esc(gap.question, 200)}<span>{_esc(gap.because, 300)}</span></li>" for gap in report.unseen)
    return _section("What these files cannot show", "And what is missing for it", f'<ul class="gaps">{gaps}</ul>')


def _files(report: Report) -> str:
    head = _row_head(("File", ""), ("Read as", ""), ("Rows", "num"), ("Used", "num"), ("Refused", "num"))
    body = "".join(_file(table) for table in report.tables)
    body += "".join(
        f'<tr><th scope="row">{_esc(name)}</th><td colspan="4" class="quiet">{_esc(why, 300)}</td></tr>' for name, why in report.unread
    )
    notes = "".join(f"<li>{_esc(told, 300)}</li>" for told in assumptions(report))
    taken = f'<ul class="note">{notes}</ul>' if notes else ""
    return _section("The files, and how they were read", "", f'<div class="scroll"><table>{head}<tbody>{body}</tbody></table></div>{taken}')


def _file(table: Table) -> str:
    columns = _esc(columns_told(table), 1500) if table.kind != "other" else ""
    lines = "; ".join(f"line {line:,}: {_esc(problem, 160)}" for line, problem in table.problems)
    told = "<br>".join(part for part in (columns, f"Refused, such as {lines}" if lines else "") if part)
    under = f'<tr class="under"><td colspan="5">{told}</td></tr>' if told else ""
    kind = table.kind if table.kind != "other" else "not recognised"
    return (
        f'<tr class="over"><th scope="row">{_esc(table.file)}</th><td>{kind}</td><td class="num">{table.read:,}</td>'
        f'<td class="num">{table.used:,}</td><td class="num">{table.rejected:,}</td></tr>{under}'
    )


def _row_head(*cells: tuple[str, str]) -> str:
    heads = "".join(f'<th scope="col" class="{kind}">{name}</th>' for name, kind in cells)
    return f"<thead><tr>{heads}</tr></thead>"


def _row(name: str, *cells: tuple[str, str]) -> str:
    """A body row: what it is about, then (content, class). All of it is markup already."""
    return f'<tr><th scope="row">{name}</th>{"".join(f"""<td class="{kind}">{content}</td>""" for content, kind in cells)}</tr>'


def _esc(text: str, most: int = 120) -> str:
    return escape(safe(text, most)).replace(" %", "&nbsp;%")
