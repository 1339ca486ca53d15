"""What may be heard of every value a field ever had: the rule of `claims`, as a measure over the lake. Tables in, table out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis

from treaty.engine.measuring import Fetching, Lake, kept_rows
from treaty.truth.models.sources import PROVES_NOTHING

FIELD = ["subject", "subject_id", "field"]
MEMBERSHIP = "account"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Whether there are values whose source proves nothing, and accounts that were made one: what is not there need not be asked."""

    has_claims: bool = True
    has_merged: bool = True


def doubt_of(lake: Fetching) -> Doubt:
    """What there is of it in a lake, asked once per version."""
    facts, merged = lake.table("facts"), lake.table("merged_accounts")
    doubtful = _doubtful(lake)
    claims = facts.left_join(doubtful, facts.source_id == doubtful.doubtful_id)
    claims = claims.filter(claims.source_id.isnull() | claims.doubtful_id.notnull()).limit(1)
    [claimed] = kept_rows(lake, ("any claims",), lambda: claims.agg(n=claims.count()))
    [made_one] = kept_rows(lake, ("any merged accounts",), lambda: merged.agg(n=merged.count()))
    return Doubt(claimed["n"] > 0, made_one["n"] > 0)


def heard(lake: Lake, fields: Sequence[str] | None, doubt: Doubt = Doubt()) -> Any:
    """Every value of these fields of people and accounts, of claims what may be heard of them.

    fields: names, None for all; `account` is where a person belongs, its number the account's. doubt: see `doubt_of`
    Returns (fact_id, subject, subject_id, field, text, number, occurred_us, known_us, assumed), whose each is and which account it
    names as merges stand today. A stated value that stands again in a claim's place has the claim's id and date, and is known from
    when the stated one is; so an id may be there several times. Of stated values known at one moment the latest of them stands.
    Source: DESIGN 2.2 and 2.13; `claims.heard` is the same rule for a few people.
    """
    if not doubt.has_claims:
        return _as_today(lake, fields, doubt).drop("source_id")
    told = _told(lake, fields, doubt)
    claims, stated = told.filter(told.is_claim).drop("is_claim"), told.filter(~told.is_claim).drop("is_claim")
    answers = _answers(claims, stated)
    first = answers.group_by("fact_id").agg(first_us=answers.start_us.min()).rename(of_id="fact_id")
    joined = claims.left_join(first, claims.fact_id == first.of_id)
    alone = joined.filter(joined.first_us.isnull() | (_starts(joined) < joined.first_us)).select(*stated.columns)
    return ibis.union(stated, alone, _standing_again(answers).select(*stated.columns), distinct=False)


def _starts(rows: Any) -> Any:
    return ibis.greatest(rows.occurred_us, rows.known_us)


def _doubtful(lake: Lake) -> Any:
    sources = lake.table("sources")
    return sources.filter(sources.kind.isin([str(kind) for kind in PROVES_NOTHING])).select(doubtful_id="source_id")


def _told(lake: Lake, fields: Sequence[str] | None, doubt: Doubt) -> Any:
    """The values with `is_claim`: their source proves nothing, or there is none, then it was a guess of ours."""
    facts, doubtful = _as_today(lake, fields, doubt), _doubtful(lake)
    joined = facts.left_join(doubtful, facts.source_id == doubtful.doubtful_id)
    return joined.mutate(is_claim=joined.source_id.isnull() | joined.doubtful_id.notnull()).drop("source_id", "doubtful_id")


def _as_today(lake: Lake, fields: Sequence[str] | None, doubt: Doubt) -> Any:
    """The values under the accounts that are counted today: each part is read by plain columns, so that most files are skipped."""
    facts, merged = lake.table("facts"), lake.table("merged_accounts").select(gone_id="id", now_id="canonical_id")
    asked = facts if fields is None else facts.filter(facts.field.isin(sorted(fields) or [""]))
    facts = asked.select("fact_id", *FIELD, "text", "number", "occurred_us", "known_us", "source_id", "assumed")
    if not doubt.has_merged:
        return facts
    is_membership = (facts.subject == "person") & (facts.field == MEMBERSHIP)
    people = facts.filter((facts.subject == "person") & (facts.field != MEMBERSHIP))
    members = facts.filter(is_membership)
    members = members.left_join(merged, members.number.floor().cast("int64") == merged.gone_id)
    members = members.mutate(number=members.now_id.cast("float64").coalesce(members.number)).drop("gone_id", "now_id")
    accounts = facts.filter(facts.subject == "account")
    accounts = accounts.left_join(merged, accounts.subject_id == merged.gone_id)
    accounts = accounts.mutate(subject_id=accounts.now_id.coalesce(accounts.subject_id)).drop("gone_id", "now_id")
    return ibis.union(people, *(part.select(*facts.columns) for part in (members, accounts)), distinct=False)


def _answers(claims: Any, stated: Any) -> Any:
    """Beside each claim the stated values of its field that stand before it, with the moment from which they do (`start_us`)."""
    values = stated.select(*FIELD, v_id="fact_id", v_text="text", v_number="number", v_occurred="occurred_us", v_known="known_us",
                           v_assumed="assumed")  # fmt: skip
    pairs = claims.join(values, FIELD)
    same_day, same_moment = pairs.v_occurred == pairs.occurred_us, pairs.v_known == pairs.known_us
    is_before = (pairs.v_occurred < pairs.occurred_us) | (
        same_day & ((pairs.v_known < pairs.known_us) | (same_moment & (pairs.v_id < pairs.fact_id)))
    )
    return pairs.filter(is_before).mutate(start_us=ibis.greatest(pairs.v_occurred, pairs.v_known))


def _standing_again(answers: Any) -> Any:
    """The stated values in the claim's place, each from the moment it is known, unless a later one was known by then."""
    in_order = ibis.window(group_by="fact_id", order_by=["v_occurred", "v_known", "v_id"])
    ranked = answers.mutate(rank=ibis.row_number().over(in_order))
    so_far = ibis.cumulative_window(group_by="fact_id", order_by=["start_us", ibis.desc("rank")])
    told = ranked.mutate(top=ranked["rank"].max().over(so_far))
    last = told.filter(told["rank"] == told.top)
    return last.mutate(text=last.v_text, number=last.v_number, known_us=last.start_us, assumed=last.v_assumed)
