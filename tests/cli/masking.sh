# What is masked: cards and keys of wallets, wherever they stand; and what is not: everything else, also beside them.
. "$(dirname "$0")/lab.sh"
need jq

# ---- every kind: as a value in a table and in JSON, and in its context
card=4539578763621486
wif=5Kd3NBUAdUnhyzenEwVLy9pBKxSwXvE9FMPyR4UKZvpe6E3AgLr
compressed=L3Hq7a8FEQwJkW1M2GNKDW28546Vp5miewcCzSqUD9kCAXrJdS3g
bip38=6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGg
xpub=xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8
xprv=xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi
declare -A open=(
    [iban]=DE89370400440532013000 [email]=anna@example.org [url]=http://example.org/path
    [onion]=2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion [ip]=93.184.216.34 [phone]=+46701740605
    [btc]=1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa [eth]=0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
    [ltc]=LT2KVaAy1ppRuxRgrS5RNU3vBsy7RibPeA [doge]=DD4KSSuBJqcjuTcvUg1CgUKeurPUFeEZkE
    [dash]=XuUGDZHrKLo841CyamDbG5W7n59epA71h2 [bch]=bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a
    [trx]=TJCnKsPa7y5okkXvQAidZBzqx3QyQ6sxMW [xrp]=rf1BiGeXwwQoi8Z2ueFYTEXSwuJYfV2Jpn
    [xmr]=44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A
    [ada]=addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl8
)
mkdir kinds
for kind in "${!open[@]}"; do printf 'here: %s stands\n' "${open[$kind]}" >"kinds/$kind"; done
for secret in card wif compressed bip38 xpub xprv; do printf 'here: %s stands\n' "${!secret}" >"kinds/secret-$secret"; done
export SAMBAND_STORE=$lab/kinds.db
samband case add K --country SE && samband analyse --case K --quiet kinds || exit 99

# readable KIND VALUE: as table, JSON and context
readable()
{
    samband selectors --kind "$1" | grep -qF "$2" || { echo "selectors"; return 1; }
    samband selectors --kind "$1" --json | jq -e -s --arg v "$2" 'any(.[]; .value == $v)' >/dev/null || { echo "--json"; return 1; }
    samband sightings --kind "$1" --json | jq -e -s --arg v "$2" 'any(.[]; .value == $v and (.context | contains("here: " + $v + " stands")))' >/dev/null ||
        { echo "sightings --json"; samband sightings --kind "$1" --json; return 1; }
    samband sightings --kind "$1" | grep -qF "here: $2 stands" || { echo "context"; return 1; }
    samband find "$2" | grep -qF "hit: $1 $2," || { echo "find"; return 1; }
}
for kind in $(printf '%s\n' "${!open[@]}" | sort); do check "$kind is readable" readable "$kind" "${open[$kind]}"; done

