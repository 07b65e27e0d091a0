# What evidence may cost: containers that hold more than they weigh or reach further than a span, sizes and names that are
# absurd, and one byte that no worker survives. The time is bounded, what can be read is read, what cannot be is said.
. "$(dirname "$0")/../cli/lab.sh"
need jq mke2fs debugfs mformat mcopy xz gzip

slow=1 # times that a sanitized build takes longer
[ "$sanitized" = 1 ] && slow=5
ulimit -c 0

# make_ext4 FOLDER IMAGE SIZE
make_ext4() { mke2fs -q -t ext4 -d "$1" "$2" "$3" 2>/dev/null >&2 || exit 99; }

# analyse IMAGE [OPTION…]: status, and store.db anew.
analyse()
{
    local image=$1
    shift
    fresh store.db B
    timeout -k 5 $((60 * slow)) samband --store store.db analyse --case B --workers 2 --quiet "$@" "$image" 2>err
}

evidence() { samband --store store.db evidence --json | jq -c "$1"; }
# is FILTER VALUE: of the evidence
is() { [ "$(evidence "$1")" = "$2" ] || { evidence .; return 1; }; }
emails() { samband --store store.db selectors --kind email --json | jq -r .value; }

# ---- a list in an archive: a hundred times what it weighs, in a unit of its own (the hole makes it one) ----
addresses=400000
[ "$sanitized" = 1 ] && addresses=20000
mkdir list
awk -v most="$addresses" 'BEGIN { srand(1); for (i = 0; i < most; i++)
    printf "person-%06d-%x-of-a-long-list@one-of-its-longer-hosts.example.org wrote to all of them\n", i, rand() * 2 }' |
    xz -6 >list/list.xz
truncate -s +8K list/list.xz
make_ext4 list list.raw 8M
check "an archive of $(stat -c %s list/list.xz) bytes with $addresses addresses is analysed" analyse list.raw
check "it is complete" is '[.state, .gaps]' '["complete",[]]'
found_all() { [ "$(emails | wc -l)" = "$addresses" ] && [ "$(samband --store store.db sightings --json | head -n 1 | jq -r .file)" = /list.xz ]; }
check "each address is there" found_all
rm -r list list.raw store.db

# ---- a container in free space that goes on far behind the span it begins in ----
truncate -s 104M free.raw && mformat -i free.raw -v FREE :: && echo hello >hello.txt && mcopy -i free.raw hello.txt :: || exit 99
{ echo 'begin@example.org'; head -c 30M /dev/urandom | base64; echo ' end@example.org'; } | gzip -1 |
    dd of=free.raw bs=1M seek=60 conv=notrunc status=none
check "a container that reaches 26 MiB behind its span" analyse free.raw --no-digests
check "is decoded to its end" [ "$(emails | tr '\n' ' ')" = "begin@example.org end@example.org " ]
rm free.raw

# ---- sizes that a file system claims ----
mkdir sizes
for i in 1 2 3; do echo "Please write to person$i@example.org now" >"sizes/f$i.txt"; done
truncate -s 3M sizes/sparse && echo 'behind@example.org' >>sizes/sparse
make_ext4 sizes plain.raw 8M
claim() { cp plain.raw claim.raw && debugfs -w -R "$1" claim.raw 2>/dev/null >&2; }
listed() { [ "$(samband --store store.db files --json | jq -r .path | grep -cE '^/(f[123].txt|sparse)$')" = 4 ]; }
all_found() { [ "$(emails | tr '\n' ' ')" = "behind@example.org person1@example.org person2@example.org person3@example.org " ]; }
# A size that no bytes back, and sizes that are holes: those are passed over.
while read -r ends file claimed; do
    claim "sif $file size $claimed" || exit 99
    claimed_ends() { analyse claim.raw; [ $? = "$ends" ] || { cat err; return 1; }; }
    check "$file claims $claimed bytes: it ends, with $ends" claimed_ends
    check "the files are listed" listed
    check "and read, as far as they lie there" all_found
    check "what is not is named" is "[.gaps[] | select((.file + .reason | contains(\"$file\")) and .read == ($ends == 0))] | length > 0" true
done <<'EOF'
1 /f1.txt 0x7fffffffffffffff
0 /sparse 0x3fffffffffff0000
0 /sparse 0x000000ffffffffff
EOF
for count in 100000000 4294967295; do
    claim "ssv inodes_count $count" || exit 99
    inodes() { analyse claim.raw; [ $? -le 1 ] && all_found || { cat err; return 1; }; }
    check "$count inodes: it ends, and what stands there is found" inodes
done
rm -r sizes plain.raw claim.raw

