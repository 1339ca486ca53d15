"""Leaks in the data itself: cells left empty, spellings that differ, statements that contradict each other."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from treaty.diagnosis.conversion import DEAL_DIMENSIONS, LEAD_DIMENSIONS
from treaty.diagnosis.figures import currencies, total
from treaty.diagnosis.leaks_joins import nearest
from treaty.diagnosis.picture import Picture
from treaty.diagnosis.report import Finding
from treaty.diagnosis.say import count, listed, money, percent, quoted, safe, verb
from treaty.diagnosis.tables import Column, Table, key_of, noun_of
from treaty.diagnosis.words import INDUSTRIES, countries, plain

_WEIGHTY = ("source", "account", "account id", "product", "segment", "campaign", "email", "created", "opened")
"""Columns whose empty cells are told one by one; the others in one sentence a file."""


def missing_values(picture: Picture) -> Iterator[Finding]:
    for table in picture.tables:
        if table.kind in ("leads", "opportunities", "accounts") and table.used:
            yield from _empty_cells(table)


def _empty_cells(table: Table) -> Iterator[Finding]:
    others = {header: (n, table.used + table.again + len(table.repeats)) for header, n in table.empty.items() if n}
    for column in table.columns:
        rows = [row for row, value in enumerate(column.values) if value is None]
        if column.meaning in _WEIGHTY and 0 < len(rows) < table.used:
            share = len(rows) / table.used
            of = f"{count(len(rows), noun_of(table))} of {table.used:,} ({percent(share)})"
            says = f"{safe(column.header)} is empty on {of}{_as_written(column, len(rows))}"
            keys = tuple(key_of(table, row) for row in rows[:5])
            yield Finding("missing_values", says, len(rows), share, None, keys, table.files)
        elif rows and column.meaning not in _EMPTY_BY_NATURE:
            others[column.header] = len(rows), table.used
    if others:
        yield _partly_empty(table, others)


def _as_written(column: Column, empty: int) -> str:
    """What stands in the cells that count as empty; and how often `unknown` was chosen, which is an answer."""
    told = [f"{'all' if n == empty else f'{n:,}'} written {quoted(marker, 20)}" for marker, n in column.markers.items()]
    unknown = sum(isinstance(value, str) and value.lower() == "unknown" for value in column.values)
    told += [f'the word "unknown" on {unknown:,} more is kept apart'] if unknown else []
    return f"; {listed(told)}" if told else ""


_EMPTY_BY_NATURE = frozenset(
    "won at|lost at|closed|amount|lost reason|won reason|rejected reason|owner|parent|disqualified at|deleted|until|marketing qualified at"
    "|sales accepted at|sales qualified at|opportunity at|customer at|opportunity id|converted|first sales activity|last sales activity"
    "|currency".split("|")
)
"""Columns that are rightly empty on many records, or told elsewhere."""


def _partly_empty(table: Table, others: dict[str, tuple[int, int]]) -> Finding:
    """others: by header, its empty cells and of how many. Cells that are not read were counted in each file by itself."""
    ranked = sorted(others.items(), key=lambda pair: (-pair[1][0], pair[0]))
    parts = [f"{safe(header, 40)} {percent(n / of)}" for header, (n, of) in ranked[:6]]
    parts += [f"{len(ranked) - 6} more"] if len(ranked) > 6 else []
    says = f"{count(len(others), 'other column')} of {safe(table.file)} {verb(len(others), 'is')} partly empty: {listed(parts)}"
    cells, among = (sum(numbers) for numbers in zip(*others.values(), strict=True))
    return Finding("missing_values", says, cells, cells / among, None, (), table.files)


def inconsistent(picture: Picture) -> Iterator[Finding]:
    """The same thing written in several ways, amounts in several currencies, statements that exclude each other."""
    for table in (*picture.of("leads"), *picture.of("opportunities"), *picture.of("accounts")):
        yield from _spellings(table)
    money_in = currencies(picture)
    if len(money_in) > 1:
        sums = [money(total(d for d in picture.deals if d.get("currency") == name) or Decimal(0), name) for name in money_in]
        bare = total(d for d in picture.deals if d.get("currency") is None)
        sums += [f"{money(bare)} without a currency"] if bare else []
        says = f"Amounts are in {len(money_in)} currencies ({listed(sums)}): they are not added up"
        n = sum(deal.get("currency") not in (None, money_in[0]) for deal in picture.deals)
        yield Finding("inconsistent", says, n, n / len(picture.deals), None, (), picture.files("opportunities"))
    elif money_in and (silent := [d for d in picture.deals if d.amount and d.get("currency") is None]):
        how = "amount states no currency and counts" if len(silent) == 1 else "amounts state no currency and count"
        says, keys = f"{len(silent):,} {how} as if in {money_in[0]}", tuple(deal.key for deal in silent[:5])
        yield Finding("inconsistent", says, len(silent), len(silent) / len(picture.deals), None, keys, picture.files("opportunities"))
    yield from unknown_names(picture)
    yield from _contradictions(picture)


def _spellings(table: Table) -> Iterator[Finding]:
    for column in table.columns:
        if column.meaning not in (*LEAD_DIMENSIONS, *DEAL_DIMENSIONS, "stage", "status", "lifecycle stage", "family"):
            continue
        written: dict[str, Counter[str]] = defaultdict(Counter)
        for value, n in Counter(value for value in column.values if isinstance(value, str)).items():
            if plain(value):
                written[plain(value)][value] += n
        several = [forms for forms in written.values() if len(forms) > 1]
        if several and len(written) < table.used // 2:
            n = sum(sum(forms.values()) - max(forms.values()) for forms in several)
            shown = listed([" = ".join(quoted(form, 30) for form, _ in forms.most_common(3)) for forms in several[:3]])
            says = f"{column.header} writes {count(len(several), 'value')} in more than one way: {shown}"
            yield Finding("inconsistent", says, n, n / table.used, None, (), table.files)


def unknown_names(picture: Picture) -> Iterator[Finding]:
    """Countries and lines of business that nearly, but not quite, are one of the common ones."""
    for table in (*picture.of("leads"), *picture.of("accounts"), *picture.of("opportunities")):
        for meaning, names in (("country", countries()), ("industry", INDUSTRIES)):
            column = table.column(meaning)
            if column is not None:
                yield from _nearly(table, column, [name.lower() for name in names])


def _nearly(table: Table, column: Column, names: list[str]) -> Iterator[Finding]:
    known = {plain(name) for name in names}
    told = Counter(value for value in column.values if isinstance(value, str))
    for value, n in told.most_common(200):
        name = "" if plain(value) in known or len(value) < 6 else nearest(value.lower(), names)
        if name:
            rows = [row for row, cell in enumerate(column.values) if cell == value][:5]
            says = f"{safe(column.header)} {quoted(value)} on {count(n, noun_of(table))} reads like {quoted(name)}"
            yield Finding("inconsistent", says, n, n / table.used, None, tuple(key_of(table, row) for row in rows), table.files)


def _contradictions(picture: Picture) -> Iterator[Finding]:
    """Definitions in conflict: what one column or file calls a customer, another does not."""
    flags = [d for d in picture.deals if d.outcome == "won" and (d.get("is won") is False or d.get("lost reason") is not None)]
    flags += [d for d in picture.deals if d.outcome == "lost" and (d.get("is won") is True or d.get("won at") is not None)]
    if flags:
        says = f"{count(len(flags), 'opportunity')} {verb(len(flags), 'is')} won by one column and lost by another"
        keys = tuple(deal.key for deal in flags[:5])
        yield Finding("inconsistent", says, len(flags), len(flags) / len(picture.deals), None, keys, picture.files("opportunities"))
    if not picture.linked or not picture.has("leads", "lifecycle stage"):
        return
    with_deals = [lead for lead in picture.leads if lead.stage and lead.deals]
    leads = [x for x in with_deals if (x.stage == "customer") != any(deal.outcome == "won" for deal in x.deals)]
    if leads:
        says = f"{count(len(leads), 'lead')} with deals: the lifecycle stage and the deals disagree on who is a customer"
        files = (*picture.files("leads"), *picture.files("opportunities"))
        yield Finding("inconsistent", says, len(leads), len(leads) / len(picture.leads), None, tuple(x.key for x in leads[:5]), files)
