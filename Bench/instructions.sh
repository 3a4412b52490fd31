#!/usr/bin/env bash
# Instructions of one decision, counted by callgrind: two runs that differ in the number of passes
# only, so that start and end cancel out. Ends with 1 when a suite needs more than its limit.
#
#     Bench/instructions.sh [PROGRAM] [LIMITS]
#
# LIMITS is a file of lines `SUITE LEVEL INSTRUCTIONS`; Bench/limits.txt unless given. Counted on
# graphs that are made here, so that it needs no data. Time plays no part.
set -euo pipefail
cd "$(dirname "$0")/.."
program="${1:-.build/release/writ-bench}"
limits="${2:-Bench/limits.txt}"
if ! command -v valgrind >/dev/null; then
    echo "instructions: SKIPPED, there is no valgrind"
    exit 0
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
unset WRIT_BENCH_DATA
export SWIFT_DETERMINISTIC_HASHING=1
# Valgrind stumbles over debug information it does not know.
strip --strip-debug -o "$work/program" "$program"

count() { # SUITE LEVEL PASSES -> instructions of the whole process
    valgrind --tool=callgrind --callgrind-out-file="$work/out" "$work/program" repeat "$1" \
        --level "$2" --passes "$3" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    sed -n 's/^\(summary\|totals\): \([0-9]*\).*/\2/p' "$work/out" | tail -n 1
}

failed=0
printf '%-12s %-8s %12s %8s\n' suite level instructions limit
while read -r suite level limit; do
    case "$suite" in '' | '#'*) continue ;; esac
    few="$(count "$suite" "$level" 2)"
    many="$(count "$suite" "$level" 12)"
    # 500 requests a pass.
    each=$(((many - few) / 5000))
    printf '%-12s %-8s %12d %8d\n' "$suite" "$level" "$each" "$limit"
    if [ "$each" -le 0 ] || [ "$each" -gt "$limit" ]; then failed=1; fi
done <"$limits"
exit "$failed"
