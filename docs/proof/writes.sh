#!/bin/sh
# A third of all calls go wrong in every way a system can (fault F5): each write is there once or dead with a reason, and the vendor's quota is
# never passed. Half of the writes are fields of a record, half are notes; one record in twenty is kept from being written by a rule.
# Usage: docs/proof/writes.sh > docs/proof/writes.txt   (TREATY_WRITES=1000 for a smaller run; 10,000 for each vendor otherwise)
set -eu
cd "$(dirname "$0")/../.."
export DJANGO_SETTINGS_MODULE=treaty.settings TREATY_PROOF=1
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo "writes  ${TREATY_WRITES:-10000} for each vendor"
echo
echo "\$ pytest -s tests/connectors/test_writes_faults.py"
.venv/bin/python -m pytest -q -s tests/connectors/test_writes_faults.py -p no:cacheprovider -p no:xdist
