"""A comparison of two records: its levels, the best first, each a condition in SQL over `x_l` and `x_r`."""

from dataclasses import dataclass

WHO, SHARED, PLACE = "who", "shared", "place"
"""What a comparison speaks of: the person or company itself; what a person shares with a household or with colleagues
(address, employer, switchboard); the place of a company."""


@dataclass(frozen=True, slots=True)
class Level:
    """says: what agrees · sql: when, empty for what is left · m, u: start values · often: the field whose frequency counts
    · most: bits this level may at most add, where agreeing proves little · against: a clear sign of two people, whom a household or
    an office explains: what they share then speaks for nothing."""

    says: str
    sql: str
    m: float
    u: float
    often: str = ""
    most: float = 40.0
    against: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """name: the headers it compares · group: WHO, WHERE or WORK · absent: SQL that holds when one side says nothing."""

    name: str
    group: str
    absent: str
    levels: tuple[Level, ...]


def same(field: str) -> str:
    return f'"{field}_l" = "{field}_r"'


def absent(field: str) -> str:
    return f'"{field}_l" IS NULL OR "{field}_r" IS NULL'


def typo(field: str, most: int) -> str:
    """At most so many letters wrong, missing or swapped with their neighbour; in short texts none.

    Swapped neighbours are two wrong letters of the same letters: asked so, for DuckDB's Damerau distance takes ten times as long.
    """
    enough = (
        f'least(length("{field}_l"), length("{field}_r")) >= {3 * most + 1} AND abs(length("{field}_l") - length("{field}_r")) <= {most}'
    )
    apart = f'levenshtein("{field}_l", "{field}_r")'
    return f"({enough} AND ({apart} <= {most} OR ({same(f'{field}_letters')} AND {apart} <= {most + 1})))"


def alike(field: str, least: float) -> str:
    return f'jaro_winkler_similarity("{field}_l", "{field}_r") >= {least}'


def shared(field: str, least: float, of: str = "greatest") -> str:
    """Words in common, weighed by rarity, as a part of the longer (or the shorter) text.

    A mask of both tells at once that most pairs have none: DuckDB's lists take a hundred times as long.
    """
    some = f'("{field}_mask_l" & "{field}_mask_r") <> 0'
    return f'({some} AND len(list_intersect("{field}_l", "{field}_r")) >= {least} * {of}(len("{field}_l"), len("{field}_r")))'
