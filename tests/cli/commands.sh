# The command line as its users and their programs meet it: help, misuse, JSON Lines with settled names, masked cards,
# names that would steer a terminal, hash sets and stop lists.
. "$(dirname "$0")/lab.sh"
need jq mke2fs

samband() { command samband "$@"; }
commands=(case analyse work evidence files selectors sightings links networks find known verify)

# ---- help and misuse
helps()
{
    local command
    for command in "${commands[@]}" "case add" "case list" "known add" "known stop" "known match" "known list"; do
        # shellcheck disable=SC2086
        samband $command --help >help 2>help.err || { echo "$command --help fails"; return 1; }
        [ -s help ] && [ ! -s help.err ] && grep -q "^usage: samband $command" help || { echo "$command"; cat help help.err; return 1; }
    done
}
check "--help of every command" helps
overview() { samband --help | grep -q "^  $1 "; }
for command in "${commands[@]}"; do overview "$command" || missing="${missing-} $command"; done
check "the overview names every command (not:${missing-})" [ -z "${missing-}" ]
options()
{
    local option
    samband "$1" --help >help
    for option in $2; do grep -q -- "^  --$option" help || { echo "$1 --help does not name --$option"; return 1; }; done
}
check "help of analyse names its options" options analyse "case workers no-digests worker-memory silence quiet"
for command in files selectors sightings links networks; do
    check "help of $command names its options" options "$command" "json case limit help"
done
check "help of selectors names --reveal" options selectors "reveal kind"

misused()
{
    local status
    samband "$@" >misuse.out 2>misuse.err
    status=$?
    [ "$status" = 2 ] && [ -s misuse.err ] && [ ! -s misuse.out ] || { echo "samband $*: status $status"; cat misuse.out misuse.err; return 1; }
}
misuses()
{
    misused && misused nonsense && misused --store && misused analyse && misused analyse --case X &&
        misused analyse --case X --workers many d && misused analyse --case X --workers -1 d &&
        misused analyse --case X --workers 100000 d && misused files extra && misused links --why --json &&
        misused selectors --nonsense && misused selectors --kind && misused selectors --json=yes && misused find &&
        misused find a b && misused find --kind nonsense x && misused known && misused known add file &&
        misused known add --set S --kind odd file && misused known stop card && misused known stop nonsense x &&
        misused verify && misused case && misused case add && misused work extra
}
check "misuse ends with 2 and a word on standard error" misuses
check "no store: a sentence" bash -c "! samband --store none.db links 2>err && [ \$(wc -l <err) = 1 ] && ! [ -e none.db ]"

# ---- two cases that share things
card=4539148803436467
spaced="4539 1488 0343 6467"
odd_name=$'odd\033[2J\033]0;owned\007\nname\u202etxt.exe'
noise() { printf 'support@vendor.example, see https://vendor.example/help/%s\n' "program"; }
mkdir one two
printf 'Pay with %s or write to Boss@Gang.example. IBAN DE89 3704 0044 0532 0130 00\n' "$spaced" >one/letter.txt
printf 'number %s, boss@gang.example and quiet@gang.example\n' "$card" >two/note.txt
noise >one/manual.txt
noise >two/readme.txt
printf 'odd@one.example\n' >"one/$odd_name"
mke2fs -q -t ext4 -d one one.dd 2M 2>/dev/null >&2 && mke2fs -q -t ext4 -d two two.dd 2M 2>/dev/null >&2 || exit 99
export SAMBAND_STORE=$lab/cases.db
check "case add" samband case add SE-1 --country SE --title "First"
check "case add" samband case add DK-1 --country DK --title "Second"
check "the same case again is an error" bash -c "! samband case add DK-1 --country DK 2>/dev/null"
check "case list" bash -c "samband case list --json | jq -e -s 'length == 2' >/dev/null"
check "analyse" samband analyse --case SE-1 --quiet one.dd
check "analyse" samband analyse --case DK-1 --quiet two.dd

# ---- JSON Lines
# fields COMMAND NAMES…: every line is an object with at least these members.
fields()
{
    local command=$1 names
    shift
    names=$(printf '%s\n' "$@" | jq -R . | jq -s -c .)
    # shellcheck disable=SC2086
    samband $command --json >lines.json || return 1
    [ "$(wc -l <lines.json)" = "$(jq -c . lines.json | wc -l)" ] && [ -s lines.json ] || { echo "no JSON Lines"; return 1; }
    jq -e -s --argjson names "$names" 'all(.[]; (keys as $keys | $names - $keys) == [])' lines.json >/dev/null ||
        { echo "not all of $names"; head -n 2 lines.json; return 1; }
}
check "selectors --json" fields selectors kind value cases countries sightings
check "sightings --json" fields sightings case evidence kind value offset path file file_offset allocation encoding count context
check "files --json" fields files case evidence path size allocated md5 sha1 sha256 type modified known
check "links --json" fields links kind value cases countries weight
check "networks --json" fields networks cases countries selectors weight
check "evidence --json" fields evidence case evidence format size state md5 sha1 sha256
check "--case" bash -c "samband sightings --case DK-1 --json | jq -e -s 'length > 0 and all(.[]; .case == \"DK-1\")' >/dev/null"
check "--limit" bash -c "[ \$(samband selectors --limit 2 --json | wc -l) = 2 ]"

# ---- cards are masked
masked()
{
    local command
    for command in selectors sightings links "links --why" files evidence networks "find $card"; do
        for json in "" --json; do
            [ "$command$json" = "links --why--json" ] && continue
            # shellcheck disable=SC2086
            samband $command $json >masked.out || return 1
            ! tr -d ' -' <masked.out | grep -q "$card" || { echo "$command $json shows the card"; return 1; }
            ! grep -qE '1488[ -]?0343' masked.out || { echo "$command $json shows its middle"; return 1; }
        done
    done
}
check "cards are masked in every listing, contexts too" masked
check "the masked form" bash -c "samband selectors --kind card | grep -q '453914.*6467'"
check "--reveal shows them" bash -c "samband selectors --kind card --reveal --json | grep -q $card"
check "--reveal in contexts" bash -c "samband sightings --kind card --reveal | grep -q '$spaced'"

