#!/usr/bin/env bash
# Runs the Autobahn TestSuite against the fat jar and compares every case with expected.json. See --help.
set -euo pipefail
unset PYTHONPATH PYTHONHOME # meant for another Python than the suite's

usage() {
    cat <<'EOF'
usage: src/test/autobahn/run.sh [options]

  --cases LIST   the suite's case patterns, with commas: '1.*,6.4.*,7.1.6'  (default: those in fuzzingclient.json)
  --port PORT    where to start target/*-exec.jar                           (default: a free port)
  --url URL      test a server that is already running, instead of starting the jar
  --report DIR   where reports and logs go; index.html is the suite's own   (default: target/autobahn)
  --ci           install the suite if it is not there, and fail, not skip, if that cannot be done

Exit code: 0 all as expected, or skipped; 1 not as expected, or no result; 2 wrong usage.
EOF
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
version=25.10.1
image=crossbario/autobahn-testsuite:$version
stalled=300 # seconds without a new case; the longest case of these groups gives up by itself after 100

say() { printf 'autobahn: %s\n' "$*"; }

# No result at all: the last line has the same form as that of a run.
fail() {
    say "$*" >&2
    echo "0 passed, 1 failed"
    exit 1
}

misused() {
    printf 'autobahn: %s\n\n' "$*" >&2
    usage >&2
    exit 2
}

# ---------------------------------------------------------------------------------------------- our own processes

server='' wstest='' part='' # process, process, directory of an unfinished installation

# Asks bash for its running children: `kill -0` would also be content with a stranger who got the number of a dead one.
alive() { [[ -n $1 && " $(jobs -pr | tr '\n' ' ')" == *" $1 "* ]]; }

stop() {
    alive "$1" || return 0
    kill "$1" 2>/dev/null || true
    for _ in {1..200}; do
        alive "$1" || return 0
        sleep 0.1
    done
    say "process $1 ignored SIGTERM for 20 s, killing it" >&2
    kill -9 "$1" 2>/dev/null || true
}

cleanup() {
    stop "$wstest"
    stop "$server"
    [[ -z $part ]] || rm -rf "$part"
}

# ------------------------------------------------------------------------------------------------------ the suite

suite=() # the command that runs wstest in $report

find_suite() {
    # A wstest or python on the PATH may be a shim that does not run, so run it: finding it proves nothing.
    if wstest --autobahnversion >/dev/null 2>&1; then
        suite=(wstest)
        say "using $(wstest --autobahnversion | tail -1) from the PATH"
    elif installed; then
        suite=("$home/bin/python" -m autobahntestsuite.wstest)
        say "using the installed $(suite_version)"
    elif [[ -n $ci ]] && find_python27; then
        install_suite
        suite=("$home/bin/python" -m autobahntestsuite.wstest)
    # A docker client without an engine is of no use; only `info` asks the engine.
    elif docker info >/dev/null 2>&1 && { docker image inspect "$image" >/dev/null 2>&1 || docker pull "$image"; }; then
        # --user: else the reports belong to root. --init: else nothing handles our SIGTERM.
        suite=(docker run --rm --init --user "$(id -u):$(id -g)" --env PYTHONUNBUFFERED=1
            --volume "$report:/report" --workdir /report)
        if [[ $(uname) == Linux ]]; then
            suite+=(--network host "$image" wstest)
        else
            # There the engine is in a virtual machine, whose loopback is not ours.
            inside_container() { sed -E 's#//(127\.0\.0\.1|localhost)([:/])#//host.docker.internal\2#'; }
            suite+=("$image" wstest)
        fi
        say "using the container image $image"
    elif [[ -n $ci ]]; then
        fail "no wstest, no Python 2.7 to install it with, no Docker engine (or no image)"
    else
        say "SKIPPED: no wstest, no Docker engine (or no image); --ci installs the suite where there is a Python 2.7"
        exit 0
    fi
}

inside_container() { cat; }

# One directory per content of the requirements: a changed pin installs anew. Its mere presence says that it is
# complete, as it is renamed into place at the very end; but the Python it came from may have been removed since.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/websock
home=$cache/autobahn-$(cksum <"$here/requirements.txt" | cut -d ' ' -f 1)

suite_version() { "$home/bin/python" -m autobahntestsuite.wstest --autobahnversion | tail -1; }
installed() { [[ -d $home ]] && [[ $(suite_version 2>/dev/null) == "AutobahnTestSuite $version" ]]; }

find_python27() {
    local candidate
    for candidate in python2.7 python2 {"$(pyenv root 2>/dev/null)",~/.pyenv}/versions/2.7*/bin/python2.7; do
        python27=$("$candidate" -c '
import sys
print(sys.executable)
sys.exit(sys.version_info[:2] != (2, 7))' 2>/dev/null) && return
    done
    return 1
}

install_suite() {
    local log=$report/install.log
    say "installing AutobahnTestSuite $version into $home (about a minute, once), log in $log"
    mkdir -p "$cache"
    rm -rf "$home"
    find "$cache" -maxdepth 1 -name 'part.*' -mmin +60 -exec rm -rf {} + # left by a run that was killed
    part=$(mktemp -d "$cache/part.XXXXXX")
    install_into "$part" >"$log" 2>&1 || { tail -20 "$log" >&2; fail "the installation failed, see $log"; }
    # os.rename is atomic, and unlike mv it refuses when another run was faster, instead of moving into its directory.
    "$python27" -c 'import os, sys; os.rename(*sys.argv[1:])' "$part" "$home" 2>/dev/null || rm -rf "$part"
    part=''
    installed || fail "the installed suite does not run, see $log"
}

# Called as a condition, where bash ignores `set -e`: hence the &&.
# Scripts in the environment's bin/ name the directory it was made in, which is renamed: run modules only (python -m).
install_into() {
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
    make_environment "$1" "$python27" || make_environment "$1" python3 || return
    "$1/bin/python" -m pip install --requirement "$here/requirements.txt" &&
        "$1/bin/python" -m autobahntestsuite.wstest --autobahnversion
}

# Python 2.7 has no venv module, and 20.15.1 is the last virtualenv that can make an environment for it. It runs on
# Python 2.7 itself and, should that have no pip, on a Python 3.
make_environment() {
    "$2" -m pip install --target "$1/virtualenv" virtualenv==20.15.1 &&
        PYTHONPATH=$1/virtualenv "$2" -m virtualenv --no-periodic-update --app-data "$1/app-data" --python "$python27" "$1"
}

# ----------------------------------------------------------------------------------------------------- the server

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the ports that systems hand out to outgoing connections, of which the suite makes hundreds.
free_port() {
    local candidate
    for _ in {1..50}; do
        candidate=$((20000 + RANDOM % 10000))
        taken $candidate || { echo $candidate; return; }
    done
    return 1
}

start_server() {
    local jars=("$root"/target/*-exec.jar) log=$report/server.log deadline
    [[ -f ${jars[0]} ]] || fail "there is no target/*-exec.jar: run 'mvn package' first"
    [[ ${#jars[@]} -eq 1 ]] || fail "which jar? ${jars[*]}"
    [[ -n $port ]] || port=$(free_port) || fail "no free port"
    # Else the one who has it could answer for our server, which then tests somebody else's.
    ! taken "$port" || fail "port $port is taken"

    "$java" -jar "${jars[0]}" --websocket.server.port="$port" --management.server.port=0 >"$log" 2>&1 </dev/null &
    server=$!
    deadline=$((SECONDS + 60))
    until curl --silent --fail --noproxy '*' --max-time 2 --output /dev/null "http://127.0.0.1:$port/healthz"; do
        alive "$server" || { tail -20 "$log" >&2; fail "the server ended before it was ready, see $log"; }
        [[ $SECONDS -lt $deadline ]] || { tail -20 "$log" >&2; fail "the server was not ready within 60 s, see $log"; }
        sleep 0.2
    done
    url=ws://127.0.0.1:$port/ws
    say "server $(basename "${jars[0]}") is ready on port $port, process $server"
}

# -------------------------------------------------------------------------------------------------------- the run

trouble=() # what went wrong besides single cases

# The committed spec with the wanted URL and cases. The suite is run in $report, which is therefore its outdir.
write_spec() {
    local address patterns
    address=$(printf %s "$url" | sed 's/&/\\&/g')
    patterns=$(printf %s "$cases" | sed 's/,/", "/g')
    sed -e "s|\"url\": \"[^\"]*\"|\"url\": \"$address\"|" \
        -e "${cases:+s|\"cases\": \[.*]|\"cases\": [\"$patterns\"]|}" \
        "$here/fuzzingclient.json" | inside_container >"$report/fuzzingclient.json"
}

server_ended() { [[ -n $server ]] && ! alive "$server"; }

read_progress() { # of run_suite, whose variables it sets
    case_id=$(sed -n 's/^Running test case ID \([0-9.]*\) .*/\1/p' "$log" | tail -1)
    count=$(grep -c '^Running test case' "$log" || true)
    total=$(sed -n 's/^Ok, will run \([0-9]*\) .*/\1/p' "$log")
}

run_suite() {
    local log=$report/wstest.log started=$SECONDS next=$((SECONDS + 5)) moved=$SECONDS
    local case_id='' count=0 total='' seen=0 ended_in='' refused
    rm -f "$report"/index.{json,html} # a former run's would be taken for ours
    # exec: so that $! is the suite itself. Unbuffered: else the log shows nothing for long.
    (cd "$report" && PYTHONUNBUFFERED=1 exec "${suite[@]}" --mode fuzzingclient --spec fuzzingclient.json) \
        >"$log" 2>&1 </dev/null &
    wstest=$!
    while alive "$wstest"; do
        sleep 1
        read_progress
        if [[ $count -gt $seen ]]; then
            seen=$count moved=$SECONDS
        elif [[ $((SECONDS - moved)) -ge $stalled ]]; then
            trouble+=("the suite stood still for $stalled s in case $case_id, see $log")
            stop "$wstest"
        fi
        if [[ $SECONDS -ge $next ]]; then
            next=$((SECONDS + 5))
            say "$((SECONDS - started)) s: case ${case_id:-none}, $count of ${total:-?}"
        fi
        ! server_ended || ended_in=${ended_in:-$case_id}
    done
    read_progress
    # Tells only whether it ran: it is 0 also where the server refused every connection.
    wait "$wstest" || trouble+=("wstest exited with $?, see $log")
    ! server_ended || trouble+=("the server ended (in case ${ended_in:-$case_id}), see $report/server.log")
    refused=$(grep -m 1 '^Connection to .* failed' "$log") && trouble+=("$refused")
    # The suite prints a case once its opening handshake is through. It finds refused ones INFORMATIONAL where it finds
    # everything so, hence this count besides the verdict's.
    [[ $count == "$total" ]] || trouble+=("only $count of ${total:-?} opening handshakes succeeded, see $log")
    [[ -f $report/index.json ]] || trouble+=("the suite wrote no results, see $log")
}

# ----------------------------------------------------------------------------------------------------------- main

cases='' port='' url='' report=$root/target/autobahn ci=''
while [[ $# -gt 0 ]]; do
    case $1 in
        --cases | --port | --url | --report)
            [[ -n ${2-} ]] || misused "$1 needs a value"
            printf -v "${1#--}" %s "$2"
            shift 2
            ;;
        --ci) ci=yes && shift ;;
        -h | --help) usage && exit ;;
        *) misused "unknown option $1" ;;
    esac
done
[[ -z $cases || $cases =~ ^[0-9.*]+(,[0-9.*]+)*$ ]] || misused "--cases: not a list of case patterns: $cases"
[[ -z $port || $port =~ ^[0-9]+$ ]] || misused "--port: not a number: $port"
[[ -z $url || $url =~ ^wss?://[^[:space:]\"\\|]+$ ]] || misused "--url: not a WebSocket URL: $url"
[[ -z $url || -z $port ]] || misused "--port and --url exclude each other"

mkdir -p "$report"
report=$(cd "$report" && pwd)
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

find_suite
[[ -n $url ]] || start_server
write_spec
run_suite
stop "$server"
say "report in $report/index.html"
"$java" "$here/Verdict.java" "$report/fuzzingclient.json" "$here/expected.json" "$report/index.json" ${trouble[@]+"${trouble[@]}"}
