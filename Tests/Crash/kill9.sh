#!/bin/sh
# Kills a writer with SIGKILL at random moments and checks what it leaves.
#
# usage: Tests/Crash/kill9.sh [ROUNDS]      200 rounds unless told otherwise
# CRASH is the program (default: the release build's store-crash).
set -eu
cd "$(dirname "$0")/../.."
rounds=${1:-200}
crash=${CRASH:-.build/release/store-crash}
[ -x "$crash" ] || swift build -c release --product store-crash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
round=1
while [ "$round" -le "$rounds" ]; do
    "$crash" write "$work/store" "$round" >>"$work/log" 2>&1 &
    writer=$!
    sleep "0.$(awk -v seed="$round$$" 'BEGIN { srand(seed); printf "%03d", 10 + rand() * 290 }')"
    if ! kill -9 "$writer" 2>/dev/null; then
        echo "round $round: the writer ended by itself:"
        tail -3 "$work/log"
        exit 1
    fi
    wait "$writer" 2>/dev/null || true
    # A new writer continues the log after a line that may have been cut.
    [ "$(tail -c 1 "$work/log" | wc -l)" -eq 1 ] || echo >>"$work/log"
    if [ -d "$work/store" ] && grep -q '^open' "$work/log"; then
        answer=$("$crash" verify "$work/store" "$work/log") || {
            echo "round $round: $answer"
            trap - EXIT
            echo "left in $work"
            exit 1
        }
        case $((round % 20)) in 0) echo "round $round: $answer" ;; esac
    fi
    round=$((round + 1))
done
echo "$rounds rounds passed"
