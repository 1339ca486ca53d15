"""How two records are compared: for each kind of column its levels, the best first, as SQL over `x_l` and `x_r`.

The numbers beside a level are where estimation starts, m among records of one person, u among records of two; they
stay in force as so many pseudo pairs (`estimate`), so that a small file is judged by them and a large one by itself.
"""

from treaty.truth.matching.levels import WHO, Comparison, Level, absent, alike, same, shared, typo


def people(name: str) -> Comparison:
    """Given and family name together: they are swapped, shortened, mistyped and left out together."""
    one_first, one_last = '("first_l" IS NULL OR "first_r" IS NULL)', '("last_l" IS NULL OR "last_r" IS NULL)'
    initial = '(least(length("first_l"), length("first_r")) = 1 AND "first_l"[1] = "first_r"[1])'
    first = f"({same('nick')} OR {alike('first', 0.86)} OR {typo('first', 1)} OR {initial})"
    part = "contains(' ' || \"last_l\" || ' ', ' ' || \"last_r\" || ' ') OR contains(' ' || \"last_r\" || ' ', ' ' || \"last_l\" || ' ')"
    last = f"({alike('last', 0.88)} OR {typo('last', 2)} OR {part})"
    crossed = '"first_l" = "last_r" AND "last_l" = "first_r"'
    near = (
        'jaro_winkler_similarity("first_l", "last_r") >= 0.86 AND jaro_winkler_similarity("last_l", "first_r") >= 0.86'
        ' OR ("first_l" = "last_r" AND jaro_winkler_similarity("last_l", "first_r") >= 0.75)'
        ' OR ("last_l" = "first_r" AND jaro_winkler_similarity("first_l", "last_r") >= 0.75)'
        ' OR jaro_winkler_similarity("whole_l", "whole_r") >= 0.93'
    )
    levels = (
        Level("same name", f"{same('first')} AND {same('last')}", 0.55, 1e-4, "whole", 20.0),
        Level("given and family name swapped", crossed, 0.05, 1e-5, "whole", 16.0),
        Level("family name, given name alike", f"{same('last')} AND {first}", 0.12, 2e-4, "last", 15.0),
        Level("given name, family name alike", f"{same('first')} AND {last}", 0.08, 2e-4, "first", 14.0),
        Level("both names alike", f"({first} AND {last}) OR ({near})", 0.05, 2e-4, most=12.0),
        Level("family name, no given name", f"{same('last')} AND {one_first}", 0.03, 1e-4, "last", 3.0),
        Level("given name, no family name", f"{same('first')} AND {one_last}", 0.03, 5e-4, "first", 3.0),
        Level(
            "one name in the other's place",
            f'({one_first} OR {one_last}) AND ("first_l" = "last_r" OR "last_l" = "first_r")',
            0.01,
            5e-4,
            most=3.0,
        ),
        Level("a name alike, the other missing", f"({first} AND {one_last}) OR ({last} AND {one_first})", 0.01, 2e-3, most=2.0),
        Level("family name, another given name", same("last"), 0.02, 3e-3, most=-4.0, against=True),
        Level("given name, another family name", same("first"), 0.02, 5e-3, most=0.0),
        Level("other names", "", 0.02, 0.98, most=-6.0, against=True),
    )
    nothing = '("first_l" IS NULL AND "last_l" IS NULL) OR ("first_r" IS NULL AND "last_r" IS NULL)'
    missed = f'({one_first} AND {one_last} AND NOT coalesce("first_l" = "last_r" OR "last_l" = "first_r", false))'
    return Comparison(name, WHO, f"{nothing} OR {missed}", levels)


def email(name: str) -> Comparison:
    """An address; one domain alone is an employer's or a provider's, no person's."""
    begin = '"email_l"[1] = "email_r"[1]'
    damaged = f"""(NOT (contains("email_l", '@') AND contains("email_r", '@')) AND {alike("email", 0.93)})"""
    levels = (
        Level("same address", 'list_has_any("emails_l", "emails_r")', 0.6, 1e-5, "email", 18.0),
        Level("same name before the @", same("local"), 0.08, 1e-4, "local", 13.0),
        Level("address alike", f"{typo('email', 1)} OR ({begin} AND {typo('email', 2)}) OR {damaged}", 0.1, 5e-5, most=13.0),
        Level("name before the @ alike", alike("local", 0.9), 0.05, 2e-3, most=8.0),
        Level("another address", "", 0.17, 0.99),
    )
    return Comparison(name, WHO, absent("email"), levels)


def phone(name: str, group: str) -> Comparison:
    levels = (
        Level("same number", 'list_has_any("phones_l", "phones_r")', 0.6, 1e-4, "phone", 15.0),
        Level("number alike", typo("phone", 1), 0.08, 1e-4, most=9.0),
        Level("another number", "", 0.32, 0.99),
    )
    return Comparison(name, group, absent("phone"), levels)


