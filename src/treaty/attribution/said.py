"""What buyers say of how they heard of us, beside what the model says. Tables in, table out; and which channel comes nearest.

An answer is data: only its case and its spaces are made alike, and equal answers are one. Source: R33, self-reported source.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import ibis

from treaty.attribution.agreed import journey_of
from treaty.attribution.deals import Journey, valued
from treaty.attribution.versions import Part
from treaty.engine.measuring import Lake

NAMES = ("self_reported_source", "how_did_you_hear_about_us", "how_did_you_hear")
FIELDS = (*NAMES, *(f"answer.{name}" for name in NAMES))
"""Fields of a person that hold the answer: stated by a system or an import, or filled in on a form."""
NOBODY = ""
"""The answer of deals for which nobody said anything."""


def plain(text: str) -> str:
    """The answer as it is grouped: small letters, single spaces."""
    return " ".join(text.split()).lower()


def answers(lake: Lake) -> Any:
    """The latest answer of each person: (person_id, answer, at_us)."""
    facts = lake.table("facts")
    told = facts.filter((facts.subject == "person") & facts.field.isin(FIELDS) & facts.text.notnull())
    told = told.select("fact_id", person_id="subject_id", at_us="occurred_us", answer=told.text.re_replace(r"\s+", " ").strip().lower())
    told = told.filter(told.answer != "")
    place = ibis.row_number().over(ibis.window(group_by="person_id", order_by=[ibis.desc("at_us"), ibis.desc("fact_id")]))
    return told.mutate(turn=place).filter(lambda t: t.turn == 0).select("person_id", "answer", "at_us")


def of_deals(lake: Lake, there: Sequence[Part]) -> Any:
    """Deals won in a period with the answer of their buyers: (conversion, answer, at_us, currency, reported, is_converted, units,
    converted), the amounts whole, see `sharing.counts_as`.

    there: `versions.parts` of the period, at least one: each deal counts by the version in force when it closed. The answer of the
    lead's own person; without one, where the whole account counts, the first that anybody there gave. `NOBODY` where nobody did. Each
    deal is there once.
    """
    rows = [_of_part(lake, part) for part in there]
    return ibis.union(*rows) if len(rows) > 1 else rows[0]


def _of_part(lake: Lake, part: Part) -> Any:
    journey = journey_of(part.agreed) if part.agreed else Journey()
    deals, told = valued(lake, part.span, part.exchange), answers(lake)
    own = deals.inner_join(told.select("person_id", "answer"), "person_id").select("conversion", "answer")
    both = deals.left_join(own, "conversion").drop("conversion_right")
    if journey.by_account:
        people = lake.table("people").select("person_id", "account_id")
        there = told.inner_join(people, "person_id").filter(ibis._.account_id.notnull())
        place = ibis.row_number().over(ibis.window(group_by="account_id", order_by=["at_us", "person_id"]))
        first = there.mutate(turn=place).filter(lambda t: t.turn == 0).select("account_id", theirs="answer")
        both = both.left_join(first, "account_id").drop("account_id_right")
        both = both.mutate(answer=both.answer.coalesce(both.theirs))
    return both.select(
        "conversion", "at_us", "currency", "reported", answer=both.answer.coalesce(NOBODY), is_converted=both.whole_converted.notnull(),
        units=both.whole_units, converted=both.whole_converted.coalesce(0),
    )  # fmt: skip


def by_answer(lake: Lake, there: Sequence[Part]) -> Any:
    """Deals won in a period by what their buyers said: (answer, currency, reported, is_converted, deals, units, converted)."""
    rows = of_deals(lake, there)
    return rows.group_by(["answer", "currency", "reported", "is_converted"]).agg(
        deals=rows.count(), units=rows.units.sum(), converted=rows.converted.sum()
    )


def nearest(answer: str, channels: Iterable[str]) -> str:
    """The channel whose name an answer comes nearest to; empty if none shares a word with it.

    Words are compared, `_` being a space: most words in common, then the shorter name, then by letter. It only says which
    figure to look at beside the answer; no credit follows from it.
    """
    said = {_stem(word) for word in plain(answer).replace("-", " ").split()}
    found = []
    for channel in channels:
        words = {_stem(word) for word in channel.lower().replace("_", " ").replace("-", " ").split()}
        if common := len(said & words):
            found.append((-common, len(words), channel))
    return min(found)[2] if found else ""


def _stem(word: str) -> str:
    """Without what makes it plural, and without marks."""
    bare = "".join(letter for letter in word if letter.isalnum())
    return bare[:-1] if len(bare) > 3 and bare.endswith("s") else bare
