#!/bin/sh
# Import the public files beside the project twice into a fresh data folder, and count what is there by plain queries.
# Usage: docs/proof/import.sh > docs/proof/import.txt
set -u
cd "$(dirname "$0")/../.."
data=../shared/data
home=$(mktemp -d)
export TREATY_HOME="$home"
trap 'rm -rf "$home"' EXIT
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo
for time in first second; do
  for set in olist_funnel maven_crm; do
    echo "\$ treaty import $set --source $set   # the $time time"
    .venv/bin/treaty import "$data/$set" --source "$set" 2>/dev/null
    echo "exit $?"
  done
done
echo "\$ plain queries"
.venv/bin/python - "$home/treaty.db" "$data" <<'PYTHON'
import csv
import sqlite3
import sys
from collections import Counter

database, data = sqlite3.connect(sys.argv[1]), sys.argv[2]
sources = dict(database.execute("select name, id from truth_source"))
olist, maven = sources["olist_funnel"], sources["maven_crm"]


def counts(sql: str) -> Counter:
    return Counter(dict(database.execute(sql)))


def rows(name: str) -> list[dict[str, str]]:
    with open(f"{data}/{name}", encoding="utf-8") as stream:
        return [{key: "" if value == "NaN" else value for key, value in row.items()} for row in csv.DictReader(stream)]


def told(what: str, found: Counter, in_the_file: Counter) -> None:
    print(f"{what}: {'as in the file' if found == in_the_file else 'DIFFERENT'}; {dict(found.most_common(12))}")


leads, won, deals = (rows(f"{name}.csv") for name in ("olist_funnel/olist_marketing_qualified_leads_dataset", "olist_funnel/olist_closed_deals_dataset", "maven_crm/sales_pipeline"))
origin = {row["mql_id"]: row["origin"] for row in leads}
told("people by origin", counts("select lead_source, count(*) from truth_person group by 1"), Counter(origin.values()))
told(
    "won by origin",
    counts(
        "select p.lead_source, count(*) from truth_opportunity d join truth_buyingrole b on b.opportunity_id = d.id"
        f" join truth_person p on p.id = b.person_id where d.source_id = {olist} and d.outcome = 'won' group by 1"
    ),
    Counter(origin[row["mql_id"]] for row in won),
)
of_maven = f"from truth_opportunity d left join team_member t on t.id = d.owner_id left join truth_account a on a.id = d.account_id where d.source_id = {maven} group by 1"
for what, column, field in (("stages", "d.stage", "deal_stage"), ("owners", "t.name", "sales_agent"), ("products", "d.product", "product"), ("accounts", "coalesce(a.name, '')", "account")):
    told(what, counts(f"select {column}, count(*) {of_maven}"), Counter(row[field] for row in deals))
(total,) = database.execute(f"select sum(amount) from truth_opportunity where source_id = {maven} and outcome = 'won'").fetchone()
print(f"won value {total:,}; in the file {sum(int(row['close_value'] or 0) for row in deals if row['deal_stage'] == 'Won'):,}")
(touches,) = database.execute("select count(*) from truth_touch where kind = 'first_contact'").fetchone()
print(f"first contacts {touches:,}; leads in the file {len(leads):,}")
PYTHON
