#!/usr/bin/env bash
# What is found where nobody planted anything: `make precision` scans what a Debian system installs and prints, for each
# kind, how many values and places there are in a gigabyte. FOLDER… instead of the system's; SAMPLE=N prints N of each kind.
set -euo pipefail
build=${1:-build}
shift || true
[ $# -gt 0 ] || set -- /usr/share /usr/lib
work=$(mktemp -d "${TMPDIR:-/tmp}/samband-precision.XXXXXX")
trap 'rm -rf "$work"' EXIT
export SAMBAND_STORE=$work/precision.db
samband=$build/samband
"$samband" case add PRECISION --country SE >/dev/null
"$samband" analyse --case PRECISION --no-digests --quiet "$@" || true # what may not be read is left out
bytes=$("$samband" files --json | jq 'select(.regular) | .size' | awk '{ sum += $1 } END { printf "%.0f", sum }')
printf '%.2f GB in %s\n\n%-8s %10s %10s %12s\n' "$(jq -n "$bytes / 1e9")" "$*" kind values places "places/GB"
"$samband" selectors --json | jq -r '[.kind, .sightings] | @tsv' | awk -v bytes="$bytes" '
    { values[$1]++; places[$1] += $2 }
    END { for (kind in values) printf "%-8s %10d %10d %12.1f\n", kind, values[kind], places[kind], places[kind] * 1e9 / bytes }' |
    sort
[ "${SAMPLE:-0}" -gt 0 ] || exit 0
for kind in $("$samband" selectors --json | jq -r .kind | sort -u); do
    printf '\n%s\n' "$kind"
    "$samband" sightings --kind "$kind" --json | shuf -n "$SAMPLE" --random-source=<(yes) |
        jq -r '"  \(.value[:80])\t\(.file // "-")\t\(.context)"'
done
