#!/bin/sh
# The official Segment and RudderStack clients, pointed at a running house. Run from the project: sh docs/proof/clients.sh > docs/proof/clients.txt
set -eu
cd "$(dirname "$0")/../.."
.venv/bin/python scripts/clients/prove.py
