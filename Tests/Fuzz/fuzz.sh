#!/usr/bin/env bash
# Fuzzes one target with libFuzzer and AddressSanitizer.
#
# usage: Tests/Fuzz/fuzz.sh JSONFuzz|PolicyFuzz|FrameFuzz [SECONDS]
#
# Inputs that were found stay in .build/fuzz/TARGET/corpus; a crash is written to
# Tests/Fuzz/Crashes/TARGET, where every later run replays it first.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="${1:?usage: Tests/Fuzz/fuzz.sh TARGET [SECONDS]}"
seconds="${2:-30}"

case "$target" in
    JSONFuzz) modules=(JSON) ;;
    PolicyFuzz) modules=(JSON CedarSyntax) ;;
    FrameFuzz) modules=(Wire) ;;
    *) echo "unknown target $target: JSONFuzz, PolicyFuzz or FrameFuzz" >&2; exit 2 ;;
esac

out=".build/fuzz/$target"
crashes="Tests/Fuzz/Crashes/$target"
mkdir -p "$out/corpus" "$crashes"
flags=(
    -O -wmo -swift-version 6 -strict-memory-safety -package-name writ -parse-as-library
    -sanitize=fuzzer,address -I "$out"
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility
    -enable-upcoming-feature InternalImportsByDefault
    -enable-upcoming-feature NonisolatedNonsendingByDefault
)
objects=()
for module in "${modules[@]}"; do
    mapfile -t sources < <(find "Sources/$module" -name '*.swift' | sort)
    swiftc "${flags[@]}" -module-name "$module" -emit-module \
        -emit-module-path "$out/$module.swiftmodule" -c "${sources[@]}" -o "$out/$module.o"
    objects+=("$out/$module.o")
done
# The linker's warnings about the sanitizer's own symbols mean nothing.
swiftc "${flags[@]}" -module-name "$target" "Tests/Fuzz/Targets/$target/"*.swift "${objects[@]}" \
    -o "$out/$target" 2> "$out/link.log" || { cat "$out/link.log" >&2; exit 1; }

# A hang is an input that takes over a second; growth is bounded by the memory limit.
exec "$out/$target" "$out/corpus" "$crashes" -max_total_time="$seconds" -timeout=1 \
    -rss_limit_mb=2048 -max_len=65536 -artifact_prefix="$crashes/" -print_final_stats=1
