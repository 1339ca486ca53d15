#!/bin/sh
# The evaluator on 10,000 random histories: live, replayed and an independent slow model, second by second.
# Run from the project: sh docs/proof/evaluator.sh > docs/proof/evaluator.txt   (about half an hour of one core)
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
.venv/bin/python --version
echo
echo "\$ scripts/proof_evaluator.py --histories 10000 --seed ${SEED:-7} --workers ${WORKERS:-1}"
.venv/bin/python scripts/proof_evaluator.py --histories 10000 --seed "${SEED:-7}" --workers "${WORKERS:-1}"
echo "done    $(date -u +%Y-%m-%dT%H:%MZ)"
