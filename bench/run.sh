#!/usr/bin/env bash
# Everything that is measured, one after the other: `make bench`.
set -euo pipefail
build=${1:-build}
here=$(dirname "$0")
"$here/analyse.sh" "$build"
echo
echo "the store: 200 cases of 20,000 selectors"
work=$(mktemp -d "${TMPDIR:-/tmp}/samband-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$build/bench/bench_store" "$work/store.db" 200 20000
echo
echo "the scanner on text, libraries and an exercise disk: memchr, the first stage, the whole engine, on one core"
(cd / && find usr/include usr/share/perl usr/share/doc -type f ! -name '*.gz' -print0 2>/dev/null | sort -z |
    xargs -0 cat 2>/dev/null | head -c 67108864 >"$work/text") || true
find /usr/lib -name '*.so*' -type f -print0 | sort -z | xargs -0 cat 2>/dev/null | head -c 268435456 >"$work/libraries" || true
head -c 67108864 "$work/libraries" >"$work/some-libraries"
"$build/samband" exercise "$work/exercise" --countries 1 --cases 1 --seed 5 --size 48 >/dev/null 2>&1
disk=$work/exercise/$(cut -f5 "$work/exercise/cases.tsv")
for file in "$work/text" "$work/some-libraries" "$disk"; do
    printf '\n%s\n' "${file##*/}"
    "$build/tests/scan/scan_speed" "$file" | sed 's/  card .*//'
done
echo
echo "what each recogniser and decoder costs there"
"$build/tests/scan/scan_cost" text "$work/text" libraries "$work/some-libraries" disk "$disk"
echo
echo "search terms, on the same bytes and on the system's documentation"
"$build/tests/scan/term_speed" "$work/libraries"
tar -cf - -C / usr/share/doc usr/share/perl 2>/dev/null | head -c 134217728 >"$work/documents" || true
"$build/tests/scan/term_speed" "$work/documents"
echo
echo "the server, under load"
"$here/serve.sh" "$build"
