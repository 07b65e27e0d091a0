# Findings that the store will not have (a constraint refuses a row) cost their own unit, not the analysis: it is tried
# again, halved, and what is left of it recorded as not read, with the reason; all else is found.
. "$(dirname "$0")/../cli/lab.sh"
need jq mke2fs sqlite3

head -c 262144 /dev/zero >raw.img
for place in 1000 100000 200000; do
    printf ' someone%d@example.org ' "$place" | dd of=raw.img bs=1 seek="$place" conv=notrunc status=none
done
mkdir tree && printf ' write to inside@example.org now ' >tree/letter.txt
mke2fs -q -t ext2 -d tree tree.img 1M >/dev/null || exit 99

# order STORE SQLITE POSTGRES: has the store's database carry out one of the two.
order()
{
    case $1 in
    postgres*) psql -q "$1" -c "$3" ;;
    *) sqlite3 "$1" "$2" ;;
    esac
}

forbid()
{
    order "$1" "CREATE TRIGGER forbidden BEFORE INSERT ON $2 WHEN $3 BEGIN SELECT RAISE(ABORT, 'forbidden row'); END" \
        "ALTER TABLE $2 ADD CONSTRAINT forbidden CHECK (NOT (${3//NEW./}))"
}

found() { samband --store "$1" selectors --kind email --json | members .value | tr '\n' ' '; }

# loses_one STORE: one sighting of three is refused.
loses_one()
{
    fresh "$1" R && forbid "$1" sighting "NEW.place BETWEEN 99990 AND 100100" || return 1
    samband --store "$1" analyse --case R --workers 2 --no-digests raw.img
    [ $? = 1 ] || { echo "not told"; return 1; }
    [ "$(found "$1")" = "someone1000@example.org someone200000@example.org " ] || { found "$1"; return 1; }
    samband --store "$1" evidence --json | jq -e '.state == "incomplete" and .not_read == 1 and (.gaps[0] |
        .start == 65536 and .length == 65536 and (.reason | startswith("what was found could not be stored")))' && return 0
    samband --store "$1" evidence --json
    return 1
}

# loses_the_map STORE: no file can be listed; the image is swept all the same.
loses_the_map()
{
    fresh "$1" M && forbid "$1" file "NEW.number > 0" || return 1
    samband --store "$1" analyse --case M --workers 2 --no-digests tree.img
    [ $? = 1 ] || { echo "not told"; return 1; }
    [ "$(found "$1")" = "inside@example.org " ] || { found "$1"; return 1; }
    samband --store "$1" evidence --json | jq -e '.state == "incomplete" and [.gaps[].unit] == ["map"]'
}

check "a refused sighting (SQLite)" loses_one one.db
check "a refused map (SQLite)" loses_the_map map.db
if [ -n "${POSTGRES_MISSING-}" ]; then
    skip "the same on PostgreSQL" "$POSTGRES_MISSING"
else
    check "a refused sighting (PostgreSQL)" loses_one "$(database one)"
    check "a refused map (PostgreSQL)" loses_the_map "$(database map)"
fi
finish
