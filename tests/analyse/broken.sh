# Broken evidence through the whole program: images of each format cut off and with flipped bits, a missing segment, files
# that are empty, absent or not to be read, a store without room, containers that are bombs. The program ends by itself with
# 0 (complete) or 1 (said in one sentence, or listed as not read), keeps what can be read, and goes on when the trouble is
# gone.
. "$(dirname "$0")/../cli/lab.sh"
need jq mke2fs mformat mcopy mkntfs ntfscp split

each=50
[ "$sanitized" = 1 ] && each=6

mkdir content
for i in $(seq 1 20); do
    { printf 'Please write to person%d@example.org, card 4539 1488 0343 6467.\n' "$i"; head -c 3000 /dev/urandom | base64; } \
        >"content/letter$i.txt"
done
gzip -k content/letter1.txt
mke2fs -q -t ext4 -d content ext4.raw 2M 2>/dev/null >&2 || exit 99
truncate -s 2M fat.raw && mformat -i fat.raw -v TEST :: && mcopy -i fat.raw content/* :: || exit 99
truncate -s 2M ntfs.raw && mkntfs -q -F -s 512 ntfs.raw 2>/dev/null >/dev/null || exit 99
for i in 1 2 3 4; do ntfscp -q ntfs.raw "content/letter$i.txt" "/letter$i.txt" >/dev/null || exit 99; done
cp ext4.raw split.whole && split -b 1M -d -a 3 --numeric-suffixes=1 split.whole split. && rm split.whole
formats=(ext4.raw fat.raw ntfs.raw split.001)
if command -v qemu-img >/dev/null; then
    qemu-img convert -O vpc ext4.raw disk.vhd
    qemu-img convert -O vmdk fat.raw disk.vmdk
    qemu-img convert -O qcow2 -c ext4.raw disk.qcow2
    formats+=(disk.vhd disk.vmdk disk.qcow2)
else
    say "without qemu-img: no VHD, VMDK, qcow2"
fi
if command -v ewfacquirestream >/dev/null; then
    ewfacquirestream -t disk -c fast -q <ext4.raw >/dev/null 2>&1
    formats+=(disk.E01)
else
    say "without ewfacquirestream: no E01"
fi
if command -v affconvert >/dev/null; then
    affconvert -q -o disk.aff ext4.raw >/dev/null 2>&1 && formats+=(disk.aff)
else
    say "without affconvert: no AFF"
fi

# bounded COMMAND…: status 124 when it does not end within a minute.
bounded() { timeout -k 5 60 "$@"; }

# analyse_broken FORMAT: damages it in `each` ways; complains on standard output.
analyse_broken()
{
    local format=$1 seed image status bad=0
    fresh "$format.db" B
    for seed in $(seq 1 "$each"); do
        mkdir -p "broken/$seed"
        image=broken/$seed/$format # images may name themselves
        damage "$seed" "$format" "$image" || return 1
        case $format in
        split.001) cp split.002 "broken/$seed/" ;;
        esac
        bounded samband --store "$format.db" analyse --case B --workers 2 --silence 10 --quiet "$image" 2>err
        status=$?
        if [ "$status" -gt 1 ] || [ "$(wc -l <err)" -gt 1 ] || grep -qi 'sanitizer\|runtime error' err; then
            echo "$image (seed $seed): status $status, $(head -n 3 err | cut -c 1-300)"
            bad=1
        fi
    done
    bounded samband --store "$format.db" evidence --json >evidence.json || return 1
    [ "$(jq -r .state evidence.json | grep -cv '^\(complete\|incomplete\|failed\)$')" = 0 ] || bad=1
    [ "$(jq 'select(.state == "failed" and .problem == null)' evidence.json | wc -l)" = 0 ] || bad=1
    cat evidence.json >>all.json
    return $bad
}

for format in "${formats[@]}"; do
    begun=$(milliseconds)
    check "$format, broken in $each ways" analyse_broken "$format"
    say "$format: $(jq -r .state evidence.json | sort | uniq -c | tr -s ' \n' ' '), $(($(milliseconds) - begun)) ms"
    rm -r broken
done
say "the reasons: $(jq -r ".problem | strings" all.json | sed "s,[^ ]*/,,g; s,[0-9][0-9]*,N,g" | sort | uniq -c | sort -rn | head -n 12 | tr -s "\n" ";" | cut -c 1-1500)"
killers=$(jq -r '.problem, .gaps[].reason | strings | select(test("signal|sign of life|took longer"))' all.json | sort | uniq -c)
say "in all: $(jq -r .state all.json | sort | uniq -c | tr -s ' \n' ' ')"
[ -z "$killers" ] || say "what workers did not survive: $killers"

