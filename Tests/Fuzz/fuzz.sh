#!/usr/bin/env bash
# Fuzzes one target with libFuzzer and AddressSanitizer.
#
# usage: Tests/Fuzz/fuzz.sh TARGET [SECONDS]
#
# A target is a directory of Tests/Fuzz/Targets; with 0 seconds it is only built. Targets that are built may
# run beside each other, but not be built so.
#
# Inputs that were found stay in .build/fuzz/TARGET/corpus; a crash is written to
# Tests/Fuzz/Crashes/TARGET, where every later run replays it first.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="${1:?usage: Tests/Fuzz/fuzz.sh TARGET [SECONDS]}"
seconds="${2:-30}"

[ -d "Tests/Fuzz/Targets/$target" ] || {
    echo "unknown target $target, there are: $(ls Tests/Fuzz/Targets | xargs)" >&2
    exit 2
}

# The modules of ours that the target needs, each after those that it imports itself. They are read
# from the sources, so that a new import cannot be forgotten here.
modules=()
# Of each module, all those that it needs.
declare -A below=()
add_imports() {
    local module needed=""
    for module in $(find "$1" -name '*.swift' -exec sed -nE \
        's/^([a-z@_]+ )*import ([A-Za-z0-9]+)$/\2/p' {} + | sort -u); do
        # What the system brings, and modules of C, have no Swift sources here.
        [ -n "$(find "Sources/$module" -name '*.swift' -print -quit 2>/dev/null)" ] || continue
        if [ -z "${below[$module]+known}" ]; then
            add_imports "Sources/$module" "$module"
            modules+=("$module")
        fi
        needed+=" $module ${below[$module]}"
    done
    [ -z "${2:-}" ] || below[$2]="$(xargs -n 1 <<<"$needed" | sort -u | xargs)"
}
add_imports "Tests/Fuzz/Targets/$target"

out=".build/fuzz/$target"
built=".build/fuzz/modules"
crashes="Tests/Fuzz/Crashes/$target"
mkdir -p "$out/corpus" "$built" "$crashes"
flags=(
    -O -wmo -swift-version 6 -strict-memory-safety -package-name writ -parse-as-library
    -sanitize=fuzzer,address -I "$built"
    -Xcc -fmodule-map-file=Sources/COpenSSL/module.modulemap
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility
    -enable-upcoming-feature InternalImportsByDefault
    -enable-upcoming-feature NonisolatedNonsendingByDefault
)
objects=()
for module in "${modules[@]}"; do
    objects+=("$built/$module.o")
    # What one target built serves the next, as long as no source and no module below is newer.
    needed=()
    for other in ${below[$module]}; do needed+=("$built/$other.o"); done
    if [ -f "$built/$module.o" ] \
        && [ -z "$(find "Sources/$module" "${needed[@]}" Tests/Fuzz/fuzz.sh \
            -newer "$built/$module.o" -print -quit)" ]; then
        continue
    fi
    mapfile -t sources < <(find "Sources/$module" -name '*.swift' | sort)
    swiftc "${flags[@]}" -module-name "$module" -emit-module \
        -emit-module-path "$built/$module.swiftmodule" -c "${sources[@]}" -o "$built/$module.o"
done
if [ ! -f "$out/$target" ] \
    || [ -n "$(find "Tests/Fuzz/Targets/$target" "${objects[@]}" Tests/Fuzz/fuzz.sh \
        -newer "$out/$target" -print -quit)" ]; then
    # The linker's warnings about the sanitizer's own symbols mean nothing.
    swiftc "${flags[@]}" -module-name "$target" "Tests/Fuzz/Targets/$target/"*.swift "${objects[@]}" \
        -o "$out/$target" 2> "$out/link.log" || { cat "$out/link.log" >&2; exit 1; }
fi
if [ "$seconds" -eq 0 ]; then exit; fi

# A hang is an input that takes over five seconds, by the clock: one second passes in nothing but
# waiting where the machine has other work. Growth is bounded by the memory limit.
seeds="Tests/Fuzz/Seeds/$target"
# EntitiesFuzz keeps one schema for the whole run. The leak detector takes what its types hold for
# lost (13 allocations, however many inputs): it does not see pointers that carry an enum's bits.
[ "$target" = EntitiesFuzz ] && export ASAN_OPTIONS=detect_leaks=0
exec "$out/$target" "$out/corpus" "$crashes" $([ -d "$seeds" ] && echo "$seeds") \
    -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -max_len=65536 -artifact_prefix="$crashes/" -print_final_stats=1
