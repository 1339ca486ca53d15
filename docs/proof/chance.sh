#!/bin/sh
# Random tests asked more often than in every run, on larger companies (tests/often.py).
# Run from the project: sh docs/proof/chance.sh > docs/proof/chance.txt   (some minutes)
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo
tests="tests/qualification/test_judge.py tests/qualification/test_settled.py tests/demo/test_lived_together.py"
tests="$tests tests/attribution"
echo "\$ TREATY_PROOF=1 pytest $tests"
TREATY_PROOF=1 .venv/bin/python -m pytest $tests
