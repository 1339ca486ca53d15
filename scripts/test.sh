#!/usr/bin/env bash
# The whole test: format, types, import contracts, then ONE run of pytest (SQLite, PostgreSQL, browser, kills).
# Tests marked `db` run a second time on PostgreSQL inside that run: see tests/test_postgres.py.
set -euo pipefail
cd "$(dirname "$0")/.."
unset TREATY_DATABASE_URL TREATY_HOME PYTHONDONTWRITEBYTECODE || true
bash scripts/system.sh
bash scripts/lint.sh
exec .venv/bin/python -m pytest -n 3 --dist worksteal -rs "$@"