# ---- names ----
mkdir names
(
    cd names || exit 99
    n=0
    for name in $'line\nbreak' $'escape\e[2J\e]0;title\a' $'bad\xff\xfe\xc3' "quote\"back\\slash" $'\u202eright' $'tab\tdel\x7f' \
        "$(printf 'a%.0s' {1..254})"$'\xc3' "$(printf 'é%.0s' {1..127})"; do
        echo "in a file: person$((++n))@example.org" >"$name"
    done
    for depth in {1..20}; do
        name=$(printf "é%.0s" {1..126})$depth
        mkdir "$name" && cd "$name" || exit 99
        echo "cd $name" >>"$lab/to_the_depth"
    done
    echo "in the depth: person99@example.org" >deep.txt
    echo "in the depth: person98@example.org" >claim.txt
) || exit 99
sums() { find names -type f ! -name claim.txt -execdir sha256sum {} + | tr -d '\\' | cut -d ' ' -f 1 | sort; }
sums >names.sums
make_ext4 names names.raw 8M
echo 'sif claim.txt size 0x7fffffffffffffff' >>to_the_depth
debugfs -w -f to_the_depth names.raw 2>/dev/null >&2
# A gap of a file with such a name: its reason is long, and cut where a character goes on.
named()
{
    analyse names.raw
    [ $? = 1 ] || { cat err; return 1; }
    samband --store store.db files --json >files.json && samband --store store.db evidence --json >evidence.json &&
        samband --store store.db sightings --json >sightings.json || return 1
    for listing in files evidence sightings; do
        iconv -f UTF-8 -t UTF-8 "$listing.json" >/dev/null && jq -e . "$listing.json" >/dev/null || return 1
    done
    [ "$(jq -r '.sha256 // empty' files.json | sort | comm -12 - names.sums | wc -l)" = "$(wc -l <names.sums)" ] || return 1
    [ "$(jq '[.gaps[] | select(.read | not)] | length' evidence.json)" -ge 1 ] || return 1
    [ "$(jq -r .path files.json | grep -c 'deep.txt$')" = 1 ]
}
check "names that are no text, too long, or meant for a terminal: JSON stays JSON, each file is hashed" named
shown() { for command in files evidence sightings; do samband --store store.db "$command"; done | tee shown.out | iconv -f UTF-8 -t UTF-8 >/dev/null; }
check "text stays text" shown
check "and says nothing to a terminal" bash -c '! grep -qP "[\x00-\x08\x0b-\x1f\x7f]" shown.out'
check "what stands in such files is found" [ "$(emails | grep -c '^person')" = "$(($(wc -l <names.sums) + 1))" ]
rm -r names names.raw

# ---- one byte that no worker survives ----
mkdir poison
lines()
{
    awk -v name="$1" -v most="$2" 'BEGIN { for (i = 1; i <= most; i++)
        printf "line of %s: %s%d@example.org, and so that it takes some room a hundred more characters: ......\n", name, name, i }'
}
lines order 40000 | head -c 5M >poison/order
lines parts 90000 | head -c 10M >poison/parts # a hole makes it a file that is read by itself
fallocate -p -o 4M -l 1M poison/parts || dd if=/dev/zero of=poison/parts bs=1M seek=4 count=1 conv=notrunc status=none
make_ext4 poison poison.raw 40M
sightings() { samband --store store.db sightings --json | jq -c 'select(.kind == "email") | [.value, .file, .file_offset, .offset, .path, .encoding]'; }
check "undisturbed" analyse poison.raw
sightings | sort >whole.jsonl
order_at=$(samband --store store.db sightings --json | jq 'select(.value == "order20000@example.org") | .offset' | head -n 1)

# poisoned WAY BYTE IN_FILE OF_FILE: the gap is 64 KiB at most and holds the byte; nothing else is missing. IN_FILE: the gap
# counts in the file that the jq filter OF_FILE selects, rather than in the image.
poisoned()
{
    local image=$1-$2.img begun gap
    ln -f poison.raw "$image"
    begun=$(milliseconds)
    SAMBAND_WORKER=$SAMBAND_BUILD/tests/analyse/poisoned_worker analyse "$image" --silence 1
    [ $? = 1 ] || { cat err; return 1; }
    took=$(($(milliseconds) - begun))
    is '[.gaps[] | select(.read | not)] | length' 1 || return 1
    gap=$(evidence '.gaps[] | select(.read | not)')
    jq -e "$2 >= .start and $2 < .start + .length and .length <= 65536" <<<"$gap" >/dev/null || { echo "$gap"; return 1; }
    # What begins in the gap is missing, and that alone.
    jq -c --argjson gap "$gap" \
        "select((if $3 then .[2] else .[3] end) as \$at | (($4 and \$at != null and \$at >= \$gap.start and \$at < \$gap.start + \$gap.length) | not))" \
        whole.jsonl >expected.jsonl
    sightings | sort | cmp - expected.jsonl && [ "$(wc -l <expected.jsonl)" -lt "$(wc -l <whole.jsonl)" ] ||
        { sightings | sort | diff - expected.jsonl | head -n 10; wc -l expected.jsonl whole.jsonl; return 1; }
}
in_time() { echo "$took ms"; [ "$took" -lt "$1" ]; }
sum_of() { samband --store store.db files --json | jq -r "select(.path == \"/$1\") | .sha256 // \"none\""; }
for way in die hang; do
    check "$way at a byte of a file that is read by itself: 64 KiB are missing" \
        poisoned $way-file 7654321 true '.[1] == "/parts"'
    check "in bounded time" in_time $((20000 * slow))
    say "$took ms"
    check "its digests are withheld" [ "$(sum_of parts)" = none ]
    check "others are not" [ "$(sum_of order)" = "$(sha256sum <poison/order | cut -d ' ' -f 1)" ]
    check "$way at a byte of the sweep: 64 KiB are missing" poisoned $way-span "$order_at" false true
    check "in bounded time" in_time $((20000 * slow))
    say "$took ms"
    check "the file there has its digests" [ "$(sum_of order)" = "$(sha256sum <poison/order | cut -d ' ' -f 1)" ]
    check "and so has the one read by itself" [ "$(sum_of parts)" = "$(sha256sum <poison/parts | cut -d ' ' -f 1)" ]
done
finish
