#!/bin/sh
# `treaty match` at its default threshold on labelled sets: three public ones and four invented kinds with traps.
# Run from the project: sh docs/proof/match.sh > docs/proof/match.txt   (some minutes; needs ../shared)
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo
shared="${SHARED:-../shared}"
echo "\$ python docs/proof/match.py ../shared/data/identity"
.venv/bin/python docs/proof/match.py "$shared/data/identity"
echo
echo "\$ pytest tests/truth/matching tests/cli/test_match.py"
.venv/bin/python -m pytest -n0 tests/truth/matching tests/cli/test_match.py
