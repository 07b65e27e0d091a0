# What people type: a value in any spelling, names that do not exist, a slip of the finger, stores that are none. Each
# mistake is answered in a line that says what to do.
. "$(dirname "$0")/lab.sh"
need jq

# ---- values in any spelling
cat >spellings.txt <<'TEXT'
Pay with 4539 1488 0343 6467 or to DE89 3704 0044 0532 0130 00, write to Boss@Gang.example,
call +46 (0)70-174 06 05, see HTTP://Market.Example.ORG/Shop?Item=7 and send tokens to
0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed or coins to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq ,
bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a , old ones to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa
TEXT
export SAMBAND_STORE=$lab/spelled.db
samband case add SE-1 --country SE && samband analyse --case SE-1 --quiet spellings.txt || exit 99
# spelled KIND SPELLING…: each finds the one value of that kind, with --kind and without.
spelled()
{
    local kind=$1 spelling command
    shift
    for spelling; do
        for command in selectors sightings; do
            samband $command --json --value "$spelling" | jq -e -s --arg kind "$kind" 'length == 1 and .[0].kind == $kind' >/dev/null &&
                samband $command --json --kind "$kind" --value "$spelling" | jq -e -s 'length == 1' >/dev/null ||
                { echo "$command --value '$spelling'"; return 1; }
        done
        samband find "$spelling" | grep -q "^hit: $kind " || { echo "find '$spelling'"; return 1; }
    done
}
check "a card" spelled card 4539148803436467 "4539 1488 0343 6467" 4539-1488-0343-6467 " 4539 1488 03436467 " $'4539\u00a01488\u00a00343\u00a06467'
check "an account" spelled iban DE89370400440532013000 "DE89 3704 0044 0532 0130 00" "de89 3704 0044 0532 0130 00"
check "a mail address" spelled email boss@gang.example BOSS@GANG.EXAMPLE Boss@Gang.Example
check "a telephone number" spelled phone +46701740605 "+46 70 174 06 05" "+46 (0)70-174 06 05" "+46(0)701740605" "0046 70 174 06 05"
check "a URL" spelled url "http://market.example.org/Shop?Item=7" "HTTP://MARKET.example.ORG/Shop?Item=7"
check "an Ethereum address" spelled eth 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed \
    0X5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED
check "Bitcoin in base 32" spelled btc bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq BC1QAR0SRRR7XFKVY5L643LYDNW9RE59GTZZWF5MDQ
check "Bitcoin in base 58, where case matters" spelled btc 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa
check "Bitcoin Cash" spelled bch bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a \
    BITCOINCASH:QPM2QSZNHKS23Z7629MMS6S4CWEF74VCWVY22GDX6A
check "the path of a URL has its case" bash -c "[ -z \"\$(samband selectors --value http://market.example.org/shop?item=7)\" ]"
check "a value of another kind" bash -c "[ -z \"\$(samband sightings --kind iban --value boss@gang.example)\" ]"
check "what is not there" bash -c "[ -z \"\$(samband sightings --value nobody@example.org)\" ]"

# ---- errors: one line, with what to do
# refused WORDS COMMAND…: status 1, nothing on standard output, one line on standard error with each of the WORDS (a|b|…).
refused()
{
    local words=$1 word status
    shift
    "$@" >refused.out 2>refused.err
    status=$?
    [ $status = 1 ] && [ ! -s refused.out ] && [ "$(wc -l <refused.err)" = 1 ] || { echo "status $status"; cat refused.out refused.err; return 1; }
    while IFS= read -r word; do
        grep -qF -- "$word" refused.err || { echo "not: $word"; cat refused.err; return 1; }
    done < <(tr '|' '\n' <<<"$words")
}
check "analyse: neither the case nor the store" refused "no case NOPE|case add NOPE" samband --store none.db analyse --case NOPE spellings.txt
check "and no store was made" bash -c "! ls none.db* 2>/dev/null"
check "analyse: no such case" refused "no case NOPE|case add NOPE" samband analyse --case NOPE spellings.txt
for command in evidence files selectors sightings links networks; do
    check "$command: no such case" refused "no case NOPE|samband case list" samband "$command" --case NOPE
    check "$command: no store" refused "none.db|samband case add" samband --store none.db "$command"
    check "and none was made" bash -c "! ls none.db* 2>/dev/null"
