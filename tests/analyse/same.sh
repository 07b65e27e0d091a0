# One worker or four, one process or three, SQLite or PostgreSQL: the same content, down to the numbers and their order.
. "$(dirname "$0")/../cli/lab.sh"

samband-exercise disks --countries 3 --cases 3 --seed 21 --size 80 --quiet || exit 99
mkdir folder && cp -r /usr/include/linux folder/ && ln -s linux folder/link
cut -f5 disks/cases.tsv | sed 's,^,disks/,' >images
mapfile -t images <images
images+=(folder)

fresh one.db D
check "one worker" samband --store one.db analyse --case D --workers 1 --quiet "${images[@]}"
dump_store one.db >one.dump
say "$(wc -l <one.dump) rows"
for workers in 2 4 9; do
    fresh many.db D
    check "$workers workers end" samband --store many.db analyse --case D --workers "$workers" --quiet "${images[@]}"
    check "$workers workers: the same content" same many.db one.dump
done

# helped STORE: an analysis with one worker, and two other processes that claim units of the same store beside it.
helped()
{
    local main helper helpers=
    samband --store "$1" analyse --case D --workers 1 --quiet "${images[@]}" &
    main=$!
    for helper in 1 2; do
        while kill -0 "$main" 2>/dev/null; do
            samband --store "$1" work --workers 1 --quiet || exit 1
        done &
        helpers="$helpers $!"
    done
    wait "$main" || return 1
    for helper in $helpers; do
        wait "$helper" || return 1
    done
}

fresh helped.db D
check "two more processes help (SQLite)" helped helped.db
check "two more processes: the same content (SQLite)" same helped.db one.dump
if [ -n "${POSTGRES_MISSING-}" ]; then
    skip "the same on PostgreSQL" "$POSTGRES_MISSING"
else
    url=$(database one) || exit 99
    fresh "$url" D
    check "PostgreSQL, four workers" samband --store "$url" analyse --case D --workers 4 --quiet "${images[@]}"
    check "PostgreSQL: the same content as SQLite" same "$url" one.dump
    url=$(database helped) || exit 99
    fresh "$url" D
    check "two more processes help (PostgreSQL)" helped "$url"
    check "two more processes: the same content (PostgreSQL)" same "$url" one.dump
fi
finish
