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
echo "the scanner's first stage and the whole engine, on 256 MiB of shared libraries"
find /usr/lib -name '*.so*' -type f -print0 | sort -z | xargs -0 cat 2>/dev/null | head -c 268435456 >"$work/libraries" || true
"$build/tests/scan/scan_speed" "$work/libraries"
echo
echo "search terms, on the same bytes and on the system's documentation"
"$build/tests/scan/term_speed" "$work/libraries"
tar -cf - -C / usr/share/doc usr/share/perl 2>/dev/null | head -c 134217728 >"$work/documents" || true
"$build/tests/scan/term_speed" "$work/documents"
