#!/usr/bin/env bash
# Runs every test project and ends with "N passed, N failed, N skipped". Exit code 1 when a test failed or none ran.
# usage: test.sh CONFIGURATION [PROJECT-NAME-PART...]
# TEST_LANES: how many projects run beside each other; tests wait for processes half of their time (default 2)
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=${1:-Release}
shift || true
results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

scripts/build.sh BackupOperator.sln "$configuration" || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }

# Those that take longest begin first, so that none is left to run alone at the end.
longest=(BackupOperator.EndToEnd.Tests BackupOperator.Archive.Tests Chaos.Tests BackupOperator.Tests BackupOperator.Sidecar.Tests)
mapfile -t projects < <({ printf '%s\n' "${longest[@]}"; ls -d tests/*.Tests | xargs -n 1 basename; } | awk '!seen[$0]++')
if [ $# -gt 0 ]; then
    mapfile -t projects < <(printf '%s\n' "${projects[@]}" | grep -F "$(printf '%s\n' "$@")")
fi

printf '%s\n' "${projects[@]}" | xargs -P "${TEST_LANES:-2}" -I '{}' scripts/test-project.sh '{}' "$configuration" "$results"

read -r passed failed skipped < <(cat "$results"/*.count | awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }')
# A project that left no count has ended the runner itself.
failed=$((failed + ${#projects[@]} - $(ls "$results"/*.count | wc -l)))
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
