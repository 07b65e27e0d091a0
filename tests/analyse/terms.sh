# Search terms through the whole system: Digital Forensics Tool Testing image 2 with its published strings and variations;
# terms given later search the evidence again for just these; nothing is searched for twice; a wrong term ends the command
# before anything begins; terms link nobody.
. "$(dirname "$0")/../cli/lab.sh"
need jq unzip zip

term_places() # STORE TERM: "sector offset file" of each place
{
    samband --store "$1" sightings --kind term --value "$2" --json |
        jq -r '"\(.offset / 512 | floor) \(.offset % 512) \(.file // "-")"'
}

# finds TERM PLACE…: exactly there.
finds()
{
    local term=$1
    shift
    diff <(term_places dftt.db "$term") <(printf '%s\n' "$@")
}

if [ -f "$SHARED_EVIDENCE/2-kwsrch-fat.zip" ]; then
    unzip -qjo "$SHARED_EVIDENCE/2-kwsrch-fat.zip" '*/fat-img-kw.dd'
    # Published: sector and offset of each string. (12's second half stands at 502 rather than the published 500: it is the
    # last ten bytes of its sector.) The quotation marks ask for these very characters; the 13th is for either case.
    cat >dftt.terms <<'TERMS'
# standard terms
"first"
"SECOND"
"1cross1"
"2cross2"
"3cross3"
"1slack1"
"2slack2"
"3slack3"
"1fragment1"
"2fragment sentence2"
"deleted"
"a?b\c*d$e#f[g^"

# variations
FirST
/f[[:alpha:]]rst/
/f[a-z]r[0-9]?s[[:space:]]*t/
/d[a-z]l.?t.?d/
/[r-t][[:space:]]?[j-m][[:space:]]?[a-c]{2,2}[[:space:]]?[j-m]/
/[1572943][[:space:]]?fr.{2,3}ent[[:space:]]?/
/a\??[a-c]\\*[a-c]\**/
/[[:alpha:]]\??x?y?Q?[a-c]\\*u*[a-c]\**d\$[0-9]*e#/
TERMS
    fresh dftt.db K
    check "DFTT 2 is searched" samband --store dftt.db analyse --case K --quiet --terms dftt.terms fat-img-kw.dd
    check "1 in a file" finds '"first"' "271 167 /file1.dat"
    check "2 in a file and in a directory entry" finds '"SECOND"' "239 480 -" "272 288 /file2.dat"
    check "3 across two files" finds '"1cross1"' "271 508 /file1.dat"
    check "4 across sectors of a file" finds '"2cross2"' "273 508 /file3.dat"
    check "5 in free space" finds '"3cross3"' "283 508 -"
    check "6 from a file into its slack" finds '"1slack1"' "272 396 /file2.dat"
    check "7 from slack into the next file" finds '"2slack2"' "274 508 /file3.dat"
    check "8 in slack" finds '"3slack3"' "277 385 /file4.dat"
    check "9 across fragments" finds '"1fragment1"' "275 507 /file4.dat"
    check "10 across fragments, at a space" finds '"2fragment sentence2"' "278 502 /file6.dat"
    check "11 in a deleted file" finds '"deleted"' "276 230 /_ILE5.DAT"
    check "12 what a regular expression would misread" finds '"a?b\c*d$e#f[g^"' "279 160 /file7.dat"
    check "13 in either case" finds FirST "271 167 /file1.dat"
    check "14 a class" finds '/f[[:alpha:]]rst/' "271 167 /file1.dat"
    check "15 what may be missing" finds '/f[a-z]r[0-9]?s[[:space:]]*t/' "271 167 /file1.dat"
    check "16 any character" finds '/d[a-z]l.?t.?d/' "276 230 /_ILE5.DAT"
    check "17 three strings, two of them over seams" \
        finds '/[r-t][[:space:]]?[j-m][[:space:]]?[a-c]{2,2}[[:space:]]?[j-m]/' \
        "272 397 /file2.dat" "274 509 /file3.dat" "277 386 /file4.dat"
    check "18 both fragments" finds '/[1572943][[:space:]]?fr.{2,3}ent[[:space:]]?/' \
        "275 507 /file4.dat" "278 502 /file6.dat"
    check "19 escapes" finds '/a\??[a-c]\\*[a-c]\**/' "279 160 /file7.dat"
    check "20 more escapes" finds '/[[:alpha:]]\??x?y?Q?[a-c]\\*u*[a-c]\**d\$[0-9]*e#/' "279 160 /file7.dat"
else
    skip "DFTT 2" "$SHARED_EVIDENCE/2-kwsrch-fat.zip is absent"
fi

