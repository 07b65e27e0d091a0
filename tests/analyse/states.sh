# Evidence that cannot be opened for a while, or changes while its analysis is unfinished: it goes on from what the units
# say, nothing that was recorded is forgotten, and a process that only helps spoils nothing for others.
. "$(dirname "$0")/../cli/lab.sh"
need jq mke2fs ewfacquirestream sqlite3

mkdir tree
for i in 1 2 3; do
    { printf 'Please write to person%d@example.org now.\n' "$i"; head -c 400000 /dev/urandom | base64 -w 0 | tr -d '@'; } >"tree/letter$i.txt"
done
mke2fs -q -t ext4 -d tree disk.raw 4M >/dev/null || exit 99
ewfacquirestream -t damaged -c none -q <disk.raw >/dev/null 2>&1
[ -e damaged.E01 ] || exit 99
head -c 600000 /dev/urandom | dd of=damaged.E01 bs=4096 seek=300 conv=notrunc status=none
cp -p disk.raw original.raw

order()
{
    case $1 in
    postgres*) psql -q "$1" -c "$2" ;;
    *) sqlite3 "$1" "$2" ;;
    esac
}

# As after a kill when all but the digests of the whole image was done.
interrupt() { order "$1" "UPDATE unit SET state = 'open', worker = '' WHERE turn = 1; UPDATE evidence SET state = 'mapped'"; }

states() { samband --store "$1" evidence --json | jq -r .state | tr '\n' ' '; }
values() { samband --store "$1" selectors --kind email --json | members .value | tr '\n' ' '; }
analyse() { samband --store "$1" analyse --case T --workers 1 --quiet "$2"; }
cannot() { SAMBAND_WORKER=/bin/false analyse "$1" "$2"; }

# Every worker dies as it opens the image; then the same command again.
goes_on()
{
    fresh "$1" T
    analyse "$1" damaged.E01 2>said && { echo "the damage was not told"; return 1; }
    [ "$(wc -l <said)" = 1 ] && grep -q '^samband: T/1 damaged.E01 is incomplete' said || { cat said; return 1; }
    samband --store "$1" evidence --json | jq -e '[.gaps[] | select(.unit == "span" and (.read | not))] | length > 0' || return 1
    dump_store "$1" >undisturbed.dump
    interrupt "$1"
    cannot "$1" damaged.E01 2>said && return 1
    [ "$(wc -l <said)" = 1 ] && grep -q '^samband: T/1 damaged.E01 failed: ' said || { cat said; return 1; }
    [ "$(states "$1")" = "failed " ] || { states "$1"; return 1; }
    analyse "$1" damaged.E01 2>said
    [ "$(states "$1")" = "incomplete " ] || { states "$1"; return 1; }
    same "$1" undisturbed.dump
}

# A kill after the last unit, before the evidence was settled.
settles()
{
    fresh "$1" T && analyse "$1" disk.raw && order "$1" "UPDATE evidence SET state = 'mapped'" || return 1
    analyse "$1" disk.raw && [ "$(states "$1")" = "complete " ]
}

# Every worker dies, and then the image is another one.
changes()
{
    cp -p original.raw disk.raw
    fresh "$1" T && analyse "$1" disk.raw && interrupt "$1" || return 1
    cannot "$1" disk.raw && return 1
    sed 's/person2@/other22@/' original.raw >disk.raw
    analyse "$1" disk.raw 2>said || { cat said; return 1; }
    grep -q 'has changed since' said || { cat said; return 1; }
    [ "$(states "$1")" = "failed complete " ] || { states "$1"; return 1; }
    [[ "$(values "$1")" = *other22@* ]]
}

# helps STORE STATUS NAMED: `samband work` ends so, and says one line about NAMED (nothing when it is empty).
helps()
{
    samband --store "$1" work --quiet 2>said
    local status=$?
    [ "$status" = "$2" ] && [ "$(grep -c . said)" = "$([ -n "$3" ] && echo 1 || echo 0)" ] && grep -q "$3" said && return 0
    [ "$status" = "$2" ] && [ -z "$3" ] && [ ! -s said ] && return 0
    echo "exit status $status"
    cat said
    return 1
}

# Where the image is not, or is another one, `samband work` leaves it alone.
helper()
{
    cp -p original.raw disk.raw && cp -p original.raw second.raw
    fresh "$1" T && analyse "$1" disk.raw && dump_store "$1" >one.dump && interrupt "$1" || return 1
    rm disk.raw
    helps "$1" 1 'T/1 disk.raw is left alone: .*disk.raw' || return 1
    [ "$(states "$1")" = "mapped " ] || { states "$1"; return 1; }
    sed 's/person2@/other22@/' original.raw >disk.raw
    helps "$1" 1 'T/1 disk.raw is left alone: its files are not' || return 1
    analyse "$1" second.raw && interrupt "$1" || return 1
    helps "$1" 0 'T/1 disk.raw is left alone' || return 1
    [ "$(states "$1")" = "mapped complete " ] || { states "$1"; return 1; }
    cp -p original.raw disk.raw
    helps "$1" 0 '' && [ "$(states "$1")" = "complete complete " ] || { states "$1"; return 1; }
}

check "workers that cannot open it, then the same command (SQLite)" goes_on on.db
check "a kill behind the last unit (SQLite)" settles settled.db
check "an image that changed meanwhile is read (SQLite)" changes changed.db
check "who helps leaves alone what it cannot open (SQLite)" helper helped.db
if [ -n "${POSTGRES_MISSING-}" ]; then
    skip "the same on PostgreSQL" "$POSTGRES_MISSING"
else
    check "workers that cannot open it, then the same command (PostgreSQL)" goes_on "$(database on)"
    check "an image that changed meanwhile is read (PostgreSQL)" changes "$(database changed)"
    check "who helps leaves alone what it cannot open (PostgreSQL)" helper "$(database helped)"
fi

# The same image by another name of its file.
linked()
{
    cp -p original.raw disk.raw && ln -s disk.raw link.raw
    fresh linked.db T && analyse linked.db link.raw && interrupt linked.db || return 1
    helps linked.db 0 '' && [ "$(states linked.db)" = "complete " ]
}
check "a link to an image is the image" linked

limited()
{
    fresh limited.db T || return 1
    (ulimit -f 128 && analyse limited.db disk.raw) 2>said
    [ $? = 1 ] && grep -q '^samband: no room left for the store limited.db' said || { cat said; return 1; }
    analyse limited.db disk.raw && [ "$(states limited.db)" = "complete " ]
}
check "a limit on the size of files is told, and costs nothing" limited
finish
