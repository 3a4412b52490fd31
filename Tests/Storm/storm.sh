#!/bin/sh
# Puts a server with the open-banking scenario under stress and checks what it answers.
#
# usage: Tests/Storm/storm.sh [FRAMES [CONNECTIONS [SECONDS [SEED [LIMIT]]]]]
# 1,000,000 frames and 20 seconds beside 1,000 idle connections unless told otherwise. LIMIT is the
# ratio that the crowded p99 must stay under, 2; on a busy machine only a large one means anything.
set -eu
cd "$(dirname "$0")/../.."
frames=${1:-1000000}
connections=${2:-1000}
seconds=${3:-20}
seed=${4:-2026}
limit=${5:-2}
swift build -c release --product writ
swift build -c release --product writ-storm
programs=$(swift build -c release --show-bin-path)
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

"$programs/writ" store import --store "$work/store" Policies/open-banking/entities.json
cat >"$work/writ.yaml" <<END
policies: $PWD/Policies/open-banking/policies.cedar
store: store
socket:
  path: run/writ.sock
END
touch "$work/log"
"$programs/writ" serve --config "$work/writ.yaml" 2>"$work/log" &
server=$!
until grep -q serving "$work/log"; do
    kill -0 "$server" || { cat "$work/log"; exit 1; }
    sleep 0.1
done
socket="$work/run/writ.sock"
"$programs/writ-storm" frames --socket "$socket" --pid "$server" --count "$frames" --seed "$seed"
"$programs/writ-storm" idle --socket "$socket" --connections "$connections" \
    --seconds "$seconds" --seed "$seed" --limit "$limit"
kill "$server"
wait "$server" || { echo "the server ended with an error"; cat "$work/log"; exit 1; }
server=
tail -n 1 "$work/log"
