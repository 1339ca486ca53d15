#!/bin/sh
# `make demo` in a fresh clone, to the home page in a browser, with its figures; then one interrupt ends it.
# Run from the project: sh docs/proof/demo.sh [LEADS] > docs/proof/demo.txt   (some minutes; needs chromium)
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo "load    $(cut -d' ' -f1-3 /proc/loadavg) of $(nproc) processors"
echo
.venv/bin/python docs/proof/demo.py "${1:-1200}"
