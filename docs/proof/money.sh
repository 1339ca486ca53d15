#!/bin/sh
# Goal G8: a million random deals in ten currencies with none, two and three decimals, through every model.
# Run from the project: sh docs/proof/money.sh > docs/proof/money.txt   (some minutes)
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo
deals="${DEALS:-1000000}"
echo "\$ python -m tests.attribution.many_deals $deals"
.venv/bin/python -m tests.attribution.many_deals "$deals"
