#!/usr/bin/env bash
# Writes deploy/operator.yaml, which is the chart with its defaults, and puts all that an installation needs into one file.
# usage: manifests.sh [--stdout]     (--stdout: print deploy/operator.yaml and write nothing)
set -euo pipefail
cd "$(dirname "$0")/.."
templates=serviceaccount,clusterrolebinding,service,deployment,poddisruptionbudget
operator() {
    echo '# Generated from charts/mysql-backup-operator by `make manifests`; do not edit.'
    scripts/chart-renderer.sh -service kubectl -show-only "templates/${templates//,/.yaml,templates/}.yaml" charts/mysql-backup-operator
}
if [ "${1:-}" = --stdout ]; then
    operator
    exit 0
fi
operator > deploy/operator.yaml
mkdir -p artifacts
{
    cat deploy/namespace.yaml
    for file in crds/*.yaml deploy/rbac/clusterrole.yaml deploy/operator.yaml; do
        echo ---
        cat "$file"
    done
} > artifacts/install.yaml
echo "wrote deploy/operator.yaml and artifacts/install.yaml ($(grep -c '^kind:' artifacts/install.yaml) objects)"
