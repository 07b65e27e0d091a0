# A damaged tail is one range, however small the pieces it was met in; when the image is whole again, --retry reads just that,
# and the store holds what one holds that never met damage.
. "$(dirname "$0")/../cli/lab.sh"
need jq mke2fs ewfacquirestream

mkdir tree
for i in $(seq 12); do
    { printf 'Please write to person%d@example.org now.\n' "$i"; head -c 200000 /dev/urandom | base64 -w 0 | tr -d '@'; } >"tree/letter$i.txt"
done
mke2fs -q -t ext4 -d tree disk.raw 8M >/dev/null || exit 99
ewfacquirestream -t whole -c none -q <disk.raw >/dev/null 2>&1
[ -e whole.E01 ] || exit 99
size=$(stat -c %s whole.E01)

# As after errors of a disk that pass: the files themselves are no others (their time says so), or they would be new evidence.
damage() { cp whole.E01 disk.E01 && head -c 1500000 /dev/urandom | dd of=disk.E01 bs=4096 seek=$((size / 8192)) conv=notrunc status=none && touch -d @1600000000 disk.E01; }
mend() { cp whole.E01 disk.E01 && touch -d @1600000000 disk.E01; }
state() { samband --store "$1" evidence --json | jq -r "$2"; }

# retries STORE DUMP
retries()
{
    fresh "$1" T && damage || return 1
    samband --store "$1" analyse --case T --workers 2 disk.E01 >first.out
    [ $? = 1 ] || { echo "the damage was not told"; return 1; }
    [ "$(state "$1" .state)" = incomplete ] || return 1
    [ "$(state "$1" '[.gaps[] | select((.read | not) and .unit == "span")] | length')" = 1 ] || { cat first.out; return 1; }
    [ "$(state "$1" .not_read)" -le 3 ] || { cat first.out; return 1; }
    samband --store "$1" analyse --case T --retry --quiet disk.E01 && { echo "damaged, but complete"; return 1; }
    [ "$(state "$1" '[.gaps[] | select((.read | not) and .unit == "span")] | length')" = 1 ] || return 1
    mend
    samband --store "$1" analyse --case T --quiet disk.E01 && { echo "tried again without being asked"; return 1; }
    samband --store "$1" analyse --case T --retry --workers 2 disk.E01 || return 1
    [ "$(state "$1" .state)" = complete ] || return 1
    same "$1" "$2"
}

mend
fresh whole.db T
check "undamaged" samband --store whole.db analyse --case T --quiet disk.E01
dump_store whole.db >whole.dump
check "damaged, then mended (SQLite)" retries mended.db whole.dump
if [ -n "${POSTGRES_MISSING-}" ]; then
    skip "the same on PostgreSQL" "$POSTGRES_MISSING"
else
    check "damaged, then mended (PostgreSQL)" retries "$(database mended)" whole.dump
fi
finish
