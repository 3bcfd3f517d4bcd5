#!/usr/bin/env bash
# Builds a project or the solution; prints nothing but a line when all is well.
# usage: build.sh PROJECT CONFIGURATION
# STRICT=1: with the analyzers of code and style, as continuous integration builds; they take as long as the compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
start=$SECONDS
analyzers=()
[ "${STRICT:-0}" = 1 ] || analyzers=(-p:RunAnalyzersDuringBuild=false)
if ! dotnet build "$1" -c "$2" "${analyzers[@]}" --nologo -v quiet > "$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
echo "built $1 in $((SECONDS - start)) s"
