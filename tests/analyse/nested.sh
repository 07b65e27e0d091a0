# Disks in files of a disk are evidence of their own: what is found in them says where, each byte is seen once, and however
# it is worked on (workers, kills, terms that come later) the store is the same.
. "$(dirname "$0")/../cli/lab.sh"
need jq mke2fs qemu-img qemu-io sqlite3

# disk FOLDER IMAGE SIZE: an ext4 file system with these files
disk() { rm -f "$2"; mke2fs -q -F -t ext4 -U 5c1d3f5e-0000-4000-8000-000000000001 -d "$1" "$2" "$3" >/dev/null || exit 99; }
letter() { printf 'Please write to %s now, it is about the zebra in the attic.\n' "$2" >"$1"; }

mkdir -p guest host/vm host/misc outer
letter guest/letter.txt sparse.guest@example.org
mkdir guest/more && head -c 300000 /dev/urandom >guest/more/random
disk guest guest.raw 4M
qemu-img convert -O qcow2 guest.raw host/vm/work.qcow2
letter guest/letter.txt packed.guest@example.org
disk guest guest.raw 4M
qemu-img convert -c -O qcow2 guest.raw host/vm/packed.bin
letter guest/letter.txt dynamic.guest@example.org
disk guest guest.raw 4M
qemu-img convert -O vpc -o force_size=on guest.raw host/vm/dynamic.vhd
letter guest/letter.txt vmware.guest@example.org
disk guest guest.raw 4M
qemu-img convert -O vmdk guest.raw host/vm/vmware.vmdk
letter guest/letter.txt hyper.guest@example.org
disk guest guest.raw 4M
qemu-img convert -O vhdx guest.raw host/vm/hyper.vhdx
letter guest/letter.txt flat.guest@example.org
disk guest guest.raw 4M
{ head -c 1048576 /dev/zero; cat guest.raw; } >host/vm/holiday.jpg # a flat disk with a partition
printf '\203\0\0\0\0\010\0\0\0\040' | dd of=host/vm/holiday.jpg bs=1 seek=450 conv=notrunc status=none
printf '\125\252' | dd of=host/vm/holiday.jpg bs=1 seek=510 conv=notrunc status=none
letter guest/letter.txt broken.guest@example.org
disk guest guest.raw 4M
qemu-img convert -O qcow2 guest.raw host/vm/broken.qcow2
printf '\0\0\0\1' | dd of=host/vm/broken.qcow2 bs=1 seek=4 conv=notrunc status=none
{ head -c 1048576 /dev/urandom; letter /dev/stdout no.disk@example.org; head -c 1048576 /dev/zero; } | head -c 2097152 >host/misc/boot
printf '\353\074\220' | dd of=host/misc/boot conv=notrunc status=none # begins as one, and is none
printf '\125\252' | dd of=host/misc/boot bs=1 seek=510 conv=notrunc status=none
letter host/readme.txt the.host@example.org
disk host host.raw 96M

found() { samband --store "$1" sightings --kind email --json | jq -r '[.value, .evidence, .file, .allocation] | join(" ")' | sort; }
expected()
{
    sort <<'LIST'
broken.guest@example.org host.raw /vm/broken.qcow2 allocated
dynamic.guest@example.org host.raw › /vm/dynamic.vhd /letter.txt allocated
flat.guest@example.org host.raw › /vm/holiday.jpg /letter.txt allocated
hyper.guest@example.org host.raw › /vm/hyper.vhdx /letter.txt allocated
no.disk@example.org host.raw /misc/boot allocated
packed.guest@example.org host.raw › /vm/packed.bin /letter.txt allocated
sparse.guest@example.org host.raw › /vm/work.qcow2 /letter.txt allocated
the.host@example.org host.raw /readme.txt allocated
vmware.guest@example.org host.raw › /vm/vmware.vmdk /letter.txt allocated
LIST
}
analyse() { samband --store "$1" analyse --case N --quiet "${@:2}"; }
finds_all() { diff <(expected) <(found "$1"); }

fresh one.db N
check "disks within a disk are read" analyse one.db --workers 1 host.raw
check "each value once, in the evidence and file where it stands" finds_all one.db
dump_store one.db >one.dump

