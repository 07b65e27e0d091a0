# A disk's free space is cut into spans of 64 MiB. What lies across a cut is found once: text in each encoding,
# and containers whose bytes go on in the next span.
. "$(dirname "$0")/../cli/lab.sh"
need jq gzip zip xz zstd base64 iconv mformat mcopy sqlite3

# plant CUT NAME: the bytes of the standard input, a line of their own, their middle on that cut.
plant()
{
    { echo && cat && echo; } >"$2"
    dd if="$2" of=disk.raw bs=4K oflag=seek_bytes seek=$(($1 * (64 << 20) - $(stat -c %s "$2") / 2)) conv=notrunc status=none
}

# letter NAME: an address at either end, so that they do not stand in the same span, and one in the middle.
letter() { printf 'to first-%s@example.org\n%s\nto middle-%s@example.org\n%s\nto last-%s@example.org\n' "$1" "$(words)" "$1" "$(words)" "$1"; }
words() { for i in $(seq 60); do printf 'a line of an ordinary letter, number %d\n' "$i"; done; }

# Not zeros, of which file systems make holes.
yes 'nothing that anybody looks for stands here' | head -c $(((7 * 64 + 1) << 20)) >disk.raw
mformat -i disk.raw -v FREE :: && echo hello >hello.txt && mcopy -i disk.raw hello.txt :: || exit 99
printf 'to middle-text@example.org' | plant 1 text
printf 'to middle-wide@example.org' | iconv -t UTF-16LE | plant 2 wide
letter gzip | gzip | plant 3 gzip
letter base64 | base64 | plant 4 base64
letter zip >letter && zip -q - letter | plant 5 zip
letter xz | xz | base64 | plant 6 xz
letter zstd | zstd -q | plant 7 zstd

fresh store.db S
check 'a disk is analysed' samband --store store.db analyse --case S --workers 2 --no-digests --quiet disk.raw
check 'it is cut where it should be' \
    [ "$(sqlite3 store.db "select group_concat(start >> 26) from (select start from unit where kind = 'span' order by start)")" = 0,1,2,3,4,5,6,7 ]
samband --store store.db sightings --kind email --json >found
for name in text wide gzip base64 zip xz zstd; do
    wanted="middle-$name@example.org"
    case $name in text | wide) ;; *) wanted="first-$name@example.org last-$name@example.org $wanted" ;; esac
    # shellcheck disable=SC2086 # one word per value
    check "$name across a cut is found, once" \
        [ "$(jq -r --arg name "-$name@" 'select(.value | contains($name)) | "\(.count) \(.value)"' found | sort | tr '\n' ' ')" = \
        "$(printf '1 %s ' $wanted)" ]
done
finish
