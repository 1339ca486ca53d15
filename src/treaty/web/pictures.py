"""A drawing as a file: with its title and source in it, and its colours instead of the names the pages give them."""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Literal

from django.http import HttpResponse

from treaty.web.charts import Drawing
from treaty.web.charts.svg import Svg
from treaty.web.pieces import Link, Listing

Kind = Literal["svg", "png"]
TYPES: dict[str, str] = {"svg": "image/svg+xml", "png": "image/png"}
STATIC = Path(__file__).parent / "static" / "treaty"
FONT = "Segoe UI, Roboto, Noto Sans, Helvetica Neue, DejaVu Sans, sans-serif"
HATCH = (
    '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="hatch-line" d="M0 0V5"/></pattern></defs>'
)
MARGIN, LETTER, SCALE = 16, 8.2, 2
"""Pixels of paper around the drawing; of a letter of the title; pixels of a PNG for each of the drawing."""


def offered() -> tuple[Kind, ...]:
    """The kinds that can be made here: PNG where its renderer is installed (the extra `png`)."""
    return ("svg", "png") if _renderer() else ("svg",)


def asked(query: Mapping[str, str], drawn: Mapping[str, Drawing]) -> tuple[Drawing, Kind] | None:
    """The drawing an address asks for, `?chart=waterfall&format=svg`, and as what; None for a page."""
    kind = next((one for one in offered() if one == query.get("format")), None)
    found = drawn.get(query.get("chart", ""))
    return (found, kind) if found and kind else None


def links(place: Listing, chart: str) -> list[Link]:
    """Where a drawing of a page is taken away."""
    return [Link(kind.upper(), place.href(chart=chart, format=kind, page=None)) for kind in offered()]


def picture(name: str, drawing: Drawing, kind: Kind, source: str) -> HttpResponse:
    """The drawing as it lies on a light page. source: one line below it, such as the moment its figures are of."""
    drawn = standalone(drawing, source)
    body = drawn.encode() if kind == "svg" else as_png(drawn)
    response = HttpResponse(body, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def standalone(drawing: Drawing, source: str = "") -> str:
    """One SVG that needs no style sheet of ours."""
    form, caption = drawing.wide, drawing.caption
    width = max(float(form.width), 340.0)
    heads = [*_wrapped(caption.title, width, "p-title"), *_wrapped(caption.note, width, "p-note")]
    feet = _wrapped(source, width, "p-note")
    top = 20 * len(heads) + (10 if heads else 0)
    height = MARGIN * 2 + top + float(form.height) + 20 * len(feet) + 4
    words = [_line(words, css, MARGIN + 14 + 20 * place) for place, (words, css) in enumerate(heads)]
    words += [_line(words, css, MARGIN + top + float(form.height) + 20 * (place + 1)) for place, (words, css) in enumerate(feet)]
    size = f'width="{width + 2 * MARGIN:g}" height="{height:g}"'
    inner = "".join(element.__html__() for element in form.elements)
    inner = re.sub(r"</?a\b[^>]*>", "", inner)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width + 2 * MARGIN:g} {height:g}" role="img" '
        f'aria-label="{escape(form.label)}"><style>{style()}</style>{HATCH}<rect width="100%" height="100%" fill="#ffffff"/>'
        f'{"".join(words)}<g transform="translate({MARGIN} {MARGIN + top})">{inner}</g></svg>'
    )


def _wrapped(words: str, width: float, css: str) -> list[tuple[str, str]]:
    """Lines that fit."""
    most, lines = max(10, int(width / LETTER)), [""]
    for word in words.split():
        if len(lines[-1]) + len(word) + 1 > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [(one, css) for one in lines if one]


def _line(words: str, css: str, y: float) -> str:
    return f'<text class="{css}" x="{MARGIN}" y="{y:g}">{escape(words)}</text>'


@lru_cache
def style() -> str:
    """The classes of charts, on paper, and those of the title and the note."""
    title = f".p-title{{font:600 15px {FONT};fill:{colours()['ink']}}}.p-note{{font:400 12.5px {FONT};fill:{colours()['ink-2']}}}"
    return title + _classes("c-", "late", "kept", "hatch")


def bare(form: Svg, *classes: str) -> str:
    """One SVG without title and ground, to be put on a paper. classes: how the names of those it uses begin."""
    inner = "".join(element.__html__() for element in form.elements)
    size = f'width="{form.width:g}" height="{form.height:g}" viewBox="0 0 {form.width:g} {form.height:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{_classes(*classes)}</style>{inner}</svg>'


@lru_cache
def colours() -> dict[str, str]:
    """The colours of the light theme by name."""
    return dict(re.findall(r"--([\w-]+):\s*light-dark\((#[0-9a-f]+),", (STATIC / "tokens.css").read_text()))


def _classes(*starts: str) -> str:
    """Those of `charts.css` whose names begin so, with the colours of the light theme."""
    rules = (STATIC / "charts.css").read_text().partition("@layer charts {")[2].partition("@layer narrow")[0]
    found = re.findall(r"\.([\w-]+(?:, \.[\w-]+)*) \{([^{}]*)\}", rules)
    return "".join(f".{names}{{{_plain(body)}}}" for names, body in found if names.startswith(starts))


def _plain(body: str) -> str:
    known = {**colours(), "under": "#ffffff", "sans": FONT}
    said = re.sub(r"var\(--([\w-]+)\)", lambda name: known.get(name[1], "#000000"), body).strip()
    return re.sub(r"\s*([:;])\s*", r"\1", said)


def as_png(drawn: str) -> bytes:
    """Raises ImportError where the renderer is not installed."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=drawn, zoom=SCALE, skip_system_fonts=False))


@lru_cache
def _renderer() -> bool:
    from importlib.util import find_spec

    return find_spec("resvg_py") is not None
