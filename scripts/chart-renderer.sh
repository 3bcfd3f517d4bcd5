#!/usr/bin/env bash
# Renders the Helm chart; see tests/ChartRenderer. Compiles the renderer at first, and when its source has changed.
# usage: chart-renderer.sh [--path] [FLAGS] CHART      (--path: only compile, and print where the program is)
set -euo pipefail
source=$(cd "$(dirname "$0")/../tests/ChartRenderer" && pwd)
cache=${MYSQL_BACKUP_OPERATOR_CACHE:-/var/cache/mysql-backup-operator}
mkdir -p "$cache"
program=$cache/chart-renderer-$(cat "$source"/*.go | sha256sum | cut -c1-16)
if [ ! -x "$program" ]; then
    exec 9> "$cache/.chart-renderer.lock"
    flock 9
    if [ ! -x "$program" ]; then
        # Debian's packages of Go libraries are a GOPATH of their own; nothing is downloaded.
        (cd "$source" && GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$cache/go" GOFLAGS=-p=2 go build -o "$program.new" .)
        mv "$program.new" "$program"
    fi
    exec 9>&-
fi
if [ "${1:-}" = --path ]; then
    echo "$program"
    exit 0
fi
exec "$program" "$@"
