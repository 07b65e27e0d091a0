#!/bin/bash
# Runs a test of the pages in a real browser, or says why it is skipped: run.sh TEST.mjs
skip() {
    echo "1..0 # SKIP $*"
    exit 0
}
web=$(cd "$(dirname "$0")/../../web" && pwd)
command -v node >/dev/null || skip "there is no node"
command -v "${CHROMIUM:=chromium}" >/dev/null || skip "there is no Chromium"
[ -d "$web/node_modules/playwright-core" ] || skip "web/node_modules is missing (scripts/setup build)"
[ -f "$SAMBAND_BUILD/web/dist/index.html" ] || skip "the server was built without pages"
CHROMIUM=$(command -v "$CHROMIUM")
export CHROMIUM
exec node "$1"
