# Tables on a terminal: no line is wider than it, whatever its width; in a pipe nothing is shortened.
. "$(dirname "$0")/lab.sh"
need jq script stty

long=a/very/long/folder/name/that/no/terminal/of/forty/columns/can/show
mkdir -p "tree/$long"
printf 'write to somebody.with.a.very.long.name.indeed@a.very.long.host.name.example.org or pay 4539148803436467, 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n' \
    >"tree/$long/räksmörgås-letter.txt"
export SAMBAND_STORE=$lab/wide.db
for case in SE-2026-0001 DK-2026-0002; do
    samband case add $case --country ${case:0:2} --title "A title that goes on and on, as titles of cases do" --authority "National Cybercrime Centre" &&
        samband analyse --case $case --quiet tree || exit 99
done

# on_terminal COLUMNS COMMAND: what the command prints on a terminal of that width
on_terminal() { script -qec "stty cols $1; samband $2" /dev/null </dev/null | tr -d '\r' >screen.out; }
# widest FILE: the characters of its longest line
widest() { wc -L <"$1"; }
fits()
{
    local width command
    for width in 40 60 80 120 200; do
        for command in "case list" files selectors sightings links networks "known list"; do
            on_terminal $width "$command"
            [ -s screen.out ] || [ "$command" = "known list" ] || { echo "$command: nothing"; return 1; }
            [ "$(widest screen.out)" -le $width ] || { echo "$command at $width: $(widest screen.out)"; cat screen.out; return 1; }
        done
    done
}
unset COLUMNS
export LC_ALL=C.UTF-8
check "every listing fits 40, 60, 80, 120 and 200 columns" fits
on_terminal 40 selectors
check "what is too long loses its middle" grep -q 'someb[^ ]*….*rg$' screen.out
on_terminal 300 files
check "what fits is whole" grep -qF "$long/räksmörgås-letter.txt" screen.out
on_terminal 300 "links --kind email"
check "a value that fits is whole" grep -qF "somebody.with.a.very.long.name.indeed@a.very.long.host.name.example.org" screen.out
columns() { script -qec "stty cols 200; COLUMNS=50 samband files" /dev/null </dev/null | tr -d '\r' >screen.out; [ "$(widest screen.out)" -le 50 ]; }
check "\$COLUMNS says it too" columns
on_terminal 80 "selectors --value nobody@example.org"
check "an empty listing says so" grep -qx nothing screen.out
check "but not in a pipe" bash -c "[ -z \"\$(samband selectors --value nobody@example.org)\" ]"
check "characters are not cut in their middle" bash -c "for w in \$(seq 40 3 100); do script -qec \"stty cols \$w; samband files\" /dev/null </dev/null; done | iconv -f UTF-8 -t UTF-8 >/dev/null"
piped() { COLUMNS=40 samband "$@" >piped.out && ! grep -q '…' piped.out && grep -qF "${wanted:?}" piped.out; }
wanted=$long/räksmörgås-letter.txt check "never in a pipe: files" piped files
wanted=somebody.with.a.very.long.name.indeed@a.very.long.host.name.example.org check "never in a pipe: selectors" piped selectors
check "in a pipe a row is a line with tabs" bash -c "[ \"\$(COLUMNS=40 samband files | awk -F'\t' '{ print NF }' | sort -u)\" = 8 ]"
finish
