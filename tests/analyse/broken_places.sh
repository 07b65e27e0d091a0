# What the listing says of odd evidence through the whole program: holes of terabytes, places that are none, files that change
# between two runs, names that are no text.
. "$(dirname "$0")/../cli/lab.sh"
need jq perl truncate

bounded() { timeout -k 5 60 "$@"; }

# Holes: an image, and a file of a folder, of 8 TiB with a few bytes in them.
mkdir holes
if truncate -s 8T holes/disk.raw 2>/dev/null; then
    printf 'write to deep@example.org soon' | dd of=holes/disk.raw bs=4096 seek=1342177280 conv=notrunc 2>/dev/null
    fresh holes.db B
    check "a sparse image of 8 TiB, within a minute" bounded samband --store holes.db analyse --case B --no-digests --quiet holes/disk.raw
    check "a sparse file of 8 TiB, with digests, within a minute" bounded samband --store holes.db analyse --case B --quiet holes
    found() { [ "$(samband --store holes.db sightings --json | jq -r 'select(.value == "deep@example.org") | .file_offset' | sort -u)" = 5497558138889 ]; }
    check "what stands in them is found, in its place" found
    check "that the file has no digests is said" bash -c "samband --store holes.db evidence | grep -q 'holes: it has no digests'"
    if PATH=$PATH:/sbin:/usr/sbin mke2fs -q -t ext4 -b 4096 -d holes big.raw 64M >/dev/null 2>&1; then
        check "that file in a file system, within a minute" bounded samband --store holes.db analyse --case B --quiet big.raw
        check "what stands in it is found" bash -c \
            "[ \$(samband --store holes.db sightings --json | jq -r 'select(.evidence == \"big.raw\") | .file_offset') = 5497558138889 ]"
    else
        skip "that file in a file system" "this mke2fs copies no such file"
    fi
    rm -r holes
else
    skip "holes" "no sparse files of 8 TiB in this file system"
fi

# Where a sighting has a place in the image, its first bytes stand there; where it has none, the path says so.
samband-exercise ex --countries 2 --cases 4 --seed 5 --size 48 --quiet || exit 99
fresh places.db B
for disk in ex/disks/*.dd; do bounded samband --store places.db analyse --case B --no-digests --quiet "$disk" || exit 99; done
stands_there()
{
    samband --store places.db sightings --kind email --json |
        jq -r 'select(.encoding == "utf-8" and .offset != null and .path == (.offset | tostring)) | [.evidence, .offset, .value] | @tsv' |
        perl -F'\t' -ane 'chomp @F; open my $disk, "<", "ex/disks/$F[0]" or die; seek $disk, $F[1], 0; read $disk, my $found, 4;
            lc $found eq lc substr $F[2], 0, 4 or print("@F: $found\n"), $bad++; $all++; END { exit($bad || $all < 300) }'
}
check "a sighting with an offset stands there" stands_there
no_place()
{
    samband --store places.db sightings --json | jq -c 'select((.offset == null) != (.path | startswith("FILE-")))' | head -n 3 >odd
    [ ! -s odd ] && [ "$(samband --store places.db sightings --json | jq -c 'select(.offset == null)' | wc -l)" -ge 10 ] || { cat odd; return 1; }
}
check "one in a compressed file has none, and its path says so" no_place
mkdir folder && echo "to folder@example.org" >folder/letter.txt
check "a folder" bounded samband --store places.db analyse --case B --quiet folder
check "nor has one in a folder" bash -c \
    "[ \$(samband --store places.db sightings --value folder@example.org --json | jq -c '[.offset, .path]') = '[null,\"FILE-3\"]' ]"

# Evidence that changes.
fresh changed.db B
echo "it was old@example.org" >disk.raw
check "evidence" bounded samband --store changed.db analyse --case B --quiet disk.raw
silent() { bounded samband --store changed.db analyse --case B --quiet disk.raw >again.out 2>&1 && [ ! -s again.out ] || { cat again.out; return 1; }; }
check "the same again: nothing to say" silent
echo "it was new@example.org" >disk.raw
noticed()
{
    bounded samband --store changed.db analyse --case B --quiet disk.raw 2>notice
    [ $? = 0 ] && [ "$(wc -l <notice)" = 1 ] && grep -q 'disk.raw has changed since it was analysed as B/1' notice || { cat notice; return 1; }
    [ "$(samband --store changed.db evidence --json | jq -r .state | tr '\n' ' ')" = "complete complete " ] &&
        [ "$(samband --store changed.db selectors --json | members .value | tr '\n' ' ')" = "new@example.org old@example.org " ]
}
check "other bytes under the same name and of the same size are noticed, and read" noticed
check "and once only" silent

# Names.
odd=$(printf 'disk\377.raw')
cp disk.raw "$odd"
name()
{
    bounded samband --store changed.db analyse --case B "$odd" >name.out 2>&1
    [ $? = 1 ] && [ "$(wc -l <name.out)" = 1 ] && grep -q 'disk\\xff.raw is not UTF-8.*rename' name.out || { cat name.out; return 1; }
}
check "a name that is not UTF-8" name
finish
