#!/bin/sh
# Every kind of figure the pages show, every number of the catalogue and every model of credit against plain loops over the records of
# a company that lived through the product, on three seeds; and on companies as no source should send them.
# Run from the project: sh docs/proof/figures.sh > docs/proof/figures.txt   (about five minutes)
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo
tests="tests/funnel/test_known_truth.py tests/funnel/test_every_number.py tests/attribution/test_known_truth.py"
echo "\$ TREATY_PROOF=1 pytest -rP $tests"
# shellcheck disable=SC2086
TREATY_PROOF=1 .venv/bin/python -m pytest -n0 -rP $tests
