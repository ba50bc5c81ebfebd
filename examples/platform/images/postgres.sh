#!/bin/sh
# Starts Postgres as the official image does: the first time it makes the database that POSTGRES_USER,
# POSTGRES_PASSWORD and POSTGRES_DB describe, in PGDATA. Runs as root only to own the data, then as postgres.
set -eu

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown postgres "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  exec su -p -s /bin/sh postgres "$0" "$@"
fi

user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "${POSTGRES_PASSWORD:-}" ]; then
    echo 'POSTGRES_PASSWORD is not set: the database would have no password' >&2
    exit 1
  fi
  # A first start that was cut off leaves half a database; nothing in it is worth keeping.
  rm -rf "${PGDATA:?}"/*
  printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
  initdb --username="$user" --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=trust --no-sync >/dev/null
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  if [ "$database" != postgres ]; then
    echo "CREATE DATABASE \"$database\";" | postgres --single -j postgres >/dev/null
  fi
fi
unset POSTGRES_PASSWORD
exec "$@"
