# Compose v5, built from its module outside the project, because no package of Debian 12 has it. Needs Go. Sourced by
# scripts/record-compose and by the bench (bash).

compose_v5_version=v5.6.0

# compose_v5: prints the path of the program; builds it the first time.
compose_v5() {
  local module=github.com/docker/compose/v5 cache=${XDG_CACHE_HOME:-$HOME/.cache}/reeve
  local binary=$cache/docker-compose-$compose_v5_version source
  if [ ! -x "$binary" ]; then
    command -v go >/dev/null || { echo 'install Go, which builds Compose' >&2; return 1; }
    mkdir -p "$cache"
    echo "building Compose $compose_v5_version in $cache" >&2
    source=$(cd "$cache" && go mod download -json "$module@$compose_v5_version" | sed -n 's/^.*"Dir": "\(.*\)",*$/\1/p') || return 1
    (cd "$source" && go build -buildvcs=false -ldflags "-X $module/internal.Version=$compose_v5_version" -o "$binary" ./cmd) || return 1
  fi
  printf '%s\n' "$binary"
}
