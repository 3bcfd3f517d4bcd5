#!/usr/bin/env bash
# Publishes the operator and the sidecar as self-contained single files into artifacts/{operator,sidecar}.
# usage: publish.sh [RUNTIME]      (linux-x64, linux-arm64)
set -euo pipefail
cd "$(dirname "$0")/.."
runtime=${1:-linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')}
dotnet publish operator/BackupOperator -c Release -r "$runtime" --self-contained -p:PublishSingleFile=true -o artifacts/operator --nologo -v quiet
dotnet publish sidecar/BackupOperator.Sidecar -c Release -r "$runtime" --self-contained -p:PublishSingleFile=true -o artifacts/sidecar --nologo -v quiet
ls -lh artifacts/operator/backup-operator artifacts/sidecar/backup-sidecar
