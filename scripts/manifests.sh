#!/usr/bin/env bash
# Writes deploy/operator.yaml, which is the chart with its defaults, and artifacts/install.yaml, which is all that an
# installation needs.
# usage: manifests.sh [operator|install]     (print that file, and write nothing)
set -euo pipefail
cd "$(dirname "$0")/.."
templates=serviceaccount,clusterrolebinding,service,deployment,poddisruptionbudget

operator() {
    echo '# Generated from charts/mysql-backup-operator by `make manifests`; do not edit.'
    scripts/chart-renderer.sh -service kubectl -show-only "templates/${templates//,/.yaml,templates/}.yaml" charts/mysql-backup-operator
}

install() {
    cat deploy/namespace.yaml
    for file in crds/*.yaml deploy/rbac/clusterrole.yaml deploy/operator.yaml; do
        echo ---
        cat "$file"
    done
}

case ${1:-} in
    operator | install) "$1" ;;
    *)
        operator > deploy/operator.yaml.new
        mv deploy/operator.yaml.new deploy/operator.yaml
        mkdir -p artifacts
        install > artifacts/install.yaml
        echo "wrote deploy/operator.yaml and artifacts/install.yaml ($(grep -c '^kind:' artifacts/install.yaml) objects)"
        ;;
esac
