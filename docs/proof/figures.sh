#!/bin/sh
# Every kind of figure the pages show against plain loops over the records of a company that lived through the product.
# Run from the project: sh docs/proof/figures.sh > docs/proof/figures.txt   (some minutes)
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo
echo "\$ TREATY_PROOF=1 pytest -rP tests/funnel/test_known_truth.py tests/funnel/test_every_number.py tests/attribution/test_known_truth.py"
TREATY_PROOF=1 .venv/bin/python -m pytest -rP tests/funnel/test_known_truth.py tests/funnel/test_every_number.py tests/attribution/test_known_truth.py
