#!/usr/bin/env bash
# A private PostgreSQL cluster on loopback for the duration of one command:  scripts/postgres.sh COMMAND…
# The command sees TREATY_DATABASE_URL. The cluster lives in a temporary folder and ends with the command.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || { echo "postgresql is not installed (as root: apt-get install postgresql)" >&2; exit 1; }
folder=$(mktemp -d)
port=${TREATY_TEST_PG_PORT:-$((20000 + $$ % 20000))}
run() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
[ "$(id -u)" = 0 ] && chown postgres:postgres "$folder"
stop() { run "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true; rm -rf "$folder"; }
trap stop EXIT

run "$bin/initdb" -D "$folder/data" -U treaty --auth=trust --no-sync >/dev/null
run "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
  -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c fsync=${TREATY_TEST_PG_FSYNC:-off}" start >/dev/null
export TREATY_DATABASE_URL="postgresql://treaty@127.0.0.1:$port/treaty"
run "$bin/createdb" -h 127.0.0.1 -p "$port" -U treaty treaty
"$@"
