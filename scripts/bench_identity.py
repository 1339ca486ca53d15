"""Deterministic resolution: who each of a million incoming records is, of a million people that are known.

    .venv/bin/python scripts/bench_identity.py [--people 50000 200000 1000000] [--first 10000]

Known: so many people in a database as the product has it (SQLite, in a file), each by an e-mail, an id of a system, an anonymous id
and a telephone number: four identities a person, put there by plain inserts, which are not counted.
Incoming: as many records, one of each person in random order, in batches of 200 as every door hands them to `absorb`. Of twenty
records five give the e-mail in capitals with spaces around it, six the system's id beside that, five the system's id alone, three the
anonymous id, and one is of a stranger; one of ten states a telephone number, written as people write it.
Counted: what `absorb` does to know who they are. Keys made normal, looked up and weighed, people read (`truth/actions/people`),
owners of numbers looked up, which propose and never join (`truth/actions/proposing`). Every answer is compared with the right one,
outside of what is counted. Not counted: writing what the records say; a first load is told for itself: people nobody knew, each with
e-mail, id, account, title and number, stored by `absorb` beside those that are known.
"""

# ruff: noqa: S101, S311 a measurement, not the product

import argparse
import math
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from bench_house import load

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
TOGETHER = 200
PART = 5_000
TARGET = 60.0


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, nargs="+", default=[50_000, 200_000, 1_000_000])
    asked.add_argument("--first", type=int, default=10_000, help="people of the first load")
    args = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="identity", dir=os.environ.get("BENCH_DIR")) as folder:
        os.environ |= {"TREATY_HOME": folder, "DJANGO_SETTINGS_MODULE": "treaty.settings", "TREATY_PROCESS": "web"}
        import django

        django.setup()
        measure(sorted(args.people), args.first)