# said FILE PATTERN: one line, and it says this.
said() { [ "$(wc -l <"$1")" = 1 ] && grep -q -- "$2" "$1" || { cat "$1"; return 1; }; }
# refused STATUS PATTERN COMMAND…
refused()
{
    local wanted=$1 pattern=$2 status
    shift 2
    bounded "$@" >refused.out 2>refused.err
    status=$?
    [ "$status" = "$wanted" ] && said refused.err "$pattern" || { echo "status $status"; cat refused.out; return 1; }
}

# What stands before a cut is kept: half of each image of many letters, of which the first ones are found.
mkdir cut letters
for i in $(seq 1 40); do
    { printf 'Please write to person%d@example.org\n' "$i"; head -c 60000 /dev/urandom | base64; } >"letters/letter$i.txt"
done
mke2fs -q -t ext4 -d letters letters.raw 6M 2>/dev/null >&2 || exit 99
command -v qemu-img >/dev/null && qemu-img convert -O vpc letters.raw letters.vhd && qemu-img convert -O vmdk letters.raw letters.vmdk &&
    qemu-img convert -O qcow2 letters.raw letters.qcow2
command -v ewfacquirestream >/dev/null && ewfacquirestream -t letters -c fast -q <letters.raw >/dev/null 2>&1
command -v affconvert >/dev/null && affconvert -q -s 256k -o letters.aff letters.raw >/dev/null 2>&1
fresh cut.db B
kept()
{
    head -c "$(($(stat -c %s "$1") * 6 / 10))" "$1" >"cut/$1"
    bounded samband --store cut.db analyse --case B "cut/$1" >cut.out 2>cut.err
    [ $? = 1 ] && [ ! -s cut.err ] && grep -q 'incomplete: [0-9]* ranges* not read' cut.out && grep -q 'not read: .*:' cut.out &&
        [ "$(samband --store cut.db sightings --json | jq -r "select(.evidence == \"$1\") | .value" | grep -c '^person')" -ge 12 ] ||
        { cat cut.out cut.err; return 1; }
}
for image in letters.raw letters.vhd letters.vmdk letters.qcow2 letters.E01 letters.aff; do
    if [ -e "$image" ]; then
        check "$image cut off: what stands before the cut is kept, the rest is said" kept "$image"
    fi
done

fresh store.db B
: >empty.dd
check "an empty file" refused 1 'empty.dd is empty' samband --store store.db analyse --case B empty.dd
check "a file that is not there" refused 1 'cannot open .*absent.dd' samband --store store.db analyse --case B absent.dd
check "a case that is not there" refused 1 'case add' samband --store store.db analyse --case NONE ext4.raw
check "a store in a folder that is not there" refused 1 'absent' samband --store absent/s.db analyse --case B ext4.raw
check "a file that is no store" refused 1 'ext4.raw' samband --store ext4.raw evidence

# As someone who may not read everything.
if [ "$(id -u)" = 0 ]; then
    chmod 755 "$lab"
    mkdir user && chown nobody user
    unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups)
else
    mkdir user
    unprivileged=()
