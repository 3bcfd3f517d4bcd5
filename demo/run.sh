#!/usr/bin/env bash
# Runs the demo that was built, and takes what it started down with it, also on Ctrl-C.
# usage: run.sh CONFIGURATION [--s3]
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=$1
shift
exec dotnet "demo/BackupOperator.Demo/bin/$configuration/net10.0/demo.dll" "$@"
