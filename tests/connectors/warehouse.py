"""Small invented tables as a loader leaves them, and what is in the database after they were imported."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from tests.conftest import NOON
from treaty.connectors import importing
from treaty.connectors.files.exports import open_exports
from treaty.connectors.loaders.sets import joined
from treaty.connectors.models import Import, RefusedRow
from treaty.connectors.rehearsing import rehearse
from treaty.truth.models import Activity, BuyingRole, Campaign, Fact, Opportunity, OpportunityChange, Person, SystemRecord, Touch

Counts = dict[str, tuple[int, int, int, int]]
"""By table: rows read, stored, merged, rejected."""


def write(folder: Path, tables: Mapping[str, str], seed: int = 0) -> list[Path]:
    """Each table as CSV, its rows shuffled by `seed`; the paths in an order of that seed too. 0: as they are written."""
    chance = random.Random(seed)
    paths = []
    for name, text in tables.items():
        header, *rows = text.strip().splitlines()
        if seed:
            chance.shuffle(rows)
        path = folder / f"{name}.csv"
        path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
        paths.append(path)
    if seed:
        chance.shuffle(paths)
    return paths


def load(paths: list[Path], source: str = "") -> Import:
    exports = joined(open_exports(paths))
    run = importing.begin(exports, source=importing.source_for(source, at=NOON, system=exports.system), at=NOON)
    return importing.run_import(run, exports, clock=lambda: NOON)


def state_after(paths: list[Path]) -> dict[str, list[Any]]:
    """What these would leave; the database is as it was before."""
    with transaction.atomic():
        load(paths)
        found = state()
        transaction.set_rollback(True)
    return found


def counts(done: Import) -> Counts:
    return {file.name.removesuffix(".csv"): (file.read, file.stored, file.merged, file.rejected) for file in done.files.all()}


def tried(paths: list[Path], source: str = "") -> Counts:
    told = rehearse(joined(open_exports(paths)), source, clock=lambda: NOON)
    return {one.name.removesuffix(".csv"): (one.read, one.stored, one.merged, one.rejected) for one in told}


def refusals() -> list[str]:
    return sorted(RefusedRow.objects.values_list("problem", flat=True))


def state() -> dict[str, list[Any]]:
    """All that an import leaves, by the names people and systems know, in no order of writing."""
    rows: dict[str, list[Any]] = {
        "people": [(p.email, p.name, p.title, [*_ids(p)]) for p in Person.objects.filter(merged_into=None)],
        "touches": [(t.person.email, [*_ids(t.person)], t.kind, t.occurred_at, t.campaign, t.form, t.path) for t in _touches()],
        "deals": [(d.external_id, d.name, d.stage, d.outcome, d.amount, d.closed_at, d.account and d.account.name) for d in _deals()],
        "history": [(c.opportunity.external_id, c.field, c.value, c.at) for c in OpportunityChange.objects.select_related("opportunity")],
        "buyers": [
            (b.opportunity.external_id, [*_ids(b.person)], b.role) for b in BuyingRole.objects.select_related("person", "opportunity")
        ],
        "work": [(a.external_id, a.kind, a.outcome, a.occurred_at, a.person and [*_ids(a.person)]) for a in Activity.objects.all()],
        "facts": [(f.field, f.text, f.number, f.occurred_at, f.known_at) for f in Fact.objects.exclude(field__in=("account", "owner"))],
        "gone": list(SystemRecord.objects.exclude(gone_at=None).values_list("kind", "external_id", "gone_into")),
        "campaigns": list(Campaign.objects.values_list("slug", "name", "channel")),
    }
    return {name: sorted(found, key=repr) for name, found in rows.items()}


def _ids(person: Person) -> list[str]:
    return sorted(person.identities.filter(kind="id").values_list("value", flat=True))


def _touches() -> Any:
    return Touch.objects.select_related("person")


def _deals() -> Any:
    return Opportunity.objects.select_related("account")