def birth(name: str) -> Comparison:
    y, m, d = (f'substr("birth_{{}}", {start}, {length})' for start, length in ((1, 4), (5, 2), (7, 2)))

    def one(part: str) -> str:
        return f"{part.format('l')} = {part.format('r')}"

    crossed = f"{one(y)} AND {m.format('l')} = {d.format('r')} AND {d.format('l')} = {m.format('r')}"
    levels = (
        Level("same day", same("birth"), 0.7, 1e-4),
        Level("day and month swapped", crossed, 0.02, 5e-5),
        Level("one digit off", typo("birth", 1), 0.1, 1e-3),
        Level("two of day, month and year", f"({one(y)} AND ({one(m)} OR {one(d)})) OR ({one(m)} AND {one(d)})", 0.06, 4e-3),
        Level("same year", one(y), 0.04, 0.015),
        Level("another day", "", 0.05, 0.98, most=-4.0, against=True),
    )
    return Comparison(name, WHO, absent("birth"), levels)


def number(field: str, name: str, _group: str) -> Comparison:
    """A number that the state or a register gave."""
    levels = (
        Level("same number", same(field), 0.85, 1e-5, field, 22.0),
        Level("number alike", f"{typo(field, 1)} OR {typo(field, 2)}", 0.07, 1e-3, most=11.0),
        Level("another number", "", 0.08, 0.999),
    )
    return Comparison(name, WHO, absent(field), levels)


def company(field: str, name: str, group: str) -> Comparison:
    """Names of companies: words weighed by rarity, in any order; joined and shortened ones by their letters."""
    words = f"{field}_words"
    levels = (
        Level("same name", same(field), 0.6, 1e-4, field, 14.0),
        Level("same words", f"{same(f'{field}_sorted')} OR {same(f'{field}_joined')}", 0.06, 1e-5, most=13.0),
        Level("most words, or letters", f"({shared(words, 0.7)}) OR {alike(field, 0.93)} OR {typo(field, 1)}", 0.13, 1e-4, most=10.0),
        Level("one name in the other", shared(words, 0.9, "least"), 0.09, 4e-4, most=8.0),
        Level("some words, or letters", f"({shared(words, 0.4)}) OR {alike(field, 0.85)}", 0.05, 4e-3, most=1.5),
        Level("other names", "", 0.07, 0.995, most=-2.5 if group == WHO else 0.0),
    )
    return Comparison(name, group, absent(field), levels)


def exact(field: str, name: str, group: str) -> Comparison:
    """Short texts of few values: a state, a country, a domain."""
    levels = (Level("the same", same(field), 0.85, 0.1, field), Level("another", "", 0.15, 0.9))
    return Comparison(name, group, absent(field), levels)


def category(field: str, name: str, group: str) -> Comparison:
    levels = (
        Level("the same", same(field), 0.6, 0.1, field),
        Level("a word in common", f'list_has_any("{field}_words_l", "{field}_words_r")', 0.15, 0.1, most=3.0),
        Level("another", "", 0.25, 0.8),
    )
    return Comparison(name, group, absent(field), levels)


def words(field: str, name: str, group: str) -> Comparison:
    """Text of a meaning nobody told: its rare words count."""
    levels = (
        Level("the same", same(field), 0.5, 0.01, field),
        Level("most words, or letters", f"({shared(f'{field}_words', 0.6)}) OR {alike(field, 0.92)}", 0.2, 0.01),
        Level("some words", shared(f"{field}_words", 0.25), 0.1, 0.03),
        Level("others", "", 0.2, 0.95),
    )
    return Comparison(name, group, absent(field), levels)


def street(name: str, group: str) -> Comparison:
    """Street and number together: the number alone is chance, the street alone a neighbour."""
    house = same("house")
    unknown = '("house_l" IS NULL OR "house_r" IS NULL)'
    close = f"({alike('street', 0.87)} OR {shared('street_words', 0.55)} OR {shared('street_words', 0.9, 'least')})"
    levels = (
        Level("same street and number", f"{same('street')} AND {house}", 0.5, 1e-5),
        Level("number, street alike", f"{house} AND {close}", 0.2, 2e-5),
        Level("same street, no number", f"{same('street')} AND {unknown}", 0.04, 1e-4, "street"),
        Level("same street, another number", same("street"), 0.06, 2e-3, "street", most=5.0),
        Level("street alike", close, 0.05, 0.02, most=3.0),
        Level("number alone", house, 0.05, 0.01, most=2.0),
        Level("another street", "", 0.1, 0.97),
    )
    return Comparison(name, group, absent("street"), levels)


def city(field: str, name: str, group: str) -> Comparison:
    part = f'contains("{field}_l", "{field}_r") OR contains("{field}_r", "{field}_l")'
    levels = (
        Level("the same", same(field), 0.75, 0.05, field),
        Level("alike", f"{alike(field, 0.88)} OR {typo(field, 2)} OR {part}", 0.1, 0.01),
        Level("another", "", 0.15, 0.94),
    )
    return Comparison(name, group, absent(field), levels)


def postcode(field: str, name: str, group: str) -> Comparison:
    levels = (
        Level("the same", same(field), 0.75, 0.005, field),
        Level("one digit off", typo(field, 1), 0.08, 0.005),
        Level("same area", f'substr("{field}_l", 1, 3) = substr("{field}_r", 1, 3)', 0.05, 0.02),
        Level("another", "", 0.12, 0.97),
    )
    return Comparison(name, group, absent(field), levels)
