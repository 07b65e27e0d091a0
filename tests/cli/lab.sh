# What the shell tests share: a temporary folder as the working directory, the programs of this build first in the path,
# and results in TAP (the Test Anything Protocol). Source it; the environment names SAMBAND_BUILD and SHARED_EVIDENCE.
set -u
: "${SAMBAND_BUILD:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../build" && pwd)}" # when run by hand
: "${SAMBAND_SHARED:=$(dirname "$SAMBAND_BUILD")/../shared/evidence}"
export LC_ALL=C.UTF-8
export PATH="$SAMBAND_BUILD:$SAMBAND_BUILD/tests/analyse:$PATH:/usr/sbin:/sbin"
unset SAMBAND_STORE SAMBAND_WORKER
export ASAN_OPTIONS=detect_leaks=0
sanitized=${SAMBAND_SANITIZED:-0}
SHARED_EVIDENCE=${SHARED_EVIDENCE:-$SAMBAND_SHARED}
tests_run=0
tests_failed=0

# A fixed place, because stores name evidence by its absolute path; on a disk that is thrown away.
lab=$(mktemp -d "${TMPDIR:-/tmp}/samband-lab-XXXXXX") || exit 99
cd "$lab" || exit 99
trap 'cd /; chmod -R u+rwx "$lab" 2>/dev/null; rm -rf "$lab"' EXIT
trap 'exit 99' INT TERM

say() { printf '# %s\n' "$*"; }

# result STATUS NAME: one line of TAP.
result()
{
    tests_run=$((tests_run + 1))
    if [ "$1" -eq 0 ]; then
        printf 'ok %d - %s\n' "$tests_run" "$2"
    else
        tests_failed=$((tests_failed + 1))
        printf 'not ok %d - %s\n' "$tests_run" "$2"
    fi
}

# check NAME COMMAND…: the command must succeed; what it writes is shown where it does not.
check()
{
    local name=$1
    shift
    if "$@" >check.out 2>&1; then
        result 0 "$name"
    else
        head -n 20 check.out | sed 's/^/#   /'
        result 1 "$name"
    fi
}

skip()
{
    tests_run=$((tests_run + 1))
    printf 'ok %d - %s # SKIP %s\n' "$tests_run" "$1" "$2"
}

skip_all()
{
    printf '1..0 # SKIP %s\n' "$1"
    exit 0
}

need()
{
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || skip_all "$program is not installed"
    done
}

finish()
{
    printf '1..%d\n' "$tests_run"
    exit 0
}

# sorted JSON member of every line of standard input
members() { jq -r "$1" | sort; }

# same STORE FILE: the store's whole content is that of the dump in FILE.
same()
{
    dump_store "$1" >same.dump || return 1
    cmp same.dump "$2" && return 0
    diff "$2" same.dump | head -n 6 | cut -c 1-200
    return 1
}

milliseconds() { printf '%s' "$((${EPOCHREALTIME/[.,]/} / 1000))"; }

# fresh STORE CASE: an empty store (the same content each time) with one case.
fresh()
{
    case $1 in
    postgres*) ;;
    *) rm -f "$1" "$1"-journal "$1"-wal "$1"-shm ;;
    esac
    samband --store "$1" case add "$2" --country SE --title Test >/dev/null
}

# database NAME: makes an empty PostgreSQL database (with_postgres must run the test) and prints its URL.
database()
{
    createdb -h "$PGHOST" -U "$PGUSER" "$1" || return 1
    printf 'postgresql:///%s?host=%s&user=%s' "$1" "$PGHOST" "$PGUSER"
}
