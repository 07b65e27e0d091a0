#!/bin/bash
# The server and what runs beside it: the workers, streams that tell how they get on, an end that loses nothing; and a record that
# somebody changed behind its back.
. "${BASH_SOURCE%/*}/shared.sh"

eventually() { # eventually COMMAND…: true within ten seconds
    local i
    for ((i = 0; i < 200; i++)); do "$@" >/dev/null 2>&1 && return 0; sleep 0.05; done
    return 1
}

# ---- the workers ----
start --workers 1
eventually pgrep -P "$server"
child=$(pgrep -P "$server")
holds "$(tr '\0' ' ' <"/proc/$child/cmdline")" "work --wait" 'the server starts workers'
kill -9 "$child"
another() { now=$(pgrep -P "$server") && [[ -n $now && $now != "$child" ]]; }
eventually another
ok $? 'and starts them again when they die'
eventually grep -q 'the workers ended (signal 9)' "$work/log"
ok $? 'which the log says'

# ---- streams ----
set_up
add ada analyst Centre
"$samband" case add NL-1 --country NL --authority Centre
"$samband" case add SE-1 --country SE --authority Other --handling own
printf 'mail kim@mail.example now\n' >"$work/own.txt"
printf 'mail kim@mail.example now\n' >"$work/other.txt"
curl -skN -b "$work/ada.jar" "$url/api/events" >"$work/stream" &
stream=$!
sleep 1.5
"$samband" analyse --quiet --case SE-1 "$work/other.txt" >/dev/null
"$samband" analyse --quiet --case NL-1 "$work/own.txt" >/dev/null
eventually grep -q '^event: evidence' "$work/stream"
ok $? 'a stream tells that evidence is read'
same "$(sed -n '/^event: evidence/{n;s/^data: //p}' "$work/stream" | jq -r '.case + " " + .state + " " + (.sightings|tostring)' | head -1)" \
    'NL-1 complete 1' 'which, and what is in it'
grep -q 'SE-1' "$work/stream"
same $? 1 'and nothing of what one may not read'
# ---- a page that is loaded again and again ----
others=()
for i in {1..9}; do
    curl -skN -b "$work/ada.jar" "$url/api/events" >"$work/stream$i" &
    others+=($!)
    eventually test -s "$work/stream$i"
done
holds "$(cat "$work/stream9")" 'retry: 3000' 'whoever has many streams gets a new one'
replaced() { ! kill -0 $stream; }
eventually replaced
ok $? 'in place of the oldest'
holds "$(tail -2 "$work/stream")" 'retry: 60000' 'which is asked to come back later'
living=0
for one in "${others[@]}"; do kill -0 "$one" 2>/dev/null && ((living++)); done
same $living 8 'and the others go on'
stream=${others[8]}
who=ada
call DELETE /api/session >/dev/null
ended() { ! kill -0 $stream 2>/dev/null; }
for ((i = 0; i < 50; i++)); do ended && break; sleep 1; done
ended
ok $? 'the stream ends with the session'

# ---- an end that finishes what runs ----
mkfifo "$work/hold"
sqlite3 "$SAMBAND_STORE" <"$work/hold" >"$work/held" &
exec 8>"$work/hold"
printf 'BEGIN IMMEDIATE;\nSELECT 1;\n' >&8
eventually test -s "$work/held"
who=nobody
status POST /api/session '{"name":"a","password":"b","code":"c"}' >"$work/late" & # has to write, and waits
late=$!
sleep 1
kill "$server"
sleep 1
kill -0 "$server"
ok $? 'asked to end, the server waits for the answer that is under way'
curl -sk --max-time 2 "$url/" >/dev/null
[[ $? != 0 ]]
ok $? 'and takes no new ones'
printf 'COMMIT;\n' >&8
exec 8>&-
wait $late
same "$(cat "$work/late")" 401 'which goes out'
wait "$server"
same $? 0 'then it ends'
pgrep -f "$SAMBAND_STORE work" >/dev/null
same $? 1 'with its workers'

# ---- a server that is killed ----
start --workers 1
eventually pgrep -P "$server"
child=$(pgrep -P "$server")
{ kill -9 "$server" && wait "$server"; } 2>/dev/null
gone() { ! kill -0 "$child"; }
eventually gone
ok $? 'workers end with a server that is killed'

# ---- all of it is killed, in the midst of a unit ----
mkdir "$work/large"
head -c 200M /dev/urandom >"$work/large/disk.dd"
"$samband" case add NL-2 --country NL --authority Centre
start --workers 1 --evidence "$work/large"
add erik examiner Centre
call POST /api/cases/NL-2/evidence '{"path":"disk.dd","digests":false}' >/dev/null
sql() { sqlite3 -cmd '.timeout 5000' "$SAMBAND_STORE" "$1"; }
held() { [[ $(sql "SELECT count(*) FROM unit WHERE state = 'claimed'") != 0 ]]; }
eventually held
child=$(pgrep -P "$server")
{ kill -9 "$server" "$child" $(pgrep -P "$child") && wait "$server"; } 2>/dev/null
held
ok $? 'killed, it leaves a unit that it holds'
start --workers 1
began=$SECONDS
read_whole() { [[ $(sql "SELECT state FROM evidence WHERE name = 'disk.dd'") == complete ]]; }
for ((i = 0; i < 60; i++)); do read_whole && break; sleep 1; done
((SECONDS - began < 60))
ok $? "which the next one takes over at once ($((SECONDS - began)) s)"
stop

# ---- a record that was changed ----
said=$("$samband" audit verify)
same $? 0 'the record verifies'
holds "$said" 'signed heads fit' 'with its signed heads'
cp "$SAMBAND_STORE" "$work/whole.db"
change() { # change SQL: a copy of the store, changed
    cp "$work/whole.db" "$SAMBAND_STORE"
    sqlite3 "$SAMBAND_STORE" "$1"
}
change "UPDATE audit SET object = object || 'x' WHERE id = 3"
said=$("$samband" audit verify 2>&1)
same $? 1 'a changed record is found'
holds "$said" 'record 3 ' 'and named'
change 'DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)'
said=$("$samband" audit verify 2>&1)
same $? 1 'a record that was cut off at the end is found'
holds "$said" 'is gone' 'by the head that was signed'
change 'DELETE FROM audit'
"$samband" audit verify >/dev/null 2>&1
same $? 1 'so are all of them'
change "UPDATE audit_head SET signature = CAST(substr(signature, 1, 63) || x'00' AS BLOB)"
"$samband" audit verify >/dev/null 2>&1
same $? 1 'and a signature that was changed'
change ''
mv "$SAMBAND_STORE.state/audit.key" "$work/audit.key"
head -c 32 /dev/urandom >"$SAMBAND_STORE.state/audit.key"
holds "$("$samband" audit verify 2>&1)" "another key" 'and heads that another key signed'
done_testing
