"""What kind of file is this, and what does each of its columns mean? By names first, by values where names are silent."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from treaty.connectors.files.by_values import by_values, join_by_values, share_of_emails
from treaty.connectors.files.limits import FileRefused
from treaty.connectors.files.plans import UNUSED, ColumnPlan, Recognised
from treaty.connectors.files.profile import ColumnProfile, Profile, profile_of
from treaty.connectors.files.rows import RawTable, Unread
from treaty.connectors.files.vocabulary import ASIDE, FILE_NAMES, NEEDS, names_of, type_of, vocabulary, weights, words_of

_BEFORE = {"property", "properties", "hs", "sys", "custom"}
_ENTITY = {"deal", "opportunity", "opp", "lead", "contact", "person", "company", "account", "organization", "user", "activity", "task"}
_AFTER = {"c", "utc", "gmt", "eur", "usd", "gbp", "brl", "local", "pst", "est", "cet", "value", "field", "text", "cleaned"}
_GENERIC = {"id", "name", "recordid", "uuid"}
_NOISE = {"data", "dataset", "export", "all", "csv", "table", "report"}
_ENOUGH = 3.0


class Match(NamedTuple):
    score: float
    place: int
    at: int
    meaning: str
    why: str


def recognise_all(
    tables: Iterable[RawTable | Unread], kind_of: Callable[[str], str] = lambda _: ""
) -> tuple[list[Recognised], list[Unread]]:
    """Recognise every table, then join the columns nobody named to the keys of the other tables by their values.

    kind_of: the kind a person stated for a table of that name, or nothing
    """
    known: list[Recognised] = []
    unread: list[Unread] = []
    for table in tables:
        if isinstance(table, Unread):
            unread.append(table)
            continue
        try:
            known.append(recognise(table, kind_of(table.name)))
        except FileRefused as refused:
            unread.append(Unread(table.name, str(refused)))
    for one in known:
        join_by_values(one, [other for other in known if other is not one])
    return known, unread


def recognise(table: RawTable, kind: str = "") -> Recognised:
    """Kind and columns of one table; `kind` if the person already said it. Raises FileRefused half way into a bomb."""
    profile = profile_of(table)
    if kind:
        return Recognised(table, profile, kind, 1.0, "as you said", _columns(kind, table, profile))
    scored = sorted(((_score(k, table, profile), k) for k in vocabulary()), reverse=True)
    (best, name), (second, _) = scored[0], scored[1]
    if best < _ENOUGH:
        plans = [ColumnPlan(header) for header in table.header]
        return Recognised(table, profile, "other", 0.0, "no kind of file has these columns", plans)
    why = f"{'name and ' if _named(name, table) else ''}columns"
    return Recognised(table, profile, name, round(best / (best + max(second, 0.0)), 2), why, _columns(name, table, profile))


def _score(kind: str, table: RawTable, profile: Profile) -> float:
    words = set(_file_words(table))
    if ASIDE & words or ("history" in words and kind != "stage history"):
        return -1.0
    matches = _assigned(kind, table, profile)
    found = {match.meaning for match in matches}
    if not all(found & set(group.split("|")) for group in NEEDS[kind]):
        return -1.0
    speaks = weights(kind)
    return sum(speaks.get(m.meaning, 0.3) * m.score for m in matches) + 2.5 * _named(kind, table)


def _named(kind: str, table: RawTable) -> bool:
    """The file, or the sheet, is called like that kind; words such as `export`, `data` and numbers are overlooked."""
    words = [word for word in _file_words(table) if not word.isdigit() and word not in _NOISE]
    tails = (" ".join(words[i:]) for i in range(len(words)))
    heads = (" ".join(words[:i]) for i in (1, 2))
    pattern = re.compile(FILE_NAMES[kind])
    return any(pattern.fullmatch(part) for part in (*tails, *heads) if part)


def _file_words(table: RawTable) -> tuple[str, ...]:
    return words_of(re.sub(r"\.[a-z0-9]{1,7}$", "", table.name.split("/")[-1], flags=re.I))


def _columns(kind: str, table: RawTable, profile: Profile) -> list[ColumnPlan]:
    plans = [ColumnPlan(header) for header in table.header]
    for match in _assigned(kind, table, profile):
        plans[match.at] = ColumnPlan(table.header[match.at], match.meaning, match.score, match.why)
    taken = {plan.meaning for plan in plans}
    for i, plan in enumerate(plans):
        if plan.meaning == UNUSED:
            plans[i] = by_values(plan, profile.columns[i], kind, taken, profile.rows)
            taken.add(plans[i].meaning)
    for i, plan in enumerate(plans):
        if plan.meaning == UNUSED and (promised := _promised(kind, plan.header)) and promised not in taken and profile.columns[i].sample:
            plans[i] = replace(plan, why=f"named like {promised}, but its values are something else", named_like=promised)
    return plans


def _promised(kind: str, header: str) -> str:
    """What a column's name means, whatever its values."""
    names = names_of(kind)
    return next((names[spelling][0] for _, spelling in _spellings(words_of(header)) if spelling in names), "")


def _assigned(kind: str, table: RawTable, profile: Profile) -> list[Match]:
    """The best column for each meaning, each column used once."""
    matches = sorted(_matches(kind, table, profile), key=lambda m: (-m.score, m.place, m.at))
    meanings: set[str] = set()
    columns: set[int] = set()
    kept = []
    for match in matches:
        if match.meaning not in meanings and match.at not in columns:
            meanings.add(match.meaning)
            columns.add(match.at)
            kept.append(match)
    return kept


def _matches(kind: str, table: RawTable, profile: Profile) -> Iterator[Match]:
    names, named = names_of(kind), _named(kind, table)
    for index, header in enumerate(table.header):
        for score, spelling in _spellings(words_of(header)):
            if spelling in names:
                meaning, place = names[spelling]
                if _fits(meaning, profile.columns[index]):
                    yield Match(score if named or spelling not in _GENERIC else 0.5, place, index, meaning, "name")
                break


def _spellings(words: tuple[str, ...]) -> Iterator[tuple[float, str]]:
    """A header as it is, then without the words vendors put around it; `Deal - Deal created` loses its entity."""
    yield 1.0, "".join(words)
    start, end = 0, len(words)
    while start < end - 1 and words[start] in _BEFORE:
        start += 1
    while end - 1 > start and words[end - 1] in _AFTER:
        end -= 1
    yield 0.95, "".join(words[start:end])
    if end - start > 1 and words[start] in _ENTITY:
        yield 0.9, "".join(words[start + 1 : end])


def _fits(meaning: str, column: ColumnProfile) -> bool:
    """Values contradict a name: `Last Activity` holding words is no date."""
    kind = type_of(meaning)
    if kind == "email":
        sample = column.sample[:1_000]
        return not sample or share_of_emails(sample) >= 0.5 or _is_hashed(sample)
    return kind in ("text", "id") or column.share(kind) >= 0.8


def _is_hashed(sample: list[str]) -> bool:
    """Exports made anonymous keep an e-mail column of hashes: still one per person."""
    return all(re.fullmatch(r"[0-9a-fA-F]{16,}|[A-Za-z0-9+/]{20,}={0,2}", text) for text in sample[:50])