fi
if command -v setpriv >/dev/null && "${unprivileged[@]}" test -x "$SAMBAND_BUILD/samband-worker"; then
    mkdir -p folder/open folder/closed locked
    cp content/letter1.txt folder/open/ && cp content/letter2.txt folder/closed/ && cp content/letter3.txt folder/
    cp content/letter4.txt folder/unreadable.txt
    chmod 000 folder/closed folder/unreadable.txt locked
    "${unprivileged[@]}" samband --store user/s.db case add B --country SE >/dev/null
    check "a folder without permission" refused 1 'locked.*ermission' \
        "${unprivileged[@]}" samband --store user/s.db analyse --case B locked
    mkdir listed && cp content/letter3.txt listed/ && chmod 644 listed
    check "a folder that may be read but not entered" refused 1 'listed: .*searchable' \
        "${unprivileged[@]}" samband --store user/s.db analyse --case B listed
    partly()
    {
        bounded "${unprivileged[@]}" samband --store user/s.db analyse --case B folder >partly.out 2>&1
        [ $? = 1 ] || { cat partly.out; return 1; }
        grep -q 'incomplete: 2' partly.out && grep -q '/closed' partly.out && grep -q '/unreadable.txt' partly.out &&
            [ "$(samband --store user/s.db selectors --json | members .value | grep -c '^person[13]@')" = 2 ] ||
            { cat partly.out; return 1; }
    }
    check "a folder with parts that may not be read: the rest is read, and they are named" partly
else
    skip "permissions" "needs setpriv, and a build that another user may execute"
fi

# A missing segment.
if [ -e "$SHARED_EVIDENCE/email_test.E03" ]; then
    mkdir segments && cp "$SHARED_EVIDENCE"/email_test.E0[1234] segments/ && mv segments/email_test.E03 .
    again() { bounded samband --store store.db analyse --case B segments/email_test.E01; }
    missing()
    {
        again >missing.out 2>&1
        [ $? = 1 ] && grep -q 'not read: bytes .* email_test.E03 is missing' missing.out &&
            [ "$(samband --store store.db sightings --json | wc -l)" -gt 10000 ] || { cat missing.out; return 1; }
    }
    check "a missing segment is named, the rest is read" missing
    mv email_test.E03 segments/
    check "the segment is back: the same command completes" again
    check "and the digests match" bash -c "samband --store store.db evidence | grep -q 'digests match'"
else
    skip "a missing segment" "no public test images in $SHARED_EVIDENCE"
fi

# No room for the store: the process may write no file longer than so many blocks of 1024 bytes.
samband-exercise disks --countries 1 --cases 1 --seed 5 --size 48 --quiet || exit 99
full=(disks/disks/*)
fresh room.db B
check "with room" bounded samband --store room.db analyse --case B --quiet "${full[0]}"
dump_store room.db >room.dump
no_room() { (trap '' XFSZ; ulimit -f "$1"; refused 1 'room\|full\|space\|large' samband --store full.db analyse --case B --quiet "${full[0]}"); }
for blocks in 200 400 900 1500; do
    fresh full.db B
    check "no room beyond $blocks KiB: one clear line" no_room "$blocks"
    check "room again: the same command completes" bounded samband --store full.db analyse --case B --quiet "${full[0]}"
    check "and the content is that of an undisturbed run" same full.db room.dump
done

# Bombs.
mkdir bombs
echo "before@example.org" >bombs/a.txt
head -c 3G /dev/zero | gzip -1 >bombs/b.gz
cp bombs/b.gz bombs/nested && for i in $(seq 30); do gzip -c bombs/nested >next && mv next bombs/nested; done && mv bombs/nested bombs/c.gz
echo "deep@example.org" >deep && for i in $(seq 30); do gzip -c deep >next && mv next deep; done && mv deep bombs/d.gz
echo "behind@example.org" >bombs/e.txt
mke2fs -q -t ext4 -d bombs bombs.raw 16M 2>/dev/null >&2 || exit 99
fresh bombs.db B
bombs()
{
    local begun
    begun=$(milliseconds)
    bounded samband --store bombs.db analyse --case B --workers 2 bombs.raw >bombs.out 2>&1
    [ $? -le 1 ] || { cat bombs.out; return 1; }
    echo "$(($(milliseconds) - begun)) ms"
    grep -q 'not decoded to its end' bombs.out || { cat bombs.out; return 1; }
}
check "bombs: bounded time, and noted" bombs
check "what stands beside bombs is found" bash -c \
    "[ \$(samband --store bombs.db selectors --kind email --json | jq -r .value | grep -c '^\(before\|behind\)@') = 2 ]"
finish
