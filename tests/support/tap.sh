# Tests of scripts: their results as TAP. Sourced.
# shellcheck shell=bash
number=0
failed=0

# result passed|failed NAME
result() {
    number=$((number + 1))
    if [ "$1" = passed ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        failed=1
    fi
}

# end_tests: the plan, and the end of the program
end_tests() {
    echo "1..$number"
    exit "$failed"
}
