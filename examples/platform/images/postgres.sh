#!/bin/sh
# Starts Postgres as the official image does: the first time it makes the database that POSTGRES_USER,
# POSTGRES_PASSWORD and POSTGRES_DB describe, in PGDATA. Root only gives the data to postgres, then steps down.
set -eu

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown postgres "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  # The inner shell is the one that expands.
  # shellcheck disable=SC2016
  exec su -p -s /bin/sh -c 'exec "$0" "$@"' -- postgres "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "${POSTGRES_PASSWORD:-}" ]; then
    echo 'POSTGRES_PASSWORD is not set: the database would have no password' >&2
    exit 1
  fi
  user=${POSTGRES_USER:-postgres}
  database=${POSTGRES_DB:-$user}
  # Made aside, PG_VERSION moved in last: a start that is cut off leaves nothing that looks like a database.
  new=$PGDATA/new
  rm -rf "${PGDATA:?}"/*
  printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
  initdb -D "$new" -U "$user" --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=trust --no-sync >/dev/null
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$new/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$new/postgresql.conf"
  if [ "$database" != postgres ]; then
    echo "CREATE DATABASE \"$database\";" | postgres --single -j -D "$new" postgres >/dev/null
  fi
  for part in "$new"/*; do
    [ "$part" = "$new/PG_VERSION" ] || mv "$part" "$PGDATA/"
  done
  sync
  mv "$new/PG_VERSION" "$PGDATA/"
  rmdir "$new"
fi
unset POSTGRES_PASSWORD
exec "$@"
