#!/bin/sh
# The learned score on two public sets: its report, its verdicts beside the known leaks, its figures on rows no training saw, and the
# first lines of a run into which leaks were forced. Run from the project: sh docs/proof/score.sh > docs/proof/score.txt
# (a minute; needs ../shared)
set -eu
cd "$(dirname "$0")/../.."
data="${SHARED:-../shared}/data"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
treaty=.venv/bin/treaty
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo
echo "\$ python docs/proof/score.py ../shared/data"
.venv/bin/python docs/proof/score.py "$data"
echo
echo "\$ treaty score train leads.csv --outcome Converted --model M.json --dictionary data_dictionary.csv"
$treaty score train "$data/x_education_leads/leads.csv" --outcome Converted --model "$work/M.json" --dictionary "$data/x_education_leads/data_dictionary.csv" | sed "s|$work/||g"
echo
echo "\$ treaty score apply leads.csv --model M.json --out scored.csv --why; columns 1 and 38 to 40 of its first rows"
$treaty score apply "$data/x_education_leads/leads.csv" --model "$work/M.json" --out "$work/scored.csv" --why | sed "s|$work/||g"
.venv/bin/python -c '
import csv, sys
for row in list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8")))[:6]:
    print("  ", row[0][:13], *row[37:])' "$work/scored.csv"
echo
echo "\$ treaty score train leads.csv --outcome Converted --model F.json --keep Tags --keep 'Lead Quality'; the first lines of the report, of F.json and of apply"
$treaty score train "$data/x_education_leads/leads.csv" --outcome Converted --model "$work/F.json" --keep Tags --keep "Lead Quality" | head -5
head -1 "$work/F.json"
$treaty score apply "$data/x_education_leads/leads.csv" --model "$work/F.json" --out "$work/scored.csv" | sed "s|$work/||g"
echo
echo "\$ pytest tests/qualification/learning tests/cli/test_score.py tests/connectors/test_typed_columns.py"
.venv/bin/python -m pytest -n0 tests/qualification/learning tests/cli/test_score.py tests/connectors/test_typed_columns.py
