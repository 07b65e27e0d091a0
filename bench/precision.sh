#!/usr/bin/env bash
# What is found where nobody planted anything: `make precision` scans what this system has installed and prints, for each
# kind, how much there is in a gigabyte. SAMPLE=50 prints so many values of each kind with what stands around them, to be
# read by hand (docs/precision.md has the verdicts): different values, and two of a file as long as there are other
# files. WIDE=1 scans the packages of precision_packages.txt too, unpacked and not installed. FOLDER… instead of the
# system's.
set -euo pipefail
here=$(dirname "$0")
build=${1:-build}
shift || true
work=$(mktemp -d "${TMPDIR:-/tmp}/samband-precision.XXXXXX")
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- /usr/share /usr/lib
packages=$(dpkg-query -f '${db:Status-Abbrev}\n' -W | grep -c '^ii')
said="$* of Debian $(cat /etc/debian_version) with $packages packages"
if [ "${WIDE:-0}" != 0 ]; then
    mkdir "$work/downloads" "$work/unpacked"
    unpacked=0
    # shellcheck disable=SC2013 # several words in a line
    for package in $(sed 's/#.*//' "$here/precision_packages.txt"); do
        if (cd "$work/downloads" && apt-get download -qq "$package" >"$work/apt" 2>&1); then
            unpacked=$((unpacked + 1))
        else
            echo "not to be had: $package" >&2
        fi
    done
    for archive in "$work"/downloads/*.deb; do
        [ -e "$archive" ] || continue
        dpkg-deb -x "$archive" "$work/unpacked"
    done
    find "$work/unpacked" -type l -delete
    rm -r "$work/downloads"
    said="$said; $unpacked packages more"
    set -- "$@" "$work/unpacked"
fi

export SAMBAND_STORE=$work/precision.db
samband=$build/samband
"$samband" case add PRECISION --country SE >/dev/null
"$samband" analyse --case PRECISION --no-digests --quiet "$@" || true # what may not be read is left out
"$samband" files --json | jq -r 'select(.regular) | .size' >"$work/sizes"
"$samband" sightings --reveal --json |
    jq -r '[.kind, .value, (.evidence + (.file // "")), .context, .count] | @tsv' >"$work/sightings"
awk -v said="$said" '{ bytes += $1 } END { printf "%.2f GB in %d files: %s\n\n", bytes / 1e9, NR, said }' "$work/sizes"

awk -F '\t' -v bytes="$(awk '{ sum += $1 } END { printf "%.0f", sum }' "$work/sizes")" '
    { places[$1] += $5 }
    !(($1, $2) in value) { value[$1, $2]; values[$1]++ }
    !(($1, $3) in file) { files[$1]++ }
    { file[$1, $3] += $5; if (file[$1, $3] > most[$1]) { most[$1] = file[$1, $3]; where[$1] = $3 } }
    END {
        printf "%-12s %9s %9s %7s %12s %12s   %s\n", "kind", "values", "places", "files", "values/GB", "places/GB", \
            "the file with most of them"
        for (kind in places)
            printf "%-12s %9d %9d %7d %12.1f %12.1f   %d in %s\n", kind, values[kind], places[kind], files[kind], \
                values[kind] * 1e9 / bytes, places[kind] * 1e9 / bytes, most[kind], where[kind] | "sort"
    }' "$work/sightings"

[ "${SAMPLE:-0}" -gt 0 ] || exit 0
awk 'BEGIN { srand(1) } { printf "%.9f\t%s\n", rand(), $0 }' "$work/sightings" | sort -k 1,1 | cut -f 2- | awk -F '\t' '
    ($1, $2) in seen { next }
    { seen[$1, $2]; printf "%s\t%d\t%s\t…%s\t%s\n", $1, (++from[$1, $3] > 2), substr($2, 1, 80), \
        substr($3, length($3) > 48 ? length($3) - 47 : 1), $4 }' |
    sort -s -t "$(printf '\t')" -k 1,2 |
    awk -F '\t' -v most="$SAMPLE" '
        $1 != kind { kind = $1; taken = 0; printf "\n%s\n", kind }
        taken++ < most { printf "  %s\n      %s | %s\n", $3, substr($5, 1, 160), $4 }'
