#!/usr/bin/env bash
# Runs the Autobahn TestSuite against the fat jar and compares every case with expected.json. See --help.
set -euo pipefail
unset PYTHONPATH PYTHONHOME # meant for another Python than the suite's

usage() {
    cat <<'END'
usage: src/test/autobahn/run.sh [options]

  --role ROLE    what of ours is tested: 'server', the jar itself, by the suite's fuzzing client;
                 or 'client', driven by Client.java, by the suite's fuzzing server   (default: server)
  --tls          over wss, with a certificate made for this run
  --mode MODE    compression: 'shared' or 'takeover'      (default: the jar's own; of the client, takeover)
  --cases LIST   the suite's case patterns, with commas: '1.*,6.4.*,7.1.6'           (default: all, 517)
  --port PORT    where the one that is the server listens                            (default: a free port)
  --url URL      test a server that is already running, ws or wss, instead of starting the jar
  --report DIR   where reports and logs go; index.html is the suite's own
                 (default: target/autobahn/ and role and scheme, such as server-ws)
  --ci           install the suite if it is not there, and fail, not skip, if that cannot be done

Several may run at the same time, with different report directories.
Exit code: 0 all as expected, or skipped; 1 not as expected, or no result; 2 wrong usage.
END
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
version=25.10.1
image=crossbario/autobahn-testsuite:$version
all_cases='1.*,2.*,3.*,4.*,5.*,6.*,7.*,9.*,10.*,12.*,13.*'
stalled=300 # seconds without a new case; the slowest takes 20 on two busy cores, 60 where they are shared by many

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

listening='' connecting='' # the one that is the server, and the one that is the client; one of them is the suite
part=''                    # directory of an unfinished installation

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
    stop "$connecting"
    stop "$listening"
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
            suite+=(--network host)
        elif [[ $role == client ]]; then
            suite+=(--publish "127.0.0.1:$port:$port")
        else
            # There the engine is in a virtual machine, whose loopback is not ours.
            inside_container() { sed -E 's#//(127\.0\.0\.1|localhost)([:/])#//host.docker.internal\2#'; }
        fi
        suite+=("$image" wstest)
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
    mkdir -p "$cache"
    # One at a time. The lock belongs to the open file, and so outlives the process that asks for it (not every system
    # has a flock command, and a lock file of our own would outlive us).
    exec 9>"$cache/lock"
    "$python27" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
    if ! installed; then
        say "installing AutobahnTestSuite $version into $home (about a minute, once), log in $log"
        rm -rf "$home" "$cache"/part.* # parts are left by a run that was killed
        part=$(mktemp -d "$cache/part.XXXXXX")
        install_into "$part" >"$log" 2>&1 || { tail -20 "$log" >&2; fail "the installation failed, see $log"; }
        mv "$part" "$home"
        part=''
        installed || fail "the installed suite does not run, see $log"
    fi
    exec 9>&-
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

write_spec() {
    local patterns='"'${cases//,/\", \"}'"' address
    address=$(inside_container <<<"$url")
    case $role$tls in
        server*) set -- '"servers": [{"agent": "'$agent'", "url": "'$address'"}]' ;;
        client) set -- '"url": "'$address'"' ;;
        clienttls) set -- '"url": "'$address'", "key": "key.pem", "cert": "certificate.pem"' ;;
    esac
    # The suite is run in $report, which is therefore its outdir.
    printf '{\n  "outdir": ".",\n  %s,\n  "cases": [%s]\n}\n' "$1" "$patterns" >"$report/spec.json"
}

# exec: so that $! is the suite itself. Unbuffered: else the log shows nothing for long. The web server that comes
# with the fuzzing server has a fixed port, and no use.
run_suite() { cd "$report" && PYTHONUNBUFFERED=1 exec "${suite[@]}" --mode "$1" --spec spec.json --webport 0; }

# -------------------------------------------------------------------------------------------------- the two sides