# ---- a disk with values, and terms that come one after the other ----
samband-exercise disks --countries 2 --cases 2 --seed 5 --size 48 --quiet || exit 99
mapfile -t images < <(cut -f5 disks/cases.tsv | sed 's,^,disks/,')
mkdir -p folder/inner
printf 'Anna Åström, mormors KÖTTBULLAR' >folder/inner/plain.txt
printf 'recept: köttbullar' | iconv -t UTF-16LE >folder/inner/wide.txt
printf 'recept: KÖTTBULLAR' | iconv -t UTF-16BE >folder/inner/wide_big.txt
(cd folder && zip -qr one.zip inner && zip -q0 two.zip one.zip && rm -r inner one.zip)
images+=(folder)
cat >first.terms <<'TERMS'
# from the examiner
köttbullar
  /[Åå]str[oö]m/  
TERMS
printf '\357\273\277address\r\n\r\n"Anna"\r\n' >second.terms

listed() { for list in selectors sightings files; do samband --store "$1" "$list" --json || return 1; done; }
analyse() { samband --store "$1" analyse --case D --quiet "${@:2}" "${images[@]}"; }

fresh once.db D
check "all terms at once" analyse once.db --terms first.terms --terms second.terms --term mormor
listed once.db >once.list
say "$(grep -c '"kind":"term"' once.list) lines about terms"
check "å and ö in either case, in three encodings, in a zip in a zip" test "$(
    samband --store once.db sightings --kind term --value köttbullar --json | members .encoding | xargs)" = \
    "utf-16be utf-16le utf-8"
check "a regular expression of å and ö" test "$(
    samband --store once.db sightings --kind term --value '/[Åå]str[oö]m/' --json | jq -r .context)" = \
    "Anna Åström, mormors KÖTTBULLAR"

later() # STORE: nothing, then some, then more
{
    analyse "$1" || return 1
    samband --store "$1" selectors --kind term --json | grep . && return 1
    analyse "$1" --terms first.terms || return 1
    analyse "$1" --terms second.terms --term mormor --term köttbullar --workers 3
}
same_list() { listed "$1" >same.list; cmp same.list once.list || { diff same.list once.list | head -4 | cut -c1-300; return 1; }; }

fresh later.db D
check "terms that come later" later later.db
check "are found as if they had come at once" same_list later.db
dump_store later.db >later.dump
check "the same terms again, in another order" analyse later.db --term mormor --terms second.terms --term köttbullar
check "search nothing again" same later.db later.dump
check "no terms again" analyse later.db
check "search nothing either" same later.db later.dump
if [ -n "${POSTGRES_MISSING-}" ]; then
    skip "the same on PostgreSQL" "$POSTGRES_MISSING"
else
    url=$(database terms) || exit 99
    fresh "$url" D
    check "terms that come later (PostgreSQL)" later "$url"
    check "the same content as SQLite" same "$url" later.dump
fi

killed() # kill -9 while terms are searched for, and the command again
{
    local process
    analyse "$1" || return 1
    samband --store "$1" analyse --case D --quiet --workers 1 --terms first.terms "${images[@]}" &
    process=$!
    sleep 0.3
    kill -9 "$process" 2>/dev/null
    wait "$process"
    analyse "$1" --terms first.terms && analyse "$1" --terms second.terms --term mormor --term köttbullar
}
fresh killed.db D
check "killed while it searched" killed killed.db
check "has the same content" same killed.db later.dump

check "evidence says what it was searched for" test "$(
    samband --store later.db evidence --json | jq -c 'select(.evidence == "folder").terms' )" = \
    '["/[Åå]str[oö]m/","köttbullar","\"Anna\"","address","mormor"]'

# ---- wrong terms ----
refused() # SENTENCE ARGUMENT…: fails before there is a store
{
    rm -f refused.db
    samband --store refused.db analyse --case D "${@:2}" "${images[@]}" 2>refused.err && return 1
    cat refused.err
    [ ! -e refused.db ] && grep -qF -- "$1" refused.err
}
printf '# terms\n\ngood\n  /a(b/\n' >open.terms
printf 'good\nb\345d\n' >latin.terms
check "a file's line and column" refused "open.terms:4:5: this ( is not closed" --terms open.terms
check "a term's column" refused "--term /[z-a]/, column 5: the range ends" --term good --term '/[z-a]/'
check "a term that would be everywhere" refused "--term /a*/: this would match nothing" --term '/a*/'
check "a file that is not UTF-8" refused "latin.terms:2:2: this is not UTF-8" --terms latin.terms
check "a file of comments" refused "holds no search terms" --terms /dev/null
seq -f 'term %g' 20001 >many.terms
check "too many terms" refused "samband: 20001 search terms: there must be 1 to 20000" --terms many.terms
check "a file that is not there" refused "cannot open none.terms" --terms none.terms

# ---- links ----
printf 'mormor' >left.txt
printf 'mormor too' >right.txt
rm -f links.db
for case in L1 L2; do samband --store links.db case add "$case" --country SE >/dev/null; done
samband --store links.db analyse --case L1 --quiet --term mormor left.txt
samband --store links.db analyse --case L2 --quiet --term mormor right.txt
check "a term stands in both cases" test "$(samband --store links.db selectors --kind term --json | jq -c .cases)" = \
    '["L1","L2"]'
check "and links nobody" test -z "$(samband --store links.db links --json)"
finish
