#!/usr/bin/env bash
# Install the system packages the tests use, where that is possible; say aloud what is then left out.
# chromium and its fonts: browser tests. postgresql: the second database. openjdk: Spark.
set -uo pipefail

wanted=()
command -v chromium >/dev/null || wanted+=(chromium fonts-dejavu-core)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted+=(postgresql)
command -v java >/dev/null || wanted+=(openjdk-17-jre-headless)
[ ${#wanted[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${wanted[*]}"
  export DEBIAN_FRONTEND=noninteractive
  (apt-get update -qq && apt-get install -y -qq --no-install-recommends "${wanted[@]}") >/dev/null 2>&1
fi
for name in chromium; do
  command -v "$name" >/dev/null || echo "SKIPPED: $name is not installed, so no browser tests (as root: apt-get install chromium fonts-dejavu-core)"
done
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo "SKIPPED: postgresql is not installed, so one database only (as root: apt-get install postgresql)"
command -v java >/dev/null || echo "SKIPPED: no Java, so the measures are not asked of Spark (as root: apt-get install openjdk-17-jre-headless)"
exit 0
