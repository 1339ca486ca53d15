"""Tags of the pages. Built in (see settings), so no page loads them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from treaty.web import charts, formats
from treaty.web.pieces import Piece, Standing, Who, safe_link
from treaty.web.pieces.words import Kind, Party

register = template.Library()
register.filter("safe_link", safe_link)


@register.simple_tag
def say(piece: Piece) -> SafeString:
    """A sentence, a figure, a name, a standing, or several of them one after the other."""
    if isinstance(piece, (list, tuple)):
        return format_html_join("", "{}", ((say(part),) for part in piece))
    return format_html("{}", piece)


@register.simple_tag
def draw(drawing: charts.Drawing | charts.Svg) -> SafeString:
    """A drawing without its caption."""
    return format_html("{}", drawing)


@register.simple_tag
def who(party: Party, name: str, href: str = "") -> Who:
    return Who(party, name, href)


@register.simple_tag
def standing(kind: Kind, words: str, now: bool = False) -> Standing:
    return Standing(kind, words, now)


@register.simple_tag
def seal(digest: str, marketing_signed: bool, sales_signed: bool, size: int = 96) -> charts.Svg:
    """Nothing is drawn for a version without a hash yet: pass 64 zeros for a draft if a placeholder is wanted."""
    return charts.seal(digest, marketing_signed=marketing_signed, sales_signed=sales_signed, size=size)


@register.simple_tag
def ring(left: float, is_soon: bool = False) -> charts.Svg:
    return charts.ring(left, is_soon=is_soon)


@register.inclusion_tag("treaty/parts/chart.html")
def chart(drawing: charts.Drawing, level: int = 3, source: Piece = "") -> dict[str, Any]:
    """A drawing under its finding. level: of the heading, 2 or 3; source: words below it."""
    return {"drawing": drawing, "level": level, "source": source}


@register.inclusion_tag("treaty/parts/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """A form field with its label, its help and what would make its value good."""
    return {"field": bound, "is_choice": getattr(bound.field.widget, "input_type", "") in {"checkbox", "radio"}}


@register.simple_tag(takes_context=True)
def money(context: Mapping[str, Any], amount: Decimal, currency: str) -> str:
    return formats.money(amount, currency, _viewer(context).manner)


@register.simple_tag(takes_context=True)
def number(context: Mapping[str, Any], value: int) -> str:
    return formats.number(value, _viewer(context).manner)


@register.simple_tag(takes_context=True)
def moment(context: Mapping[str, Any], at: datetime) -> str:
    """As short as stays clear, seen from `now` in the context; without it, in full."""
    now, viewer = context.get("now"), _viewer(context)
    return formats.short(at, viewer, now) if isinstance(now, datetime) else formats.full(at, viewer)


@register.simple_tag
def count(n: int, one: str, many: str = "") -> str:
    return formats.count(n, one, many)


@register.simple_tag
def spell(n: int, one: str, many: str = "") -> str:
    """At the beginning of a sentence: `Three things`."""
    return formats.capital(formats.spell(n, one, many))


def _viewer(context: Mapping[str, Any]) -> formats.Viewer:
    viewer = context.get("viewer")
    return viewer if isinstance(viewer, formats.Viewer) else formats.Viewer()
