# What a machine needs before anything of ours runs: Node packages and a Docker engine. Sourced by the scripts (bash).
# An engine that answers is used as it is; nothing on it is touched. Only a missing one is installed and started.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

say() { printf '%s\n' "$@"; }
fail() {
  printf 'error: %s\n' "$1" >&2
  if [ -n "${2:-}" ]; then printf '  %s\n' "$2" >&2; fi
  exit 1
}

now_ms() { date +%s%3N; }
seconds_since() { awk -v ms="$(($(now_ms) - $1))" 'BEGIN { printf "%.1f s", ms / 1000 }'; }

# step "Words" command…: runs it quietly; prints the words and how long it took, or the end of its output if it failed.
# On a terminal the words stand there from the beginning.
step() {
  # Names of its own: what is run sees them too.
  local step_words=$1 step_started step_log
  shift
  step_started=$(now_ms)
  step_log=$(mktemp)
  if [ -t 1 ]; then printf '  %-46s …\r' "$step_words"; fi
  if "$@" >"$step_log" 2>&1; then
    printf '  %-46s %s\n' "$step_words" "$(seconds_since "$step_started")"
    rm -f "$step_log"
  else
    printf '  %-46s failed\n' "$step_words"
    tail -n 20 "$step_log" >&2
    rm -f "$step_log"
    fail "$step_words: failed (its last lines are above)"
  fi
}

# --- Node packages -------------------------------------------------------------------------------------------------

ensure_packages() {
  command -v node >/dev/null || fail 'node is not installed' 'install Node 20 or newer with npm, then run this again'
  if ! node "$root/scripts/lib/packages-current.mjs" "$root"; then
    command -v npm >/dev/null || fail 'npm is not installed' 'install npm, then run this again'
    step 'Node packages (npm ci)' install_packages
  fi
  use_project_node
  built_is_current || step 'Commands built (npm run build)' node "$root/scripts/build.ts"
}

# As bin/reeve looks at it: no source is newer.
built_is_current() {
  local main="$root/dist/controller/main.js"
  [ -f "$main" ] && [ -z "$(find "$root"/{controller,desired-state,reconcilers,package-lock.json} -newer "$main" -print -quit)" ]
}

# In the folder, not with --prefix: that would make npm look there for the machine's own npmrc (proxy, certificates,
# registry). No package needs its install script: native parts come prebuilt. Of warnings npm has a screenful, because
# the packages want the Node that they bring.
install_packages() { (cd "$root" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error); }

# The project's Node 24 comes with its packages; the machine's own may be older.
use_project_node() {
  local node
  for node in "$root"/node_modules/node-linux-*/bin/node; do
    if [ -x "$node" ]; then
      PATH=$(dirname "$node"):$PATH
      export PATH
      return 0
    fi
  done
  case $(node -p 'process.versions.node.split(".")[0]') in
    [0-9] | 1? | 2[0-3]) fail 'no Node 24 for this machine among the packages' 'put a Node 24 on the PATH' ;;
  esac
}

# --- Debian packages -----------------------------------------------------------------------------------------------

# A configuration file that is already there stays as it is.
apt() {
  env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 \
    -o DPkg::Options::=--force-confold -o Acquire::http::Timeout=30 -o Acquire::Retries=2 "$@"
}

# Third-party sources that cannot be reached must not stop us: whether the install works decides.
apt_update() { apt update || true; }

apt_lists_present() {
  compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null
}

# apt_install PACKAGE…: fetches package lists only where there are none, or where they no longer fit.
apt_install() {
  command -v apt-get >/dev/null || fail "this machine has no apt-get, and these are missing: $*" 'install them by hand'
  [ "$(id -u)" = 0 ] || fail "root is needed to install: $*" 'run this as root, or install them first'
  apt_lists_present || apt_update
  # RUNLEVEL=1: without systemd, packages' init scripts must not start anything; we start what we need.
  RUNLEVEL=1 apt install --no-install-recommends "$@" || {
    apt_update
    RUNLEVEL=1 apt install --no-install-recommends "$@"
  }
}

# ensure_commands COMMAND=PACKAGE…: installs the packages whose command is missing.
ensure_commands() {
  local pair missing=()
  for pair in "$@"; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -eq 0 ] || step "Debian packages: ${missing[*]}" apt_install "${missing[@]}"
}

