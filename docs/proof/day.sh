#!/bin/sh
# A day of two teams in a real browser, from an empty folder to a won deal; every step with the seconds since the start, and a picture.
# Run from the project: sh docs/proof/day.sh > docs/proof/day.txt   (about a minute; needs chromium)
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
.venv/bin/python --version
chromium --version
echo
echo "\$ python -m tests.browser.day docs/proof/day"
.venv/bin/python -m tests.browser.day docs/proof/day