def measure(sizes: Sequence[int], first: int) -> None:
    from django.core.management import call_command

    from treaty.processes import rarely_collect
    from treaty.truth.models import Source

    call_command("migrate", verbosity=0)
    source = Source.objects.create(name="CRM", kind=Source.Kind.CONNECTOR, made_at=AT)
    rarely_collect()
    known, told = 0, list[tuple[int, float]]()
    for size in sizes:
        begun = time.perf_counter()
        make(range(known, size), source)
        known, made = size, time.perf_counter() - begun
        wall, cpu = resolve(size, source)
        told.append((size, wall))
        print(f"{size:,} records of {size:,} people: {wall:.1f} s, processor {cpu:.1f} s, {size / wall:,.0f} a second; {load()}")
        print(f"    (the people were put there in {made:.0f} s)", flush=True)
    for (fewer, before), (more, after) in pairwise(told):
        print(f"growth from {fewer:,} to {more:,}: exponent {math.log(after / before) / math.log(more / fewer):.2f}")
    print(f"target: 1,000,000 in {TARGET:.0f} s; {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    wall, cpu = first_load(range(known, known + first), source)
    print(f"first load of {first:,} beside {known:,}: {wall:.1f} s, processor {cpu:.1f} s, {first / wall:,.0f} a second")


def email(number: int) -> str:
    """Spread over the index as real ones are."""
    return f"p{number * 2654435761 % 2**32:x}.{number}@firm{number // 10}.example"


def anonymous(number: int) -> str:
    return f"{number * 2246822519 % 2**32:08x}-{number}"


def phone(number: int) -> str:
    return f"+4930{10_000_000 + number}"


def make(numbers: range, source: Any) -> None:
    """The people, by plain inserts."""
    from django.db import transaction

    for start in range(numbers.start, numbers.stop, PART):
        with transaction.atomic():
            _make(range(start, min(start + PART, numbers.stop)), source.key)


def _make(numbers: range, space: str) -> None:
    from treaty.bulk import insert_values
    from treaty.keys import new_key
    from treaty.truth.models import Identity, Person

    texts = ("title", "seniority", "country", "language", "lead_source")
    names = ("key", "email", "name", "phone", *texts, "account_id", "merged_into_id", "made_at", "first_known_at")
    rows = [(new_key(), email(n), f"Ada Nr {n}", phone(n), *("",) * len(texts), None, None, AT, AT) for n in numbers]
    keys = []
    for n, person in zip(numbers, insert_values(Person, names, rows), strict=True):
        assert person == n + 1
        ways = (("email", "", email(n)), ("id", space, str(n)), ("anon", space, anonymous(n)), ("phone", "", phone(n)))
        keys += [(*way, person, None) for way in ways]
    insert_values(Identity, ("kind", "space", "value", "person_id", "seen_as_id"), keys)


def resolve(size: int, source: Any) -> tuple[float, float]:
    """(seconds, processor seconds) until it is known who everybody is."""
    from django.db import transaction

    from treaty.truth.actions.people import People
    from treaty.truth.actions.proposing import Phone, propose_by_phone
    from treaty.truth.actions.work import Batch
    from treaty.truth.identity import normal_phone
    from treaty.truth.records import PersonRef

    def ref_of(place: int, n: int) -> PersonRef:
        way = place % 20
        if way < 5:
            return PersonRef(email=f" {email(n).upper()} ")
        if way < 11:
            return PersonRef(email=f" {email(n).upper()} ", external_id=str(n))
        if way < 16:
            return PersonRef(external_id=str(n))
        return PersonRef(anonymous_id=anonymous(n)) if way < 19 else PersonRef(email=f"stranger{n}@else.example")

    order = list(range(size))
    random.Random(size).shuffle(order)
    wall = cpu = 0.0
    for start in range(0, size, TOGETHER):
        numbers = order[start : start + TOGETHER]
        refs = [ref_of(start + place, n) for place, n in enumerate(numbers)]
        written = [f"030 / {10_000_000 + n}" if place % 10 == 0 else "" for place, n in enumerate(numbers)]
        wall, cpu = wall - time.perf_counter(), cpu - time.process_time()
        batch = Batch(source, AT)
        with transaction.atomic():
            people = People(batch, refs)
            found = [people.find(ref) for ref in refs]
            numbered = zip(found, written, strict=True)
            propose_by_phone([Phone(one, normal_phone(text, "DE"), None) for one, text in numbered if text and one.pk], batch)
        wall, cpu = wall + time.perf_counter(), cpu + time.process_time()
        right = [None if (start + place) % 20 == 19 else n + 1 for place, n in enumerate(numbers)]
        assert [one.pk for one in found] == right, [(r, f.pk, w) for r, f, w in zip(refs, found, right, strict=True) if f.pk != w][:3]
    return wall, cpu


def first_load(numbers: range, source: Any) -> tuple[float, float]:
    """(seconds, processor seconds) until people nobody knew are stored, with all that is said of them."""
    from treaty.truth.actions import absorb
    from treaty.truth.models import Person

    before = Person.objects.count()
    parts = list(records(numbers))
    wall, cpu = time.perf_counter(), time.process_time()
    for part in parts:
        absorb(part, source=source, received_at=AT)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert Person.objects.count() == before + len(numbers)
    return wall, cpu


def records(numbers: range) -> Iterator[list[Any]]:
    from treaty.truth.records import AccountRef, PersonRecord, PersonRef

    for start in range(numbers.start, numbers.stop, TOGETHER):
        yield [
            PersonRecord(
                ref=PersonRef(email=email(n), external_id=str(n)),
                fields={"name": f"Ada Nr {n}", "title": "Head of buying", "phone": phone(n)},
                account=AccountRef(external_id=f"a{n // 10}", domain=f"firm{n // 10}.example"),
                known_at=AT,
            )
            for n in range(start, min(start + TOGETHER, numbers.stop))
        ]


if __name__ == "__main__":
    main()
