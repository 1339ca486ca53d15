#!/bin/sh
# The suggestion on 20 demo companies whose causes are known, leaks and noise planted: planted signals are found, what only looks busy and
# what leaks is not proposed. Run from the project: sh docs/proof/suggest.sh > docs/proof/suggest.txt   (about half an hour)
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo
echo "\$ python docs/proof/suggest.py ${SEEDS:-20}"
.venv/bin/python docs/proof/suggest.py "${SEEDS:-20}"
