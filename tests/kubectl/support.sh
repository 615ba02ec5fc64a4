# A labcluster of its own for the tests of kubectl, and their checks. Sourced; prints TAP.
# shellcheck shell=bash
# $kubectl is the kubectl under test, $minor its version (20 for 1.20), $work a folder for files, $nodes the cluster's nodes.
# shellcheck source=tests/support/tap.sh
. tests/support/tap.sh
set -u
build=${HPALAB_BUILD:-build}
kubectl=${KUBECTL:-kubectl}

stop_cluster() {
    exec 9>&-
    [ -n "${cluster:-}" ] && wait "$cluster"
}

# Whoever leaves early, leaves no cluster: it ends when nobody holds its lifeline any more.
leave() {
    stop_cluster
    rm -rf "$work"
}

start_cluster() {
    if ! command -v "$kubectl" >/dev/null; then
        echo "Bail out! there is no $kubectl: install Debian's package kubernetes-client, or name one in KUBECTL"
        exit 1
    fi
    work=$(mktemp -d) || exit 1
    trap leave EXIT
    export HOME=$work KUBECONFIG=$work/cluster/kubeconfig LC_ALL=C
    mkfifo "$work/lifeline" "$work/ready"
    "$build/bin/labcluster" --folder "$work/cluster" --pace quick --node-cpu 16 --node-memory 8Gi --lifeline 3 --ready-fd 4 "$@" \
        3<"$work/lifeline" 4>"$work/ready" >"$work/cluster.log" 2>&1 &
    cluster=$!
    exec 9>"$work/lifeline"
    if ! read -r -t 60 _ <"$work/ready"; then
        echo "Bail out! labcluster did not get ready:"
        sed 's/^/# /' "$work/cluster.log"
        exit 1
    fi
    minor=$("$kubectl" version --client -o json 2>/dev/null | sed -nE 's/^ *"minor": "([0-9]+).*/\1/p' | head -1)
    if [ -z "$minor" ]; then
        echo "Bail out! $kubectl does not tell its version"
        exit 1
    fi
}

# Ends the cluster and the tests: it must have ended well, and everything passed.
end_cluster() {
    local code
    stop_cluster
    code=$?
    cluster=
    if [ "$code" -eq 0 ]; then
        result passed 'the cluster ends'
    else
        result failed "the cluster ends (code $code)"
        sed 's/^/# /' "$work/cluster.log"
    fi
    end_tests
}

# kube ARGUMENT...: kubectl with a deadline, what it prints on both streams in $work/out
kube() {
    timeout --kill-after=5 90 "$kubectl" "$@" >"$work/out" 2>&1 9>&-
}

# try CODE PATTERN ARGUMENT...: one test: kubectl ends with CODE, and some line that it prints matches the extended regular
# expression (empty: any output, or none). CODE "fails" is any but 0 and those of a time limit.
try() {
    local wanted=$1 pattern=$2 code
    shift 2
    kube "$@"
    code=$?
    if { [ "$code" = "$wanted" ] || { [ "$wanted" = fails ] && [ "$code" -gt 0 ] && [ "$code" -lt 124 ]; }; } &&
        { [ -z "$pattern" ] || grep -qE -- "$pattern" "$work/out"; }; then
        result passed "kubectl $(one_line "$*")"
    else
        result failed "kubectl $(one_line "$*")"
        echo "# ended with $code, wanted $wanted and: $pattern"
        sed 's/^/# /' "$work/out" | head -40
    fi
}

one_line() {
    echo "$1" | tr '\n#' '  ' | cut -c1-100
}

# prints LINE...: the output of the last try holds each of these as a whole line, blanks at its ends aside
prints() {
    local line
    for line in "$@"; do
        if sed -E 's/^ +//; s/ +$//' "$work/out" | grep -qxF -- "$line"; then
            result passed "it prints: $line"
        else
            result failed "it prints: $line"
            sed 's/^/# /' "$work/out" | head -60
        fi
    done
}

# header COLUMN...: the first line of the last try's output has these columns, and no other
header() {
    local columns
    columns=$(grep -m1 '^[A-Z]' "$work/out" | sed -E 's/ {2,}/|/g; s/\|$//; s/ $//')
    if [ "$columns" = "$(IFS='|' && echo "$*")" ]; then
        result passed "its columns: $*"
    else
        result failed "its columns: $*"
        echo "# they are: $columns"
    fi
}

# until_true SECONDS PATTERN ARGUMENT...: asks again until a line of the output matches
until_true() {
    local deadline=$((SECONDS + $1)) pattern=$2
    shift 2
    while kube "$@"; ! grep -qE -- "$pattern" "$work/out"; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            result failed "kubectl $(one_line "$*") gives in time: $pattern"
            sed 's/^/# /' "$work/out" | head -40
            return
        fi
        sleep 0.2
    done
    result passed "kubectl $(one_line "$*") gives in time: $pattern"
}

since() {
    [ "$minor" -ge "$1" ]
}