done
check "exercise run: no such folder" refused "nowhere/cases.tsv|samband exercise nowhere" samband --store none.db exercise run nowhere
check "known add: no such list" refused "cannot open nowhere.txt" samband --store none.db known add --set S nowhere.txt
check "and no store was made" bash -c "! ls none.db* 2>/dev/null"
printf 'a@example.org\n' >"$(printf 'odd\xff.txt')"
check "a path that is not UTF-8" refused 'odd\xff.txt|UTF-8|rename' samband analyse --case SE-1 "$(printf 'odd\xff.txt')"
check "a file that is no store" refused "is not a Samband store|--store" samband --store spellings.txt links
check "no folder for the store" refused "no folder nowhere|--store" samband --store nowhere/x.db case add A --country SE
check "a folder as store" refused "Is a directory" samband --store . links
check "a URL that is none of a store" refused "postgresql://" samband --store mysql://localhost/x links
check "PostgreSQL where nobody listens" refused "cannot connect|check the address" samband --store postgresql://127.0.0.1:1/x links
mkdir locked && chmod 555 locked && cp spelled.db locked.db && chmod 444 locked.db
as_nobody() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi; }
chmod 755 "$lab"
# The programs may stand where nobody else may go.
if as_nobody "$SAMBAND_BUILD/samband" version >/dev/null 2>&1; then
    check "a folder that cannot be written" refused "cannot be written|--store" as_nobody "$SAMBAND_BUILD/samband" --store locked/x.db case add A --country SE
    check "a store that cannot be written" refused "cannot be written|right" as_nobody "$SAMBAND_BUILD/samband" --store locked.db case add A --country SE
else
    skip "a folder that cannot be written" "the build is closed to others"
    skip "a store that cannot be written" "the build is closed to others"
fi

# ---- misuse: status 2, and what was meant
# meant WORDS COMMAND…
meant()
{
    local words=$1 word status
    shift
    samband "$@" >meant.out 2>meant.err
    status=$?
    [ $status = 2 ] && [ ! -s meant.out ] || { echo "status $status"; cat meant.out meant.err; return 1; }
    while IFS= read -r word; do
        grep -qF -- "$word" meant.err || { echo "not: $word"; cat meant.err; return 1; }
    done < <(tr '|' '\n' <<<"$words")
}
check "a command mistyped" meant "did you mean analyse?" analyze
check "a command begun" meant "did you mean selectors?" sel
check "no command near" bash -c "! samband xyzzy 2>&1 | grep -q 'did you mean'"
check "a second word mistyped" meant "did you mean add?" case ad SE-2
check "a second word of exercise mistyped" meant "did you mean score?" exercise scroe dir
check "an option mistyped" meant "did you mean --reveal?" selectors --revael
check "an option with its value mistyped" meant "did you mean --limit?" links --limt=3
check "--store behind the command" meant "--store stands before the command" links --store x.db
check "an option before the command" meant "no option|--store" --json links
check "too many words" meant '"extra"' links extra
check "an empty store" meant "needs a path" --store= links
check "too little memory" meant "64 MiB" analyse --case SE-1 --worker-memory 1 spellings.txt
check "too little memory for work" meant "64 MiB" work --worker-memory 63
check "the least memory does" samband analyse --case SE-1 --quiet --worker-memory 64 spellings.txt
for command in selectors sightings links "find x"; do
    # shellcheck disable=SC2086
    check "$command: no such kind" meant 'no kind "crad"|did you mean card?|card, iban, email' $command --kind crad
done
check "known stop: no such kind" meant 'no kind "mail"|did you mean email?|card, iban, email' known stop mail x
check "help names the kinds" bash -c "samband sightings --help | grep -q '^kinds: card, iban, .*xkey'"
check "help of two words" bash -c "samband help known stop | grep -q '^usage: samband known stop'"
finish
