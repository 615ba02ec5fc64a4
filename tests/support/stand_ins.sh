# Stand-ins for programs that a test's machine may not have, or that would do too much: they record their calls and
# answer, or fail, as told. Sourced; needs $work, a folder of the test's own.
# shellcheck shell=bash disable=SC2154
answer_number=0

# The machine's programs, without those that the tests stand in for or take away.
hide_programs() {
    local folder name
    mkdir -p "$work/machine"
    for folder in /usr/local/bin /usr/bin /bin /usr/sbin /sbin; do
        find "$folder/" -maxdepth 1 \( -type f -o -type l \) -exec ln -sf -t "$work/machine" {} + 2>/dev/null
    done
    for name in "$@"; do
        rm -f "$work/machine/$name"
    done
}

# stand_ins NAMES...: from here on these programs are here, and no other of those that were hidden
stand_ins() {
    local name
    export STAND_INS=$work/stand-ins
    rm -rf "$STAND_INS"
    mkdir -p "$STAND_INS/answers" "$STAND_INS/bin"
    : >"$STAND_INS/calls"
    for name in "$@"; do
        cp tests/support/stand-in "$STAND_INS/bin/$name"
    done
    PATH=$STAND_INS/bin:$work/machine
    hash -r
}

# answers CODE always|once PATTERN [LINES...]: a call that matches the pattern (as of `case`) ends with CODE and prints
# the lines, on standard error unless CODE is 0. Earlier ones come first.
answers() {
    local file
    answer_number=$((answer_number + 1))
    file=$(printf '%s/answers/%04d' "$STAND_INS" "$answer_number")
    { echo "$1 $2" && echo "$3" && shift 3 && { [ $# -eq 0 ] || printf '%s\n' "$@"; }; } >"$file"
}
