#!/usr/bin/env bash
# How fast evidence is read: whole-process runs of `samband analyse` on one exercise disk, page cache warm, 2 workers, the
# median of RUNS (5). Where $BULK_EXTRACTOR names bulk_extractor 2.x, it reads the same image in the same call, and the
# ratio is printed. SIZE is the disk's size in MiB (1024); BULK_RUNS how often bulk_extractor runs (1).
set -euo pipefail
build=${1:-build}
size=${SIZE:-1024}
runs=${RUNS:-5}
work=$(mktemp -d "${TMPDIR:-/tmp}/samband-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

"$build/samband" exercise "$work/ex" --countries 1 --cases 1 --seed 5 --size "$size" >"$work/build.log" 2>&1 ||
    { cat "$work/build.log"; exit 1; }
image=$work/ex/$(cut -f5 "$work/ex/cases.tsv")
bytes=$(stat -c %s "$image")
cat "$image" >/dev/null

median() { sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
rate() { awk -v bytes="$bytes" -v seconds="$1" 'BEGIN { printf "%.0f", bytes / seconds / 1e6 }'; }

# Prints the seconds of one run of `samband analyse` with the given options.
run_analyse() {
    rm -f "$work"/store.db*
    "$build/samband" --store "$work/store.db" case add BENCH-1 --country SE
    local begin=$EPOCHREALTIME
    SAMBAND_SHOW_PEAK=1 "$build/samband" --store "$work/store.db" analyse --quiet --workers 2 --case BENCH-1 "$@" \
        "$image" 2>"$work/peak"
    local end=$EPOCHREALTIME
    awk -v a="$begin" -v b="$end" 'BEGIN { printf "%.3f\n", b - a }'
}

measure() {
    local name=$1
    shift
    run_analyse "$@" >/dev/null
    local seconds
    seconds=$(for _ in $(seq "$runs"); do run_analyse "$@"; done | median)
    printf '%-26s %8s s %6s MB/s   %s\n' "$name" "$seconds" "$(rate "$seconds")" "$(cat "$work/peak")"
    last_seconds=$seconds
}

printf 'analyse, %s MiB exercise image, 2 workers, median of %s\n' "$size" "$runs"
measure "with all digests"
with=$last_seconds
measure "without digests" --no-digests
without=$last_seconds
"$build/samband" --store "$work/store.db" evidence | sed -n 2p

if [ -n "${BULK_EXTRACTOR:-}" ]; then
    bulk=$(for _ in $(seq "${BULK_RUNS:-1}"); do
        rm -rf "$work/bulk"
        begin=$EPOCHREALTIME
        "$BULK_EXTRACTOR" -x all -e accts -e email -e gzip -e zip -e pdf -e base64 -j 2 -o "$work/bulk" "$image" \
            >"$work/bulk.log" 2>&1
        end=$EPOCHREALTIME
        awk -v a="$begin" -v b="$end" 'BEGIN { printf "%.3f\n", b - a }'
    done | median)
    printf '%-26s %8s s %6s MB/s\n' "bulk_extractor" "$bulk" "$(rate "$bulk")"
    awk -v with="$with" -v without="$without" -v bulk="$bulk" \
        'BEGIN { printf "ratio: %.1f with all digests, %.1f without\n", bulk / with, bulk / without }'
else
    echo "(set BULK_EXTRACTOR to bulk_extractor 2.x for the ratio)"
fi
