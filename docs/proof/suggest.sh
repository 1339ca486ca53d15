#!/bin/sh
# The suggestion on 20 demo companies whose causes are known, leaks and noise planted: how often each cause is found, and whether
# anything that only looks busy, or that leaks, is believed. Run from the project: sh docs/proof/suggest.sh > docs/proof/suggest.txt   (about an hour)
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo
echo "\$ python docs/proof/suggest.py ${FIRST:-1} ${LAST:-20}"
.venv/bin/python docs/proof/suggest.py "${FIRST:-1}" "${LAST:-20}"
