#!/usr/bin/env bash
# Runs every test project and ends with "N passed, N failed, N skipped". Exit code 1 when a test failed or none ran.
# usage: test.sh CONFIGURATION [PROJECT-NAME-PART...]
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-Release}
shift || true
results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

scripts/build.sh BackupOperator.sln "$configuration" || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }

passed=0 failed=0 skipped=0
for project in tests/*.Tests; do
    name=$(basename "$project")
    if [ $# -gt 0 ] && ! printf '%s\n' "$@" | grep -qF -f - <(echo "$name"); then
        continue
    fi
    start=$SECONDS
    timeout --kill-after=30 600 dotnet test "$project" -c "$configuration" --no-build --nologo -v quiet \
        --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" --results-directory "$results" \
        --blame-hang --blame-hang-timeout 5m --blame-hang-dump-type none > "$results/$name.log" 2>&1
    code=$?
    read -r p f s < <(python3 - "$results/$name.trx" << 'PY'
import re, sys
try:
    text = open(sys.argv[1], encoding="utf-8-sig").read()
    c = dict(re.findall(r'(\w+)="(\d+)"', re.search(r"<Counters [^>]*>", text).group(0)))
    total, p, f = int(c["total"]), int(c["passed"]), int(c["failed"]) + int(c.get("error", 0))
    print(p, f, total - p - f)
except Exception:
    print(0, 0, 0)
PY
)
    # A runner that died, or ran nothing, is a failure whatever it had counted.
    if { [ "$code" != 0 ] && [ "$f" = 0 ]; } || [ $((p + f + s)) = 0 ]; then
        f=$((f + 1))
    fi
    printf '%-36s %4d passed %3d failed %3d skipped  %4d s\n' "$name" "$p" "$f" "$s" $((SECONDS - start))
    if [ "$f" != 0 ]; then
        grep -vE '^\s*$' "$results/$name.log" | tail -n 200
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
