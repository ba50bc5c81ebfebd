#!/bin/sh
# Starts RabbitMQ as the official image does: root gives the data to rabbitmq, then steps down. The server itself reads
# RABBITMQ_DEFAULT_USER, RABBITMQ_DEFAULT_PASS and RABBITMQ_DEFAULT_VHOST when it first makes its data.
set -eu

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$HOME" /var/log/rabbitmq
  # Before the server: a healthcheck that comes first would make it root's, and the server could not read it.
  cookie=$HOME/.erlang.cookie
  [ -s "$cookie" ] || (umask 077 && head -c 15 /dev/urandom | base64 >"$cookie")
  chown -R rabbitmq "$HOME" /var/log/rabbitmq
  chmod 400 "$cookie"
  # The inner shell is the one that expands.
  # shellcheck disable=SC2016
  exec su -p -s /bin/sh -c 'exec "$0" "$@"' -- rabbitmq "$0" "$@"
fi

exec "$@"
