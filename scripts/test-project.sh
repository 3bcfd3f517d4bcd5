#!/usr/bin/env bash
# Runs one test project that is built, prints a line, and its log when it failed; leaves "PASSED FAILED SKIPPED" in RESULTS/PROJECT.count.
# usage: test-project.sh PROJECT CONFIGURATION RESULTS
set -uo pipefail
name=$1 configuration=$2 results=$3
start=$SECONDS
# Programs of tests are over before measuring their own code pays: without it they take a sixth less of the processors.
export DOTNET_TieredPGO=0
timeout --kill-after=30 900 dotnet test "tests/$name" -c "$configuration" --no-build --nologo -v quiet \
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
echo "$p $f $s" > "$results/$name.count"

# In one write, for others print at the same time.
report=$(printf '%-36s %4d passed %3d failed %3d skipped  %4d s\n' "$name" "$p" "$f" "$s" $((SECONDS - start))
    [ "$f" = 0 ] || grep -vE '^\s*$' "$results/$name.log" | tail -n 200)
echo "$report"