# hidden KIND VALUE: first six and last four characters, in all of them; --reveal shows it
hidden()
{
    local length=${#2} stars shown
    printf -v stars '%*s' $((length - 10)) ''
    shown=${2:0:6}${stars// /\*}${2: -4}
    ! { samband selectors; samband selectors --json; samband sightings; samband sightings --json; samband find "$2"; samband find --json "$2"; } |
        grep -qF "${2:4:8}" || { echo "shown"; return 1; }
    samband selectors --kind "$1" | grep -qF "$shown" || { echo "selectors"; return 1; }
    samband selectors --kind "$1" --json | jq -e -s --arg v "$shown" 'any(.[]; .value == $v)' >/dev/null || { echo "--json"; return 1; }
    samband sightings --kind "$1" --json | jq -e -s --arg v "$shown" 'any(.[]; .value == $v and (.context | contains("here: " + $v + " stands")))' >/dev/null ||
        { echo "context"; return 1; }
    samband find "$2" | grep -qF "hit: $1 $shown," || { echo "find"; return 1; }
    samband sightings --kind "$1" --reveal | grep -qF "here: $2 stands" && samband selectors --reveal --json | grep -qF "\"$2\"" ||
        { echo "--reveal"; return 1; }
}
check "card is masked" hidden card $card
check "wif is masked" hidden wif $wif
check "wif of a compressed key is masked" hidden wif $compressed
check "bip38 is masked" hidden bip38 $bip38
check "a private xkey is masked" hidden xkey $xprv
check "a public xkey is masked" hidden xkey $xpub

# ---- what somebody wrote: names of files, addresses, search terms; in none of them, and nowhere beside them
mkdir -p written/$card.dir packed/$card
printf 'to: %s@example.org and anna+%s@example.net\n' $card $card >written/$card.dir/note-$card.txt
printf 'groups %s  %s  %s  %s bob@example.org, http://example.org/?q=%%20%s%%20+%s\n' 4539 5787 6362 1486 $card $card >written/spaces.txt
printf 'at carl@example.org\n' >packed/$card/x.txt
printf 'call dora@example.org about 490154203237518\n' >written/490154203237518-2024-11-23.txt
(cd packed && python3 -m zipfile -c ../written/packed.zip $card)
head -c 60 written/packed.zip >written/$card.zip # cut off: evidence tells of it
cp -r written again
export SAMBAND_STORE=$lab/written.db
for case in W X; do
    samband case add $case --country SE >/dev/null
done
check "files with cards in their names are analysed" bash -c "samband analyse --case W --quiet --term $card written; samband analyse --case X --quiet --term $card again;
    samband evidence --case X --json | jq -e '.sightings > 0' >/dev/null"
unshown()
{
    local command
    for command in selectors sightings files links evidence "find --kind term $card" "find $card@example.org"; do
        for json in "" --json; do
            # shellcheck disable=SC2086
            samband $command $json >written.out || { echo "$command $json fails"; return 1; }
            [ -s written.out ] && ! tr -d ' ' <written.out | grep -F "${card:4:8}" || { echo "$command $json"; return 1; }
        done
    done
    samband links --why >written.out && ! tr -d ' ' <written.out | grep -F "${card:4:8}" || { echo "links --why"; return 1; }
    ! samband analyse --case W --term $card written | grep -F "${card:4:8}" || { echo analyse; return 1; }
}
check "cards are masked in addresses, terms, names and paths" unshown
shown() { samband "${@:2}" >shown.out; grep -qF -- "$1" shown.out || { cat shown.out; return 1; }; }
masked=453957******1486
check "an address keeps what is no card" shown "$masked@example.org" selectors --kind email
check "so does one with a tag" shown "anna+$masked@example.net" selectors --kind email
check "the path of a file" shown "$masked.dir/note-$masked.txt" files
check "a forensic path" shown "-$masked/x.txt" sightings --value carl@example.org --json
check "a term" shown "hit: term $masked," find --kind term $card
check "two spaces between groups" shown "4539  57**  ****  1486" sightings --value bob@example.org --json
check "escaped spaces in a URL" shown "%20$masked%20+$masked" selectors --kind url
check "a device's number in a name is readable" shown "490154203237518-2024-11-23.txt" files
for command in files sightings evidence; do
    check "$command --reveal shows them" shown "$card" $command --reveal --json
done

# ---- contexts: what stands beside a value
n=0
# context TEXT VALUE SHOWN: the context of VALUE's sighting, in a file of TEXT, holds SHOWN.
context()
{
    n=$((n + 1))
    printf '%s\n' "$1" >"context$n.txt"
    rm -f context.db*
    samband --store context.db case add C --country SE && samband --store context.db analyse --case C --quiet "context$n.txt" || return 1
    samband --store context.db sightings --value "$2" --json | jq -r .context >context.out
    grep -qF -- "$3" context.out || { cat context.out; return 1; }
}
check "an account beside a card" context "$card and DE89 3704 0044 0532 0130 00" $card "453957******1486 and DE89 3704 0044 0532 0130 00"
check "an account in one run" context "$card,DE89370400440532013000." $card "453957******1486,DE89370400440532013000."
check "an account that the context cuts" context "card $card, FR14 2004 1010 0505 0001 3M02 606 x" $card "FR14 2004 1010 0505 0001 3"
check "its card, seen from the account" context "DE89 3704 0044 0532 0130 00: $card" DE89370400440532013000 "453957******1486"
check "a telephone number" context "$card +46 70 174 06 05 x" $card "+46 70 174 06 05"
check "a device's number" context "imei 490154203237518 anna@example.org x" anna@example.org "imei 490154203237518 anna"
check "a time stamp" context "x: 1700000000123456 anna@example.org" anna@example.org "1700000000123456 anna"
check "a card in groups" context "anna@example.org 4539 5787 6362 1486 x" anna@example.org "4539 57** **** 1486 x"
check "a card in groups with hyphens" context "anna@example.org 4539-5787-6362-1486 x" anna@example.org "4539-57**-****-1486 x"
check "two cards side by side" context "anna@example.org $card 5425233430109903 x" anna@example.org "453957******1486 542523****"
check "a card behind another number" context "anna@example.org 12 4539 5787 6362 1486 x" anna@example.org "12 4539 57** **** 1486 x"
check "a card that the context cuts at its end" context "anna@example.org xxxxxxxxxxxxxxxxxx $card" anna@example.org "xxx 453957******"
check "a card that the context cuts at its begin" context "$card xxxxxxxxxxxxxxxxxx anna@example.org" anna@example.org "*****1486 xxxxx"
check "a key beside an address" context "$wif anna@example.org" $wif "5Kd3NB*****************************************AgLr anna@example.org"
check "a card within a URL" bash -c "printf 'see http://example.org/pay?pan=$card&x=1 now' >url.txt; rm -f url.db*
    samband --store url.db case add U --country SE && samband --store url.db analyse --case U --quiet url.txt &&
    samband --store url.db selectors --kind url | grep -qF 'pan=453957******1486&x=1'"
finish
