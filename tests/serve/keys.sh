#!/bin/bash
# The folder of the server's keys: a server with another one does not begin, so that no second key ever signs unnoticed; a key
# that is lost is followed by one whose beginning is a record; and nobody else may read the folder.
. "${BASH_SOURCE%/*}/shared.sh"

refused() { # refused NAME PART [options]: the server does not begin, and says PART
    local name=$1 part=$2
    shift 2
    timeout 20 "$samband" serve --listen 127.0.0.1:0 --no-tls --no-workers "$@" >/dev/null 2>"$work/said"
    same $? 1 "$name"
    holds "$(cat "$work/said")" "$part" 'and it says why'
}
sql() { sqlite3 -cmd '.timeout 5000' "$SAMBAND_STORE" "$1"; }

start --no-tls --no-workers
set_up
stop
state=$SAMBAND_STORE.state
holds "$("$samband" audit verify)" 'signed heads fit' 'the record verifies'

# ---- a wrong folder ----
refused 'with an empty folder the server does not begin' 'audit new-key' --state "$work/empty"
holds "$(cat "$work/said")" "$work/empty" 'and names it'
[[ ! -e $work/empty ]]
ok $? 'and makes nothing there'
SAMBAND_STORE=$work/other.db start --no-tls --no-workers
stop
refused 'nor with that of another store' 'another key' --state "$work/other.db.state"
heads=$(sql 'SELECT count(*) FROM audit_head')
"$samband" audit new-key --reason 'the folder is in order' >"$work/said" 2>&1
same $? 1 'where the folder is right there is no new key'
same "$(sql 'SELECT count(*) FROM audit_head')" "$heads" 'and nothing is signed'
holds "$("$samband" audit verify)" 'signed heads fit' 'the record verifies still'

# ---- a key that is lost ----
cp -r "$state" "$work/before"
rm "$state/audit.key"
refused 'without its key the server does not begin' 'does not hold the key'
"$samband" audit new-key >/dev/null 2>&1
same $? 2 'a new key wants a reason'
said=$("$samband" audit new-key --reason 'the disk is broken' 2>&1)
same $? 0 "a new key is made (${said##*/})"
holds "$("$samband" audit verify)" 'signed heads fit' 'with which the record verifies'
holds "$("$samband" audit --json --action 'new key' | jq -r '.reason + .object')" 'the disk is brokenkey ' 'and which is recorded'
start --no-tls --no-workers
call GET /api/session >/dev/null
stop
said=$("$samband" audit verify)
same $? 0 "heads of both keys fit: $said"
rm -rf "$work/late" && cp -r "$work/before" "$work/late"
refused 'the old key is good no more' 'another key' --state "$work/late"
same "$("$samband" audit verify --state "$work/late" >/dev/null 2>&1; echo $?)" 1 'nor verifies what follows it'

# ---- a head that a key of nobody signed, and heads that are gone ----
cp "$SAMBAND_STORE" "$work/whole.db"
head -c 32 /dev/urandom >"$work/other.db.state/audit.key"
cp "$work/other.db.state/audit.key" "$work/late/audit.key"
"$samband" audit new-key --state "$work/late" --reason 'not by its owner' >/dev/null
said=$("$samband" audit verify 2>&1)
same $? 1 'a key that only the store speaks for is none'
cp "$work/whole.db" "$SAMBAND_STORE"
sql 'DELETE FROM audit_head'
said=$("$samband" audit verify 2>&1)
same $? 1 'heads that are gone are missed'
holds "$said" 'gone from the store' 'by the one that the folder names'
start --no-tls --no-workers
stop
holds "$(cat "$work/log")" 'gone from the store' 'and a server signs nothing in their place'
cp "$work/whole.db" "$SAMBAND_STORE"

# ---- who may read it ----
chmod 755 "$state"
refused 'a folder that others may read is refused' 'chmod 0700'
chmod 700 "$state"
chmod 644 "$state/audit.key"
refused 'and a key' 'chmod 0600'
chmod 600 "$state/audit.key"
start --no-tls --no-workers
ok $? 'else it begins'
done_testing
