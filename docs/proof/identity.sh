#!/bin/sh
# Who is who (F6): 1,000 leads sent 20 times through the tracking API, webhooks, files and a poll, shuffled, 16 at once, on SQLite (in a
# file, as in the product) and PostgreSQL; then the same past the doors, and random histories of merging and parting, on both.
# Run from the project: sh docs/proof/identity.sh > docs/proof/identity.txt
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)$(git diff --quiet HEAD -- src/treaty/truth tests/truth || echo ' with changes')"
.venv/bin/python --version
export TREATY_PROOF=1 TREATY_TEST_FILE=1
pytest=".venv/bin/python -m pytest -q -s -p no:randomly -p no:xdist --durations=5"
tests="tests/truth/test_doors.py tests/truth/test_merging.py tests/truth/test_gone.py tests/truth/test_precedence.py"
for database in SQLite PostgreSQL; do
  run=""
  [ $database = SQLite ] || run="bash scripts/postgres.sh"
  echo
  echo "$database, through the doors"
  $run $pytest tests/truth/test_real_doors.py 2>&1
  echo
  echo "$database, past the doors"
  $run $pytest $tests 2>&1
done