# ---- names that would steer a terminal
quiet()
{
    local command
    for command in files sightings evidence "links --why" "files --json" "sightings --json"; do
        # shellcheck disable=SC2086
        samband $command >quiet.out || return 1
        ! grep -q "$(printf '[\001-\010\013-\037]')" quiet.out || { echo "$command: control characters"; return 1; }
    done
    [ "$(samband files | grep -c owned)" = 1 ] || { echo "the name stands on more than one line"; return 1; }
    ! samband files | grep -q $'\u202e' || { echo "a bidirectional override"; return 1; }
    samband files --json | jq -r .path | grep -zq "$(printf '/odd\033')" || { echo "JSON does not give the name back"; return 1; }
}
check "file names never reach a terminal raw" quiet
check "| head -1 ends cleanly" bash -c "set -o pipefail; samband selectors 2>err | head -n 1 >/dev/null; s=\${PIPESTATUS[0]}; [ ! -s err ] && { [ \$s = 0 ] || [ \$s = 141 ]; }"
for i in $(seq 1 20000); do echo "many$i@example.org"; done >many.txt
samband case add MANY --country SE >/dev/null && samband analyse --case MANY --quiet many.txt
check "| head -1 of a long listing ends cleanly" bash -c \
    "samband selectors --case MANY 2>err | head -n 1 >/dev/null; s=\${PIPESTATUS[0]}; [ ! -s err ] && { [ \$s = 0 ] || [ \$s = 141 ]; } || { cat err; echo \$s; false; }"

# ---- find
check "find: a hit, however it is written" bash -c "samband find '$spaced' | grep -q '^hit: card.*DK-1, SE-1' && samband find BOSS@gang.example | grep -q '^hit: email'"
check "find: an account with spaces" bash -c "samband find 'de89 3704 0044 0532 0130 00' | grep -q '^hit: iban'"
check "find: no hit" bash -c "[ \"\$(samband find '4111 1111 1111 1111')\" = 'no hit' ]"
check "find --json" bash -c "samband find '$card' --json | jq -e .hit >/dev/null && samband find x@y.example --json | jq -e '.hit == false' >/dev/null"

# ---- links, and what links nobody
has_link() { samband links --json --reveal | jq -e -s --arg kind "$1" --arg value "$2" 'any(.[]; .kind == $kind and .value == $value)' >/dev/null; }
no_link() { ! has_link "$@"; }
check "what both have is a link: card" has_link card $card
check "email" has_link email boss@gang.example
check "what only one has is none" no_link email quiet@gang.example
check "a program's address links, as long as nobody knows the program" has_link email support@vendor.example
check "and so does the same file" bash -c "samband links --kind file --json | jq -e '.kind == \"file\"' >/dev/null"
check "links --why names files and places" bash -c "samband links --why | grep -q '/letter.txt' && samband links --why | grep -q '/note.txt'"
cp cases.db before.db
noise >manual.txt
# Each form of hash set, each from the same store.
{ md5sum <manual.txt | tr a-f A-F; } >plain-md5.txt
sha1sum manual.txt >plain-sha1.txt
{ echo "# good"; echo; sha256sum manual.txt | cut -d' ' -f1; } >plain-sha256.txt
printf '%%%%%%%% HASHDEEP-1.0\n%%%%%%%% size,md5,sha256,filename\n## comment\n%d,%s,%s,/usr/share/manual.txt\n' \
    "$(stat -c %s manual.txt)" "$(md5sum <manual.txt | cut -d' ' -f1)" "$(sha256sum <manual.txt | cut -d' ' -f1)" >hashdeep.txt
printf '"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"\r\n"%s","%s","00000000","manual, first.txt",60,1,"362",""\r\n' \
    "$(sha1sum <manual.txt | cut -d' ' -f1 | tr a-f A-F)" "$(md5sum <manual.txt | cut -d' ' -f1 | tr a-f A-F)" >nsrl.txt
for list in plain-md5.txt plain-sha1.txt plain-sha256.txt hashdeep.txt nsrl.txt; do
    cp before.db cases.db
    check "known add $list" samband known add --set good "$list"
    check "$list: what stands only in the known file links no more" no_link email support@vendor.example
    check "$list: the known file itself neither" bash -c "[ -z \"\$(samband links --kind file --json)\" ]"
    check "$list: the rest does" has_link card $card
done
check "files tells what is known" bash -c "samband files --json | jq -e -s 'map(select(.known == \"good\")) | length == 2' >/dev/null"
check "known list --json" bash -c "samband known list --json | jq -e '.digests == 1 and .files == 2' >/dev/null"
check "a list that is none is refused with its line" bash -c "echo no digest >bad.txt; ! samband known add --set good bad.txt 2>err && grep -q 'bad.txt, line 1' err"
check "known stop" samband known stop email boss@gang.example --reason test
check "what is on the stop list links no more" no_link email boss@gang.example
check "known stop takes a card as people write it" samband known stop card "$spaced"
check "and it links no more" no_link card $card
check "verify: nothing changed" bash -c "samband verify SE-1/1 | grep -q '^  verified'"
printf 'x' | dd of=one.dd bs=1 seek=5000 conv=notrunc status=none
check "verify: one byte changed" bash -c "! samband verify SE-1/1 >verify.out && grep -q 'NOT VERIFIED' verify.out"
finish
