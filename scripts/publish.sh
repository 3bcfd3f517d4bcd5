#!/usr/bin/env bash
# Publishes the operator and the sidecar as self-contained single files into artifacts/{operator,sidecar}.
# usage: publish.sh [RUNTIME]      (linux-x64, linux-arm64)
set -euo pipefail
cd "$(dirname "$0")/.."
runtime=${1:-linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')}
# The lock files are of the portable build; a runtime's own packages are not to be written into them.
flags=(-c Release -r "$runtime" --self-contained -p:PublishSingleFile=true -p:DebugType=none
    -p:RestorePackagesWithLockFile=false -p:NuGetLockFilePath=obj/publish.lock.json --nologo -v quiet)
dotnet publish operator/BackupOperator "${flags[@]}" -o artifacts/operator
dotnet publish sidecar/BackupOperator.Sidecar "${flags[@]}" -o artifacts/sidecar
ls -lh artifacts/operator/backup-operator artifacts/sidecar/backup-sidecar
