# The command line leaves a record: who read what, with what is masked masked; and it holds while a server writes beside it.
. "$(dirname "$0")/lab.sh"
need jq curl

card=4539148803436467
spaced="4539 1488 0343 6467"
seed="abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
mkdir disk
printf 'card %s, mail anna@example.org, wallet: %s\n' $card "$seed" >disk/note.txt
printf 'd41d8cd98f00b204e9800998ecf8427e\n' >list.txt
export SAMBAND_STORE=$lab/record.db
who=local:$(id -un)

# recorded ACTION OBJECT COMMAND…: its newest record (whatever became of it).
recorded()
{
    local action=$1 object=$2
    shift 2
    samband "$@" >/dev/null 2>&1
    samband audit --json --limit 1 | jq -e --arg a "$action" --arg o "$object" --arg w "$who" \
        '.action == $a and .object == $o and .person == $w and .authority == ""' >/dev/null ||
        { samband audit --limit 1; return 1; }
}
check "case add" recorded add "case add A --country SE --title 'Card shop'" case add A --country SE --title "Card shop"
check "analyse" recorded analyse "analyse --case A --quiet disk" analyse --case A --quiet disk
check "case list" recorded view "case list" case list
for command in evidence files selectors sightings links networks; do
    check "$command" recorded view "$command --json" $command --json
done
check "--reveal" recorded reveal "selectors --reveal --kind card" selectors --reveal --kind card
check "--reveal of files" recorded reveal "files --json --reveal" files --json --reveal
check "find" recorded search "find anna@example.org" find anna@example.org
check "a card is masked" recorded search "find 453914******6467" find "$spaced"
check "so is one that nobody has" recorded search "find '4556 73** **** 9855'" find "4556 7375 8689 9855"
check "so is what only the store knows for a secret" recorded search "find abando$(printf '*%.0s' {1..83})bout" find "$seed"
check "and what its kind tells of" recorded search "find --kind seed 'zebra *****rong'" find --kind seed "zebra zoo wrong"
check "in options too" recorded view "sightings --value=453914******6467" sightings --value=$card
check "known add" recorded known "known add --set s list.txt" known add --set s list.txt
check "known stop" recorded known "known stop card 453914******6467 --reason tests" known stop card $card --reason tests
check "authority add" recorded authority "authority add Centre --country NL --contact desk --centre" authority add Centre --country NL --contact desk --centre
check "verify" recorded view "verify A/1" verify A/1
check "person add says what" bash -c "samband person add bo --role auditor --authority Centre &&
    samband audit --json --limit 1 | jq -e '.action == \"person\" and (.object | startswith(\"bo: role auditor\"))' >/dev/null"

outcomes() { samband audit --json --limit 2 | jq -r .outcome | tr '\n' ' '; }
samband case add A --country SE 2>/dev/null
check "what fails says so" [ "$(outcomes)" = "failed done " ]
count() { samband audit --json | wc -l; }
before=$(count)
samband audit >/dev/null; samband audit verify >/dev/null; samband files --help >/dev/null; samband version >/dev/null
samband files --nonsense 2>/dev/null; samband person list >/dev/null; samband authority list >/dev/null
samband work >/dev/null 2>&1
check "help, misuse, lists of people and the record itself are not in it" [ "$(count)" = "$before" ]
secrets() { samband audit --json | grep -F -e $card -e "$spaced" -e "$seed"; }
check "no secret stands in the record" bash -c "! $(declare -f secrets); ! secrets"

# ---- nothing is shown that cannot be recorded
chmod 755 "$lab"
mkdir sealed && cp record.db sealed/ && chmod 444 sealed/record.db && chmod 555 sealed
as_nobody() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi; }
unread()
{
    ! as_nobody "$SAMBAND_BUILD/samband" --store sealed/record.db selectors >sealed.out 2>sealed.err && [ ! -s sealed.out ] &&
        grep -q "cannot be written\|must be recorded" sealed.err || { cat sealed.out sealed.err; return 1; }
}
if as_nobody "$SAMBAND_BUILD/samband" version >/dev/null 2>&1; then
    check "a store that cannot be written is not read" unread
else
    skip "a store that cannot be written is not read" "the build is closed to others"
fi

# ---- the chain, while the server and several command lines write
samband serve --no-tls --no-workers --listen 127.0.0.1:0 >server.out 2>server.err &
server=$!
for ((i = 0; i < 200; i++)); do grep -q '^Samband answers' server.out && break; sleep 0.05; done
url=$(sed -n 's/^Samband answers at //p' server.out)
link=$(samband person link bo)
curl -s -c jar -o session -H 'Content-Type: application/json' -d "{\"link\":\"${link#*=}\"}" "$url/api/session"
before=$(count)
jobs=()
for ((k = 0; k < 3; k++)); do
    (for ((i = 0; i < 20; i++)); do samband find "nobody$k$i@example.org"; done) >/dev/null &
    jobs+=($!)
done
for ((i = 0; i < 60; i++)); do curl -s -b jar -o answer "$url/api/audit?limit=1"; done
wait "${jobs[@]}"
check "nothing is lost" [ "$(($(count) - before))" = 120 ]
kill $server && wait $server
check "and the record verifies" bash -c "samband audit verify | grep -q 'none changed'"
finish
