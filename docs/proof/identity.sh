#!/bin/sh
# Who is who: 1,000 leads sent 20 times over four doors, shuffled, by 4 writers at once on SQLite and 16 on PostgreSQL, and random
# histories of merging and parting on both. Run from the project: sh docs/proof/identity.sh > docs/proof/identity.txt
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)$(git diff --quiet HEAD -- src/treaty/truth tests/truth || echo ' with changes')"
.venv/bin/python --version
export TREATY_PROOF=1
tests="tests/truth/test_doors.py tests/truth/test_merging.py tests/truth/test_gone.py tests/truth/test_precedence.py"
echo
echo "SQLite"
.venv/bin/python -m pytest -q -p no:randomly -p no:xdist --durations=5 $tests
echo
echo "PostgreSQL"
bash scripts/postgres.sh .venv/bin/python -m pytest -q -p no:randomly -p no:xdist --durations=5 $tests
