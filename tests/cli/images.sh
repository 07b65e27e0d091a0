# Images as people name them: segments of two kinds side by side, one that has changed since, one that is damaged; and
# workers that cannot be started.
. "$(dirname "$0")/lab.sh"
need jq ewfacquire qemu-img

fresh store.db I
export SAMBAND_STORE=$lab/store.db

# acquire NAME TEXT: NAME.E01, 1 MiB that begins with TEXT.
acquire()
{
    { printf '%s' "$2" && head -c $((1048576 - ${#2})) /dev/zero; } >"$1.raw"
    ewfacquire -u -t "$1" -S 4GiB "$1.raw" >/dev/null 2>&1
}
evidence() { samband evidence --json | jq -r .evidence | sort | tr '\n' ' '; }

# ---- numbering
acquire disk "anna@example.org" && printf 'bo@example.org' >disk.000 && head -c 4096 /dev/zero >disk.001 || exit 99
check "raw and Expert Witness segments of one stem" samband analyse --case I --quiet disk.000 disk.001 disk.E01
check "are two images" [ "$(evidence)" = "disk.000 disk.E01 " ]
check "the other way round too" bash -c "samband case add J --country SE && samband analyse --case J --quiet disk.E01 disk.001 disk.000 &&
    [ \$(samband evidence --case J --json | wc -l) = 2 ]"

# ---- an image that has changed is evidence anew
acquire d "first@example.org" || exit 99
check "an image is analysed" samband analyse --case I --quiet d.E01
rm d.E01 && acquire d "second@example.org" || exit 99
check "and again, changed" samband analyse --case I --quiet d.E01
check "it is two items" [ "$(evidence)" = "d.E01 d.E01 disk.000 disk.000 disk.E01 disk.E01 " ]
newest=$(samband evidence --case I --json | jq -r 'select(.evidence == "d.E01") | .evidence_id' | tail -n 1)
verifies() { samband verify "$1" >verify.out 2>&1 && grep -q "^$newest\$" verify.out && grep -q '^  verified' verify.out || { cat verify.out; return 1; }; }
check "verify: its name as a path is the newest" verifies d.E01
check "its absolute path too" verifies "$lab/d.E01"
mkdir elsewhere
check "and its name alone, where no such file is" bash -c "cd elsewhere && samband verify d.E01 | grep -q '^$newest\$'"
check "the older one is there by its number" bash -c "samband verify I/3 >verify.out; grep -q 'NOT VERIFIED' verify.out"
mkdir other && cp d.E01 other/ && samband analyse --case I --quiet other/d.E01
check "one name for two paths is asked about" bash -c "cd elsewhere && ! samband verify d.E01 2>err && grep -q '2 evidence items are named' err"
check "a path is not" verifies "$lab/d.E01"

# ---- a VMDK in one file
{ printf 'carl@example.org' && head -c 2097136 /dev/zero; } >v.raw && qemu-img convert -O vmdk v.raw v.vmdk || exit 99
problem() { samband evidence --case "$1" --json | jq -r .problem; }
# damaged CASE: v.vmdk of its folder is said to be damaged.
damaged()
{
    samband case add "$1" --country SE
    ! samband analyse --case "$1" --quiet "$1/v.vmdk" || return 1
    problem "$1" | grep -q '^v.vmdk is damaged or cut off: copy it again' || { problem "$1"; return 1; }
}
mkdir CUT BAD NAME && head -c 1000 v.vmdk >CUT/v.vmdk && cp v.vmdk BAD/v.vmdk && cp v.vmdk NAME/w.vmdk || exit 99
printf '\377\377\377\177' | dd of=BAD/v.vmdk bs=1 seek=56 conv=notrunc status=none # where its directory of grains is
check "cut off" damaged CUT
check "damaged" damaged BAD
cp v.vmdk NAME/v.vmdk
check "under another name: not the data of the one that has its name" bash -c "samband case add NAME --country SE
    ! samband analyse --case NAME --quiet NAME/w.vmdk"
check "it is told which name it had" bash -c "samband evidence --case NAME --json | jq -r .problem | grep -q 'a file named v.vmdk'"

# ---- no worker
printf '#!/bin/sh\nexit 127\n' >worker && chmod +x worker
check "a worker that cannot be started" bash -c "samband case add Z --country SE; ! SAMBAND_WORKER=$lab/worker samband analyse --case Z --quiet v.raw"
check "is said to be that" bash -c "samband evidence --case Z --json | jq -r .problem | grep 'a worker could not be started, most likely for want of memory'"
finish