for workers in 2 5; do
    fresh many.db N
    check "$workers workers end" analyse many.db --workers "$workers" host.raw
    check "$workers workers: the same content" same many.db one.dump
done
helped()
{
    samband --store "$1" analyse --case N --workers 1 --quiet host.raw &
    local main=$!
    while kill -0 "$main" 2>/dev/null; do
        samband --store "$1" work --workers 1 --quiet || return 1
    done
    wait "$main" && same "$1" one.dump
}
fresh helped.db N
check "another process helps: the same content" helped helped.db
if [ -n "${POSTGRES_MISSING-}" ]; then
    skip "the same on PostgreSQL" "$POSTGRES_MISSING"
else
    url=$(database nested) || exit 99
    fresh "$url" N
    check "PostgreSQL" analyse "$url" --workers 2 host.raw
    check "PostgreSQL: the same content as SQLite" same "$url" one.dump
fi

# Killed at moments all over a run, and gone on with each time.
begun=$(milliseconds)
fresh timed.db N
analyse timed.db --workers 2 host.raw
duration=$(($(milliseconds) - begun))
survives()
{
    local moment landed=0
    for ((moment = duration / 20 + 5; moment < duration; moment += duration / 12 + 1)); do
        fresh killed.db N
        analyse killed.db --workers 2 host.raw 2>/dev/null &
        local supervisor=$!
        sleep "$((moment / 1000)).$(printf '%03d' $((moment % 1000)))"
        kill -KILL "$supervisor" 2>/dev/null && landed=$((landed + 1))
        wait "$supervisor" 2>/dev/null
        analyse killed.db --workers 2 host.raw 2>&1 || return 1
        same killed.db one.dump || { echo "killed after $moment ms"; return 1; }
    done
    echo "$landed kills"
    [ "$landed" -ge 3 ]
}
check "kill -9 at any moment, then the same command: the same content" survives

# What cannot be opened is noted, and searched as a file; neither fails the rest.
noted()
{
    samband --store one.db evidence --json | jq -se 'length == 7 and all(.[]; .state == "complete" and .not_read == 0)' || return 1
    samband --store one.db evidence --json | jq -se '[.[] | .gaps[] | {file, reason}] ==
        [{file: "/vm/broken.qcow2", reason: "a disk image that cannot be opened: broken.qcow2 is of QCOW version 1: convert it with qemu-img to raw first."}]'
}
check "what cannot be opened is noted" noted
inside()
{
    samband --store one.db evidence --json |
        jq -se '[.[] | select(.inside != null) | .inside == "N/1" and (.evidence_id | test("^N/1[.][1-8]$")) and
            .evidence == "host.raw › " + .inside_file and .paths == ["'"$PWD"'/host.raw"]] | length == 6 and all' || return 1
    samband --store one.db evidence --json | jq -se 'map(.evidence_id) | . == sort'
}
check "evidence says where it lies" inside

# The digests of a flat disk are those of its file; of others they are those of the disk.
digests()
{
    local id
    diff <(samband --store one.db files --json | jq -r 'select(.path == "/vm/holiday.jpg").sha256') \
        <(samband --store one.db evidence --json | jq -r 'select(.inside_file == "/vm/holiday.jpg").sha256') || return 1
    diff <(qemu-img convert -O raw host/vm/vmware.vmdk vmware.raw && sha256sum <vmware.raw | cut -d ' ' -f 1) \
        <(samband --store one.db evidence --json | jq -r 'select(.inside_file == "/vm/vmware.vmdk").sha256') || return 1
    for id in $(samband --store one.db evidence --json | jq -r .evidence_id); do
        samband --store one.db verify "$id" | grep -q '^  verified$' || { echo "$id"; return 1; }
    done
}
check "digests are those of the disk, and verified" digests
fresh none.db N
check "without digests" analyse none.db --no-digests host.raw
check "without digests: the same findings" finds_all none.db
check "without digests: none" eval "[ \"\$(samband --store none.db evidence --json | jq -r '.sha256 // empty')\" = '' ]"

