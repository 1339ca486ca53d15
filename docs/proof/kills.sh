#!/bin/sh
# A hundred times kill -9 of web, worker and their parents under load, then at every named point of a crash.
# Run from the project: sh docs/proof/kills.sh > docs/proof/kills.txt   (about half an hour)
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
.venv/bin/python --version
echo
echo "\$ TREATY_PROOF=1 scripts/proof_kills.py --kills ${KILLS:-100}"
TREATY_PROOF=1 .venv/bin/python scripts/proof_kills.py --kills "${KILLS:-100}"
