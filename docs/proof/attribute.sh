#!/bin/sh
# `treaty attribute` on the public paths, and every model against a plain loop, exact fractions and brute force.
# Run from the project: sh docs/proof/attribute.sh > docs/proof/attribute.txt   (a minute; needs ../shared)
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo
file=../shared/data/channelattribution_pathdata/path_data.csv
echo "\$ treaty attribute $file --models first,last,linear,markov,shapley --format csv"
.venv/bin/treaty attribute "$file" --models first,last,linear,markov,shapley --format csv 2>&1
echo
echo "\$ pytest tests/attribution tests/cli/test_attribute.py"
.venv/bin/python -m pytest -n0 tests/attribution tests/cli/test_attribute.py