# Terms that come later are looked for in the disks too, and once; those that came first as well.
zebras() { samband --store "$1" sightings --kind term --json | jq -r '[.evidence, .file] | join(" ")' | sort; }
where() { expected | cut -d ' ' -f 2- | sed 's/ allocated$//' | sort; }
check "a term that comes later" analyse one.db --term zebra host.raw
check "is found in every disk" diff <(where) <(zebras one.db)
samband --store one.db selectors --json >one.selectors
fresh first.db N
check "a term that comes first" analyse first.db --workers 2 --term zebra host.raw
check "finds the same" diff <(where) <(zebras first.db)
check "the same selectors" diff one.selectors <(samband --store first.db selectors --json)
units() { sqlite3 "$1" "SELECT count(*) FROM unit"; }
before=$(units one.db)
check "the same command again" analyse one.db --term zebra host.raw
check "does nothing twice" [ "$(units one.db)" = "$before" ]
check "the same again with --retry" analyse one.db --retry host.raw

# What an image keeps beside its disk (here that of a snapshot) remains the file's; where both have a byte, it is the disk's.
mkdir -p kept/host kept/guest
letter kept/guest/letter.txt before.snapshot@example.org
disk kept/guest guest.raw 4M
qemu-img convert -O qcow2 guest.raw kept/host/kept.qcow2 && qemu-img snapshot -c one kept/host/kept.qcow2
letter kept/guest/letter.txt behind.snapshot@example.org
disk kept/guest guest.raw 4M
qemu-io -f qcow2 -c "write -s guest.raw 0 4M" kept/host/kept.qcow2 >/dev/null
disk kept/host kept.raw 32M
kept()
{
    analyse kept.db --workers 2 kept.raw || return 1
    diff - <(found kept.db) <<'LIST' || return 1
before.snapshot@example.org kept.raw /kept.qcow2 allocated
behind.snapshot@example.org kept.raw › /kept.qcow2 /letter.txt allocated
LIST
    local offset
    offset=$(samband --store kept.db sightings --value before.snapshot@example.org --json | jq -r .offset)
    [ "$(tail -c +$((offset + 1)) kept.raw | head -c 27)" = before.snapshot@example.org ]
}
fresh kept.db N
check "what a snapshot keeps is found where it stands" kept

# Disks in disks in disks; in a folder; and an image that changed, with all that lies in it.
cp host.raw outer/ && cp host/vm/dynamic.vhd outer/4111111111111111.vhd && disk outer outer.raw 160M
qemu-img convert -O qcow2 outer.raw outer.qcow2
depths()
{
    samband --store "$1" evidence --json | jq -r .evidence_id | awk -F . '{ print NF - 1 }' | sort | uniq -c | tr -s ' \n' ' '
}
deep_found()
{
    { expected | sed "s|host.raw|$2host.raw|"; echo "dynamic.guest@example.org ${2% › /} › /411111******1111.vhd /letter.txt allocated"; } |
        sed 's|› // |› /|' | sort >wanted
    diff wanted <(found "$1")
}
fresh deep.db N
check "a disk in a disk in a disk" analyse deep.db --workers 2 outer.qcow2
check "is as deep as it is" [ "$(depths deep.db)" = " 1 0 2 1 6 2 " ]
check "and everything is found" deep_found deep.db "outer.qcow2 › /"
dump_store deep.db >deep.dump
fresh again.db N
check "one worker" analyse again.db --workers 1 outer.qcow2
check "the same content" same again.db deep.dump
fresh folder.db N
check "a folder with disks in it" analyse folder.db --workers 2 outer
check "everything is found there too" deep_found folder.db "outer › /"

fresh changed.db N
cp host.raw changing.raw
analyse changed.db changing.raw
letter host/readme.txt the.new.host@example.org
disk host changing.raw 96M
changed()
{
    analyse changed.db changing.raw 2>said || return 1
    grep -q 'has changed since it was analysed as N/1' said || return 1
    [ "$(samband --store changed.db evidence --json | jq -r '.evidence_id | sub("[.].*"; "")' | uniq -c | tr -s ' \n' ' ')" = " 7 N/1 7 N/2 " ]
}
check "an image that changed is analysed anew, with the disks in it" changed
finish
