#!/bin/sh
# Stands in for a program that is not on this machine. As an image's entry point: `stand-in PORTS [COMMAND…]` runs the
# command where it is one of the names below, else it listens on the ports and answers the platform's health paths.
# Under the name of a tool that healthchecks call, it asks what the tool would ask, so that a check tells the truth.

name=${0##*/}

fetch() { exec wget -q -O /dev/null "$1"; }

# The first address that a piece of code speaks to; none: there is nothing to ask, and all is well.
fetch_from() {
  url=$(printf '%s' "$1" | grep -oE 'https?://[^ "'\'')|]+' | head -n 1)
  [ -n "$url" ] || url=$(printf '%s' "$1" | sed -nE 's/.*q\{([a-z0-9.]+:[0-9]+)\}.*/http:\/\/\1\//p' | head -n 1)
  [ -z "$url" ] || fetch "$url"
}

# Listens until told to end; leaves a sign of life in the working folder, as programs write beside themselves.
listen() {
  trap 'exit 0' TERM INT
  for port in "$@"; do httpd -p "$port" -h /srv/www || exit 1; done
  while :; do
    [ "$PWD" = / ] || date >sign-of-life 2>/dev/null
    sleep 20 &
    wait $!
  done
}

# The port that a server's command line asks for: `--port 8000`, `--server.port 8501`.
asked_port() {
  while [ $# -gt 0 ]; do
    case $1 in
      --port | --server.port) echo "$2" && return ;;
      --port=* | --server.port=*) echo "${1#*=}" && return ;;
    esac
    shift
  done
}

case $name in
  stand-in)
    ports=$1
    shift
    case ${1:-} in
      '' | -*) ;;
      *) if command -v "$1" >/dev/null; then exec "$@"; fi ;;
    esac
    # shellcheck disable=SC2086 # one word a port
    listen $ports
    ;;
  curl)
    for word in "$@"; do
      case $word in http*) fetch "$word" ;; esac
    done
    exit 2
    ;;
  perl) fetch_from "$(cat)" ;;
  ollama) fetch http://localhost:11434/ ;;
  consul) fetch http://localhost:8500/ ;;
  rabbitmq-diagnostics) fetch http://localhost:15672/ ;;
  kong) [ "${1:-}" != health ] || fetch http://localhost:8001/ ;;
  pip | semgrep) ;;
  *)
    port=$(asked_port "$@")
    if [ -n "$port" ]; then listen "$port"; fi
    case ${1:-} in -c | -e) fetch_from "$2" ;; esac
    ;;
esac
