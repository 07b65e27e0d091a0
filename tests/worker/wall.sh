# Two programs make the wall visible: samband links no parser of evidence, samband-worker no store and no network.
. "$(dirname "$0")/../cli/lab.sh"
need ldd nm readelf strings

libraries() { ldd "$SAMBAND_BUILD/$1" | sed 's/^[[:space:]]*//; s/ .*//'; }
# no PROGRAM PATTERN: none of its libraries is called so.
no() { ! libraries "$1" | grep -E "$2"; }
has() { libraries "$1" | grep -qE "$2"; }
# The symbol tables of a program that was not stripped; of a stripped one, nothing can be said.
no_symbol() { ! nm --defined-only "$SAMBAND_BUILD/$1" 2>/dev/null | grep -E " ($2)\$"; }
has_symbol() { nm --defined-only "$SAMBAND_BUILD/$1" | grep -qE " ($2)\$"; }

parsers='^lib(tsk|ewf|bfio|afflib|qcow|vhdi|vmdk|magic|z|deflate|bz2|lzma|archive)\.'
check "samband links no parser of evidence" no samband "$parsers"
check "samband has the store" has samband '^lib(sqlite3|pq)\.'
check "samband-worker has the parsers" has samband-worker '^libtsk'
# Libraries bring libraries of their own (Debian's libtsk SQLite, its libafflib libcurl), which the cage holds too: what counts
# is what the program itself asks for.
needs() { readelf -d "$SAMBAND_BUILD/$1" | sed -n "s,.*NEEDED.*\\[\\(.*\\)\\],\\1,p"; }
asks_for_none() { ! needs samband-worker | grep -E "$1"; }
check "samband-worker asks for no database and no network" asks_for_none '^lib(pq|sqlite3|ssl|gnutls|curl)\.'
check "samband-worker has no store" no_symbol samband-worker 'store_open|store_begin|sqlite3_open|PQconnectdb'
check "samband has no parser inside" no_symbol samband 'sb_evidence_open|sb_scan_chunk|tsk_img_open|sb_decoder_.*'
has_symbol samband main && check "samband-worker has them" has_symbol samband-worker 'sb_evidence_open'
check "nor the names of parsers" bash -c "! strings -n 8 '$SAMBAND_BUILD/samband' | grep -E '^(tsk_|libewf_|af_open|magic_load|inflateInit)'"

# What a worker does that is not started by samband.
told() { [ "$1" = 2 ] && grep -q 'started by samband' nonsense.err; }
for nonsense in "" "hello, worker" $'\001\002\003\004\005\006\007\010'; do
    printf '%s' "$nonsense" | timeout 10 samband-worker >nonsense.out 2>nonsense.err
    check "a worker that is told nonsense ends with a message" told $?
done
head -c 100000 /dev/urandom | timeout 10 samband-worker >nonsense.out 2>nonsense.err
check "random bytes" told $?
head -c 300 /dev/zero | timeout 10 samband-worker >nonsense.out 2>nonsense.err
check "zeros" told $?
# OPEN of version 77: length 17, type 1.
printf '\021\000\000\000\001\115\000\000\000\000\000\000\000\000\000\000\000\001\000\000\000' | timeout 10 samband-worker >nonsense.out 2>nonsense.err
check "another version is refused in words" bash -c "grep -q 'different versions' nonsense.out"
finish