agent=websock # as which we appear in the suite's reports
trouble=()    # what went wrong besides single cases

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the ports that systems hand out to outgoing connections, of which there will be hundreds.
free_port() {
    local candidate
    for _ in {1..50}; do
        candidate=$((20000 + RANDOM % 10000))
        taken $candidate || { echo $candidate; return; }
    done
    return 1
}

choose_port() {
    [[ -n $port ]] || port=$(free_port) || fail "no free port"
    # Else the one who has it could answer in place of the one that we start.
    ! taken "$port" || fail "port $port is taken"
    url=ws${tls:+s}://127.0.0.1:$port
}

find_jar() {
    local jars=("$root"/target/*-exec.jar)
    [[ -f ${jars[0]} ]] || fail "there is no target/*-exec.jar: run 'mvn package' first"
    [[ ${#jars[@]} -eq 1 ]] || fail "which jar? ${jars[*]}"
    jar=${jars[0]}
}

make_certificate() {
    local log=$report/certificate.log
    "$java" "$here/Certificate.java" "$report" >"$log" 2>&1 || { cat "$log" >&2; fail "no certificate to speak TLS with"; }
}

start_our_server() {
    local options=(--management.server.port=0 --websocket.server.port="$port")
    if [[ -n $tls ]]; then
        options=(--management.server.port=0
            --websocket.server.port=-1
            --websocket.server.ssl.port="$port"
            --websocket.server.ssl.bundle=autobahn
            --spring.ssl.bundle.pem.autobahn.keystore.certificate="file:$report/certificate.pem"
            --spring.ssl.bundle.pem.autobahn.keystore.private-key="file:$report/key.pem")
    fi
    [[ -z $mode ]] || options+=(--websocket.compression.mode="$mode")
    # Else the cases with short messages test nothing.
    options+=(--websocket.compression.min-size=1B)
    "$java" -jar "$jar" "${options[@]}" >"$report/server.log" 2>&1 </dev/null &
    listening=$!
    await_answer /healthz "$report/server.log"
    say "$(basename "$jar") is ready at $url, process $listening"
    url+=/ws
}

start_suite_as_server() {
    run_suite fuzzingserver >"$report/wstest.log" 2>&1 </dev/null &
    listening=$!
    await_answer / "$report/wstest.log"
    say "the suite is ready at $url, process $listening"
}

await_answer() { # path, log
    local deadline=$((SECONDS + 60))
    until curl --silent --fail --insecure --noproxy '*' --max-time 2 --output /dev/null "http${url#ws}$1"; do
        alive "$listening" || { tail -20 "$2" >&2; fail "the server ended before it was ready, see $2"; }
        [[ $SECONDS -lt $deadline ]] || { tail -20 "$2" >&2; fail "the server was not ready within 60 s, see $2"; }
        sleep 0.2
    done
}

start_suite_as_client() {
    run_suite fuzzingclient >"$report/wstest.log" 2>&1 </dev/null &
    connecting=$!
}

start_our_client() {
    local app=$report/app
    rm -rf "$app"
    "$java" -Djarmode=tools -jar "$jar" extract --destination "$app" >"$report/client.log" 2>&1 ||
        fail "the jar cannot be extracted, see $report/client.log"
    "$java" -cp "$app/$(basename "$jar"):$app/lib/*" "$here/Client.java" \
        "$url" "$agent" "${mode:-takeover}" ${tls:+"$report/certificate.pem"} >"$report/client.log" 2>&1 </dev/null &
    connecting=$!
}

# -------------------------------------------------------------------------------------------------------- the run

server_ended() { [[ -n $listening ]] && ! alive "$listening"; }

read_progress() { # of watch, whose variables it sets
    case_id=$(sed -n 's/^Running test case ID \([0-9.]*\) .*/\1/p' "$log" | tail -1)
    count=$(grep -c '^Running test case' "$log" || true)
    total=$(sed -n 's/^Ok, will run \([0-9]*\) .*/\1/p' "$log")
}

# Until the client has ended, which it does after the last case.
watch() {
    local log=$report/wstest.log started=$SECONDS next=$((SECONDS + 10)) moved=$SECONDS
    local case_id='' count=0 total='' seen=0 ended_in='' refused
    while alive "$connecting"; do
        sleep 1
        read_progress
        if [[ $count -gt $seen ]]; then
            seen=$count moved=$SECONDS
        elif [[ $((SECONDS - moved)) -ge $stalled ]]; then
            trouble+=("it stood still for $stalled s in case $case_id, see $log")
            stop "$connecting"
        fi
        if [[ $SECONDS -ge $next ]]; then
            next=$((SECONDS + 10))
            say "$((SECONDS - started)) s: case ${case_id:-none}, $count of ${total:-?}"
        fi
        ! server_ended || ended_in=${ended_in:-$case_id}
    done
    read_progress
    # The suite's tells only whether it ran: it is 0 also where the server refused every connection.
    wait "$connecting" || trouble+=("the client exited with $?, see the logs in $report")
    ! server_ended || trouble+=("the server ended (in case ${ended_in:-$case_id}), see the logs in $report")
    refused=$(grep -m 1 '^Connection to .* failed' "$log") && trouble+=("$refused")
    # As client, the suite prints a case once its opening handshake is through. It finds refused ones INFORMATIONAL
    # where it finds everything so, hence this count besides the verdict's.
    [[ $count == "$total" ]] || trouble+=("only $count of ${total:-?} opening handshakes succeeded, see $log")
    [[ -f $report/index.json ]] || trouble+=("the suite wrote no results, see $log")
}

# ----------------------------------------------------------------------------------------------------------- main

role=server tls='' mode='' cases=$all_cases port='' url='' report='' ci=''
while [[ $# -gt 0 ]]; do
    case $1 in
        --role | --mode | --cases | --port | --url | --report)
            [[ -n ${2-} ]] || misused "$1 needs a value"
            printf -v "${1#--}" %s "$2"
            shift 2
            ;;
        --tls | --ci) printf -v "${1#--}" %s "${1#--}" && shift ;;
        -h | --help) usage && exit ;;
        *) misused "unknown option $1" ;;
    esac
