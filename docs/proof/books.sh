#!/bin/sh
# A quarter of the demo company is closed and signed by both sides; then touches come late, two records turn out to be one person, an
# amount changes, a rate is corrected: closed bytes unchanged, each cause with its part, pay made good once. Then the race, and its twin without guards.
# Usage: docs/proof/books.sh > docs/proof/books.txt   (some minutes)
set -eu
cd "$(dirname "$0")/../.."
TREATY_HOME=$(mktemp -d)
export TREATY_HOME
trap 'rm -rf "$TREATY_HOME"' EXIT
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo
.venv/bin/python docs/proof/books.py "${LEADS:-800}"
echo
echo "\$ TREATY_PROOF=1 pytest tests/books/test_race.py   # the same quarter closed and restated by several processes at once"
env -u TREATY_HOME TREATY_PROOF=1 .venv/bin/python -m pytest tests/books/test_race.py -q
