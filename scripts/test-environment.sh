#!/usr/bin/env bash
# Installs what the tests and the demo run against: MariaDB 10.11, MySQL 9.7 (a Debian root folder of its own),
# Ceph's S3 gateway, kubectl, zstd, and for the Helm chart Go libraries and promtool. For Debian 12, as root. What is there already is left alone.
# usage: test-environment.sh [demo|demo-s3|test|bench]     (what for; default: test)
set -euo pipefail
purpose=${1:-test}
cache=${MYSQL_BACKUP_OPERATOR_CACHE:-/var/cache/mysql-backup-operator}

if [ "$(id -u)" != 0 ]; then
    echo "test-environment: run this as root: containers are processes in mount namespaces, and packages are installed" >&2
    exit 1
fi

missing=()
need() { command -v "$1" > /dev/null 2>&1 || [ -e "/usr/sbin/$1" ] || missing+=("${@:2}"); }
need mariadbd mariadb-server
need mariadb mariadb-client
need setpriv util-linux
need zstd zstd
need python3 python3
[ -e /usr/lib/x86_64-linux-gnu/libzstd.so.1 ] || [ -e /usr/lib/aarch64-linux-gnu/libzstd.so.1 ] || missing+=(libzstd1)
if [ "$purpose" != demo ]; then
    need ceph-mon ceph-mon
    need ceph-osd ceph-osd
    need radosgw radosgw
fi
if [ "$purpose" = bench ]; then
    need sysbench sysbench
    need restic restic
    need rclone rclone
fi
if [ "$purpose" = test ]; then
    need kubectl kubernetes-client
    need mmdebstrap mmdebstrap
    need openssl openssl
    /usr/bin/python3 -c 'import aiosmtpd' 2> /dev/null || missing+=(python3-aiosmtpd)
    need go golang-go
    need promtool prometheus
    [ -d /usr/share/gocode/src/github.com/Masterminds/sprig ] || missing+=(golang-github-masterminds-sprig-dev)
    [ -d /usr/share/gocode/src/github.com/xeipuuv/gojsonschema ] || missing+=(golang-github-xeipuuv-gojsonschema-dev)
    [ -d /usr/share/gocode/src/sigs.k8s.io/yaml ] || missing+=(golang-k8s-sigs-yaml-dev)
fi

if [ ${#missing[@]} -gt 0 ]; then
    echo "test-environment: installing ${missing[*]}"
    log=$(mktemp)
    # Packages of servers start them; these here are only to be on the disk.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' > $policy
        chmod +x $policy
        trap 'rm -f $policy' EXIT
    fi
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } > "$log" 2>&1 || {
        tail -20 "$log" >&2
        echo "test-environment: apt-get failed, see above" >&2
        exit 1
    }
    rm -f "$log"
fi

[ "$purpose" = test ] || exit 0

"$(dirname "$0")/chart-renderer.sh" --path > /dev/null

# MySQL 9.7 is in Debian's unstable branch; it gets a root folder of its own, and nothing of it is installed here.
mysql=${MYSQL_ROOT:-$cache/mysql-9.7}
if [ ! -x "$mysql/usr/sbin/mysqld" ]; then
    mkdir -p "$cache"
    exec 9> "$cache/.lock"
    flock 9
    if [ ! -x "$mysql/usr/sbin/mysqld" ]; then
        echo "test-environment: making a root folder with MySQL at $mysql"
        mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2> /dev/null | head -1)
        [ -n "$mirror" ] || mirror=$(awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) { print $i; exit } }' /etc/apt/sources.list)
        log=$(mktemp)
        rm -rf "$mysql.new"
        mmdebstrap --variant=essential --include=mysql-server,mysql-client \
            --aptopt='Acquire::Check-Valid-Until "false"' sid "$mysql.new" "$mirror" > "$log" 2>&1 || {
            tail -20 "$log" >&2
            echo "test-environment: mmdebstrap failed, see above" >&2
            exit 1
        }
        mv "$mysql.new" "$mysql"
        rm -f "$log"
    fi
fi