# Postgres for tests, which start one of their own in a folder of their own. Debian's package would make a database cluster
# and start it: it is told not to.
ensure_postgres() {
  local config=/etc/postgresql-common/createcluster.conf
  if [ -x /usr/lib/postgresql/15/bin/postgres ]; then return 0; fi
  if [ "$(id -u)" = 0 ] && [ ! -e "$config" ]; then
    mkdir -p "${config%/*}"
    echo 'create_main_cluster = false' >"$config"
  fi
  step 'Debian packages: postgresql-15' apt_install postgresql-15
}

# --- Docker engine -------------------------------------------------------------------------------------------------

# The socket of the engine we use; another kind of address in DOCKER_HOST is the user's own engine.
engine_socket() {
  case ${DOCKER_HOST:-} in
    '') printf '/var/run/docker.sock\n' ;;
    unix://*) printf '%s\n' "${DOCKER_HOST#unix://}" ;;
    *) fail "DOCKER_HOST is $DOCKER_HOST, and the scripts need an engine on this machine" 'unset DOCKER_HOST' ;;
  esac
}

engine_answers() { node "$root/scripts/lib/ping.mjs" "$(engine_socket)"; }

# process_runs PIDFILE NAME: the pid in the file is a living process of that name (not a zombie, not reused).
process_runs() {
  local pid state
  pid=$(cat "$1" 2>/dev/null) || return 1
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ] || return 1
  state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null)
  [ -n "$state" ] && [ "$state" != Z ]
}

# A killed engine leaves pid files behind, and dockerd refuses or waits 15–30 s if their numbers look alive.
clear_stale_pid_files() {
  process_runs /var/run/docker.pid dockerd || rm -f /var/run/docker.pid
  process_runs /var/run/docker/containerd/containerd.pid containerd || rm -f /var/run/docker/containerd/containerd.pid
}

# wait_for_engine [PID]: until it answers, or the process has ended. After a kill it answers only when it has dealt with
# all containers that it had: 49 s for 80 of them on a busy machine.
wait_for_engine() {
  local deadline=$(($(date +%s) + 180)) pid=${1:-}
  until engine_answers; do
    if [ "$(date +%s)" -ge "$deadline" ]; then return 1; fi
    if [ -n "$pid" ] && ! kill -0 "$pid" 2>/dev/null; then return 1; fi
    sleep 0.1
  done
}

start_dockerd() {
  local log=/var/log/reeve-dockerd.log pid
  clear_stale_pid_files
  if process_runs /var/run/docker.pid dockerd; then
    wait_for_engine && return 0
    echo "a dockerd (pid $(cat /var/run/docker.pid)) runs but does not answer on $(engine_socket)"
    return 1
  fi
  setsid nohup dockerd >>"$log" 2>&1 </dev/null &
  pid=$!
  wait_for_engine "$pid" && return 0
  # Kernels without nf_tables: iptables must then speak the older interface.
  if ! kill -0 "$pid" 2>/dev/null && tail -n 20 "$log" | grep -qi iptables && [ -x /usr/sbin/iptables-legacy ]; then
    update-alternatives --set iptables /usr/sbin/iptables-legacy
    clear_stale_pid_files
    setsid nohup dockerd >>"$log" 2>&1 </dev/null &
    wait_for_engine $! && return 0
  fi
  echo "dockerd did not start; the end of $log:"
  tail -n 15 "$log"
  return 1
}

start_engine() {
  if [ -d /run/systemd/system ] && systemctl start docker 2>/dev/null; then
    wait_for_engine && return 0
  fi
  start_dockerd
}

engine_installed() { PATH=$PATH:/usr/sbin:/sbin command -v dockerd >/dev/null; }

ensure_engine() {
  engine_socket >/dev/null
  if engine_answers; then return 0; fi
  if [ "$(engine_socket)" != /var/run/docker.sock ]; then
    fail "no engine answers on $(engine_socket)" 'start it, or unset DOCKER_HOST so that one can be started here'
  fi
  [ "$(id -u)" = 0 ] || fail 'no Docker engine answers, and only root can start one' 'run this as root, or start Docker first'
  PATH=$PATH:/usr/sbin:/sbin
  ensure_commands dockerd=docker.io iptables=iptables
  engine_answers || step 'Docker engine started' start_engine
}
