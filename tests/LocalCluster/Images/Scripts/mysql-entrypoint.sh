#!/bin/sh
# Does what the official mysql image does at start, as far as a StatefulSet can tell.
set -e

case "$1" in -*) set -- mysqld "$@" ;; esac
if [ "$1" != mysqld ]; then exec "$@"; fi

value() {
  eval "direct=\${$1-}; file=\${$1_FILE-}"
  if [ -n "$file" ]; then cat "$file"; else printf %s "$direct"; fi
}
# not echo: that of dash takes backslashes for escapes
statement() { printf '%s\n' "$1"; }
quoted() { printf %s "$1" | sed "s/\\\\/\\\\\\\\/g; s/'/''/g"; }

datadir=/var/lib/mysql
for argument in "$@"; do case "$argument" in --datadir=*) datadir=${argument#--datadir=} ;; esac; done
mkdir -p "$datadir" /run/mysqld
as=
if [ "$(id -u)" = 0 ]; then
  chown mysql:mysql /run/mysqld
  find "$datadir" \! -user mysql -exec chown mysql:mysql '{}' +
  as="setpriv --reuid=mysql --regid=mysql --init-groups"
fi

if [ ! -d "$datadir/mysql" ]; then
  password=$(value MYSQL_ROOT_PASSWORD)
  if [ -z "$password${MYSQL_ALLOW_EMPTY_PASSWORD-}" ]; then
    echo "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified" >&2
    echo "    You need to specify one of MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD" >&2
    exit 1
  fi
  echo "[Note] [Entrypoint]: Initializing database files" >&2
  umask 077
  sql=$(mktemp)
  {
    statement "CREATE USER root@'%' IDENTIFIED BY '$(quoted "$password")';"
    statement "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
    [ -z "${MYSQL_DATABASE-}" ] || statement "CREATE DATABASE IF NOT EXISTS \`$MYSQL_DATABASE\`;"
    if [ -n "${MYSQL_USER-}" ]; then
      statement "CREATE USER '$(quoted "$MYSQL_USER")'@'%' IDENTIFIED BY '$(quoted "$(value MYSQL_PASSWORD)")';"
      [ -z "${MYSQL_DATABASE-}" ] || statement "GRANT ALL ON \`$MYSQL_DATABASE\`.* TO '$(quoted "$MYSQL_USER")'@'%';"
    fi
    statement "ALTER USER root@localhost IDENTIFIED BY '$(quoted "$password")';"
  } > "$sql"
  [ -z "$as" ] || chown mysql "$sql"
  umask 022
  $as mysqld --no-defaults --initialize-insecure --datadir="$datadir" --init-file="$sql" >&2
  rm -f "$sql"
  echo "[Note] [Entrypoint]: MySQL init process done. Ready for start up." >&2
fi

# Pods share the machine's network: each server listens on its own pod's address, and the last word counts.
exec $as "$@" --datadir="$datadir" --skip-name-resolve --log-bin --gtid-mode=ON --enforce-gtid-consistency=ON --mysqlx=OFF \
  --log-error=stderr --socket=/run/mysqld/mysqld.sock ${POD_IP:+--bind-address="$POD_IP"}
