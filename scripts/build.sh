#!/usr/bin/env bash
# Builds a project or the solution; prints nothing but a line when all is well.
# usage: build.sh PROJECT CONFIGURATION
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
start=$SECONDS
if ! dotnet build "$1" -c "$2" --nologo -v quiet > "$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
echo "built $1 in $((SECONDS - start)) s"
