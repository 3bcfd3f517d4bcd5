#!/bin/sh
# Does what the official mariadb image does at start, as far as a StatefulSet can tell.
set -e

case "$1" in -*) set -- mariadbd "$@" ;; esac
if [ "$1" != mariadbd ] && [ "$1" != mysqld ]; then exec "$@"; fi

# name, or the content of the file that name_FILE points to
value() {
  eval "direct=\${$1-}; file=\${$1_FILE-}"
  if [ -n "$file" ]; then cat "$file"; else printf %s "$direct"; fi
}
first() { for name in "$@"; do found=$(value "$name"); [ -z "$found" ] || { printf %s "$found"; return; }; done; }
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
  password=$(first MARIADB_ROOT_PASSWORD MYSQL_ROOT_PASSWORD)
  empty=$(first MARIADB_ALLOW_EMPTY_ROOT_PASSWORD MYSQL_ALLOW_EMPTY_PASSWORD)
  if [ -z "$password$empty" ]; then
    echo "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified" >&2
    echo "	You need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD" >&2
    exit 1
  fi
  echo "[Note] [Entrypoint]: Initializing database files" >&2
  umask 077
  sql=$(mktemp)
  {
    statement "DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost');"
    statement "FLUSH PRIVILEGES;"
    statement "CREATE USER root@'%' IDENTIFIED BY '$(quoted "$password")';"
    statement "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
    statement "SET PASSWORD FOR root@localhost = PASSWORD('$(quoted "$password")');"
    database=$(first MARIADB_DATABASE MYSQL_DATABASE)
    user=$(first MARIADB_USER MYSQL_USER)
    [ -z "$database" ] || statement "CREATE DATABASE IF NOT EXISTS \`$database\`;"
    if [ -n "$user" ]; then
      statement "CREATE USER '$(quoted "$user")'@'%' IDENTIFIED BY '$(quoted "$(first MARIADB_PASSWORD MYSQL_PASSWORD)")';"
      [ -z "$database" ] || statement "GRANT ALL ON \`$database\`.* TO '$(quoted "$user")'@'%';"
    fi
  } > "$sql"
  [ -z "$as" ] || chown mysql "$sql"
  umask 022
  $as mariadb-install-db --datadir="$datadir" --auth-root-authentication-method=normal --skip-test-db \
    --skip-name-resolve --cross-bootstrap --extra-file="$sql" >&2
  rm -f "$sql"
  echo "[Note] [Entrypoint]: MariaDB init process done. Ready for start up." >&2
fi

echo "[Note] [Entrypoint]: Starting MariaDB" >&2
# Pods share the machine's network: each server listens on its own pod's address, and the last word counts.
exec $as "$@" --datadir="$datadir" --skip-name-resolve --socket=/run/mysqld/mysqld.sock ${POD_IP:+--bind-address="$POD_IP"}
