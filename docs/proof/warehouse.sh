#!/bin/sh
# Import the public tables of HubSpot beside the project, as a loader left them, into a fresh data folder; count the lines of each by the csv module.
# Usage: docs/proof/warehouse.sh > docs/proof/warehouse.txt
set -u
cd "$(dirname "$0")/../.."
data=${TREATY_SHARED:-../shared}/data/fivetran_hubspot_seeds
home=$(mktemp -d)
export TREATY_HOME="$home"
trap 'rm -rf "$home"' EXIT
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
for words in "--dry-run" "" ""; do
  .venv/bin/treaty import "$data" $words --json > "$home/told-$(ls "$home" | grep -c told).json" 2>/dev/null
  echo "\$ treaty import fivetran_hubspot_seeds $words: exit $?"
done
.venv/bin/python - "$home" "$data" <<'PYTHON'
import csv
import json
import sqlite3
import sys
from collections import Counter
from pathlib import Path

home, data = Path(sys.argv[1]), Path(sys.argv[2])
dry, first, again = (json.loads((home / f"told-{number}.json").read_text()) for number in range(3))
COUNTS = ("read", "stored", "merged", "rejected")


def of(told: dict) -> dict[str, tuple[int, ...]]:
    return {one["file"]: tuple(one[name] for name in COUNTS) for one in told["files"]}


def lines(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as stream:
        return sum(1 for _ in csv.DictReader(stream))


def rows(name: str) -> list[dict[str, str]]:
    with (data / f"{name}_data.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


print(f"\n{'file':45}{'lines':>7}{'read':>7}{'stored':>8}{'merged':>8}{'rejected':>10}  becomes")
wrong = 0
for one in first["files"]:
    counted, told = lines(data / one["file"]), tuple(one[name] for name in COUNTS)
    wrong += counted != told[0] or told[0] != sum(told[1:])
    print(f"{one['file']:45}{counted:7}{told[0]:7}{told[1]:8}{told[2]:8}{told[3]:10}  {one['kind']}")
    for said in filter(None, (one["problem"], one["note"])):
        print(f"    {said}")
print({name: first[name] for name in COUNTS})
print("files where read is not the lines, or not stored + merged + rejected:", wrong)
print("the dry run counted", "the same" if of(dry) == of(first) else "DIFFERENTLY", "· the second time stored", again["stored"])

database = sqlite3.connect(home / "treaty.db")


def number(sql: str) -> int:
    return database.execute(sql).fetchone()[0]


contacts, deals, stages = rows("contact"), rows("deal"), rows("deal_stage")
old = {each for row in contacts for each in row["property_hs_merged_object_ids"].split(";") if each}
kept = {row["id"] for row in contacts} - old
print("\nplain queries, beside the same by the csv module")
known = "from truth_person where first_known_at is not null and merged_into_id is null"
print("people", number(f"select count(*) {known}"), "· contacts that were not merged", len(kept))
print("companies", number("select count(*) from truth_account"), "· in the file", len({row["id"] for row in rows("company")}))
ids = {row["deal_id"] for row in deals}
print("deals", number("select count(*) from truth_opportunity"), "· in deal", len(ids), "and known by their history alone", len({row["deal_id"] for row in stages} - ids))
print("stages entered", number("select count(*) from truth_opportunitychange where field = 'stage'"), "· in deal_stage", len(stages))
work = sum(len(rows(f"engagement_{kind}")) for kind in ("call", "communication", "email", "meeting", "note", "task"))
print("activities", number("select count(*) from truth_activity"), "· rows of engagement_*", work)
events = [row for row in rows("email_event") if row["filtered_event"].lower() != "true"]
print("events of e-mails", number("select count(*) from truth_touch where kind like 'email%'"), "· not filtered in email_event", len(events))
to = {row["id"] for row in contacts if row["property_hs_merged_object_ids"]}
found = database.execute("select count(*) from truth_identity i join truth_identity k on k.person_id = i.person_id where i.kind = 'id' and k.kind = 'id' and k.value in (%s) and i.value in (%s)" % (",".join(f"'{each}'" for each in to), ",".join(f"'{each}'" for each in old))).fetchone()[0]
print("merged ids that lead to the contact kept", found, "of", len(old), "· merges noted", number("select count(*) from truth_systemrecord where gone_into != ''"))
FIRST = "select problem from connectors_refusedrow where file_id in (select id from connectors_importfile where run_id = 1)"
print("refused the first time, by reason:", dict(Counter(text.split(":")[0].rstrip("0123456789 ") for (text,) in database.execute(FIRST))))
PYTHON
