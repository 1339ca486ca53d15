#!/bin/sh
# G12: ten thousand single changes of an exported history (edited, deleted, swapped, inserted, cut, cut and continued, hashed anew), each looked for
# offline by the separate verifier with the receipt. Usage: sh docs/proof/tampering.sh > docs/proof/tampering.txt
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo
echo "\$ TREATY_PROOF=1 pytest -rP tests/agreement/test_verify_bundle.py -k every_single_change"
TREATY_PROOF=1 .venv/bin/python -m pytest -n0 -rP tests/agreement/test_verify_bundle.py -k every_single_change