done
[[ $role =~ ^(server|client)$ ]] || misused "--role: server or client, not $role"
[[ $mode =~ ^(shared|takeover)?$ ]] || misused "--mode: shared or takeover, not $mode"
[[ $cases =~ ^[0-9.*]+(,[0-9.*]+)*$ ]] || misused "--cases: not a list of case patterns: $cases"
[[ -z $port || $port =~ ^[0-9]+$ ]] || misused "--port: not a number: $port"
[[ -z $url || $url =~ ^wss?://[^[:space:]\"\\|]+$ ]] || misused "--url: not a WebSocket URL: $url"
[[ -z $url || $role$port$tls$mode == server ]] || misused "--url excludes --role client, --port, --tls and --mode"
if [[ $url == wss:* ]]; then scheme=wss; else scheme=ws${tls:+s}; fi

report=${report:-$root/target/autobahn/$role-$scheme}
mkdir -p "$report"
report=$(cd "$report" && pwd)
rm -f "$report"/index.{json,html} "$report"/*.log # a former run's would be taken for ours
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

if [[ -z $url ]]; then
    find_jar
    choose_port
    [[ -z $tls ]] || make_certificate
    started=yes
fi
find_suite
if [[ $role == server ]]; then
    [[ -z ${started-} ]] || start_our_server
    write_spec
    start_suite_as_client
else
    write_spec
    start_suite_as_server
    start_our_client
fi
watch
stop "$listening"
say "report in $report/index.html"
"$java" "$here/Verdict.java" "$report/spec.json" "$here/expected.json" "$report/index.json" ${trouble[@]+"${trouble[@]}"}
