#!/bin/sh
# Every measure on a Spark standalone cluster: a master and two workers as processes of their own on loopback, one killed midway.
# Run from the project: sh docs/proof/spark.sh [SCALE] > docs/proof/spark.txt   (some minutes; needs Java 17)
set -eu
cd "$(dirname "$0")/../.."
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo "load    $(cut -d' ' -f1-3 /proc/loadavg) of $(nproc) processors"
echo
.venv/bin/python docs/proof/spark.py "${1:-5}"
