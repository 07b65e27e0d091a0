#!/bin/bash
# What changes while somebody works (rights, links, grants), texts at the edge of what a record holds, records that somebody
# cuts off, and an end while the store is held by somebody else.
. "${BASH_SOURCE%/*}/shared.sh"

eventually() { # eventually COMMAND…: true within ten seconds
    local i
    for ((i = 0; i < 200; i++)); do "$@" >/dev/null 2>&1 && return 0; sleep 0.05; done
    return 1
}
sql() { sqlite3 -cmd '.timeout 5000' "$SAMBAND_STORE" "$1"; }

mkdir -p "$work/disks/sub"
printf 'mail kim@mail.example now\n' >"$work/disks/se.txt"
{ printf 'mail kim@mail.example now, and only@de.example\n' && printf 'one%d@purged.example\n' {1..2000}; } >"$work/disks/sub/de.txt"
printf 'two%d@others.example\n' {1..2000} >>"$work/disks/se.txt"
printf 'nothing\n' >"$work/disks/$(printf 'å%.0s' {1..100})x.txt"
start --no-workers --evidence "$work/disks"
set_up
"$samband" authority add Sweden --country SE --contact se@desk.example
"$samband" authority add Germany --country DE --contact de@desk.example
for one in SE-1:Sweden:SE DE-1:Germany:DE; do
    IFS=: read -r case authority country <<<"$one"
    "$samband" case add "$case" --country "$country" --authority "$authority" --handling hit
done
"$samband" analyse --quiet --case SE-1 "$work/disks/se.txt" >/dev/null
"$samband" analyse --quiet --case DE-1 "$work/disks/sub/de.txt" >/dev/null
add erik examiner Sweden
add lisa liaison Sweden
add lars liaison Germany
add petra examiner Germany
add otto auditor Centre

# ---- texts at the edge ----
long=$(printf 'å%.0s' {1..101})
who=lisa
same "$(status GET "/api/search?q=a$(jq -rn --arg q "$long" '$q|@uri')")" 200 'a search that its record cuts within a character'
same "$(status GET "/api/timeline?case=a$(jq -rn --arg q "$long" '$q|@uri')")" 404 'and a case that is not there'
who=erik
same "$(status POST /api/cases/SE-1/evidence "{\"path\":\"$(cd "$work/disks" && echo å*)\",\"digests\":false}")" 201 'and a path of evidence'
who=otto
holds "$(call GET '/api/audit?action=add' | jq -r '.rows[0].object')" 'SE-1/2' 'has its record'

# ---- the record says on what ----
who=lisa
call GET '/api/files?case=SE-1&path=se' >/dev/null
call GET '/api/selectors?case=SE-1&value=4539148803436467' >/dev/null
who=otto
said=$(call GET '/api/audit?person=lisa&action=view' | jq -r '.rows[].object')
holds "$said" '/api/files case=SE-1 path=se' 'of a listing the record says what was asked'
[[ $said != *4539148803436467* && $said == *'/api/selectors case=SE-1 value=453914'* ]]
ok $? 'and masks it'
who=lisa
call GET '/api/search?kind=seed&q=zebra%20zoo%20wrong' >/dev/null
who=otto
said=$(call GET '/api/audit?person=lisa&action=search' | jq -r '.rows[].object')
[[ $said != *zebra\ zoo* ]]
ok $? 'what has no form of its own is masked by its kind'

# ---- evidence of others below the same folder ----
who=erik
for path in sub/de.txt sub "$work/disks/sub/../sub/de.txt"; do
    same "$(status POST /api/cases/SE-1/evidence "{\"path\":\"$path\"}")" 422 "nobody adds the evidence of others as their own: ${path##*/}"
done

# ---- a grant, and a case that becomes one's own alone ----
who=lars
id=$(call GET '/api/search?q=kim@mail.example' | jq -r '.hits[0].id')
authority=$(jq -r '.hits[0].elsewhere[0].authority_id' "$work/body")
same "$(status POST /api/requests "{\"selector\":\"$id\",\"authority\":$authority,\"reason\":\"the same sender\"}")" 201 'asked'
request=$(jq .id "$work/body")
who=lisa
same "$(status POST "/api/requests/$request/answer" '{"grant":"true","cases":["SE-1"],"until":"2999-01-01","reason":"agreed upon"}')" 400 'an answer is true or false'
same "$(status POST "/api/requests/$request/answer" '{"grant":true,"cases":["SE-1","SE-1"],"until":"2999-01-01","reason":"agreed upon"}')" 200 'granted, though named twice'
who=lars
same "$(status GET /api/cases/SE-1)" 200 'the case is read'
who=erik
same "$(status PATCH /api/cases/SE-1 '{"handling":"own"}')" 200 'its owner keeps it'
who=lars
same "$(status GET /api/cases/SE-1)" 404 'and it is read no more'
same "$(call GET /api/files | jq -c '[.rows[].case] | unique')" '["DE-1"]' 'nor its files'
who=erik
call PATCH /api/cases/SE-1 '{"handling":"hit"}' >/dev/null
who=lars
same "$(status GET /api/cases/SE-1)" 404 'for good: it does not come back with its old handling'
same "$(call GET /api/requests | jq -c '.rows[0] | [.state, .ended != null, .ended_by, .ours_to_end]')" '["ended",true,null,false]' 'the request says so'
call POST /api/requests "{\"selector\":\"$id\",\"authority\":$authority,\"reason\":\"once more, please\"}" >/dev/null
second=$(jq .id "$work/body")
who=lisa
call POST "/api/requests/$second/answer" '{"grant":true,"cases":["SE-1"],"until":"2999-01-01","reason":"agreed upon"}' >/dev/null
who=lars
same "$(status GET /api/cases/SE-1)" 200 'asked anew, granted anew'
same "$(status POST "/api/requests/$second/end" '{"reason":"not mine to end"}')" 404 'who was granted does not end it'
who=erik
same "$(status POST "/api/requests/$second/end" '{"reason":"no liaison does"}')" 403 'nor one without the role'
who=lisa
same "$(status POST "/api/requests/$second/end" '{"reason":"x"}')" 400 'an end has a reason'
same "$(status POST "/api/requests/$second/end" '{"reason":"the inquiry is closed"}')" 200 'the owner ends it'
same "$(status POST "/api/requests/$second/end" '{"reason":"the inquiry is closed"}')" 404 'once'
same "$(call GET /api/requests | jq -c '.rows[0] | [.state, .ended_by, .end_reason, .cases]')" '["ended","lisa","the inquiry is closed",["SE-1"]]' 'which the request says'
who=lars
same "$(status GET /api/cases/SE-1)" 404 'and it is read no more'

# ---- the record says what was done ----
who=root
call POST /api/people '{"name":"zed","full_name":"Zed Z","role":"examiner","authority":"Sweden"}' >/dev/null
call PATCH /api/people/zed '{"role":"analyst","full_name":"Zed \"Zero\""}' >/dev/null
call PATCH /api/authorities/Sweden '{"contact":"new@desk.example"}' >/dev/null
who=erik
call PATCH /api/cases/SE-1 '{"title":"Card 4539148803436467","retention":"2040-01-01"}' >/dev/null
who=otto
same "$(call GET '/api/audit?action=person&limit=2' | jq -r '.rows[].object')" 'zed: role examiner → analyst, full_name "Zed Z" → "Zed \"Zero\""
zed: role examiner, authority Sweden, full_name "Zed Z"' 'of a person what changed, from what to what'
same "$(call GET '/api/audit?action=authority&limit=1' | jq -r '.rows[0].object')" 'Sweden: contact se@desk.example → new@desk.example' 'of an authority'
said=$(call GET '/api/audit?action=change' | jq -r '.rows[].object')
same "$said" 'SE-1: title none → "Card 453914******6467", retention none → 2040-01-01
SE-1: handling own → hit
SE-1: handling hit → own, what others were granted of it has ended' 'of a case'
same "$(call GET '/api/audit?action=answer&limit=1' | jq -r '.rows[0].object')" "request $second: granted, to Germany, SE-1, until 2999-01-01" 'of a grant which cases, and until when'
same "$(call GET '/api/audit?action=end' | jq -r '.rows[] | select(.outcome == "done") | .object + " " + .reason')" "request $second: ended, to Germany the inquiry is closed" 'of its end why'
same "$(call GET '/api/audit?action=request&limit=1' | jq -r '.rows[0].object')" 'email kim@mail.example: of Sweden' 'and of a request whom'

# ---- one centre ----
who=root
same "$(status PATCH /api/authorities/Sweden '{"centre":true}')" 409 'a second centre is refused'
same "$(status POST /api/authorities '{"name":"Other","country":"NL","contact":"x","centre":true}')" 409 'and none is added'
holds "$(jq -r .detail "$work/body")" 'Centre is the centre' 'with words'
same "$("$samband" authority add Sweden --centre 2>&1)" 'samband: another authority is the centre; it must cease to be it first' 'nor by the command line'
same "$(status PATCH /api/authorities/Centre '{"centre":false}')" 200 'the first one ceases to be it'
same "$(status PATCH /api/authorities/Sweden '{"centre":true}')" 200 'and another becomes it'
"$samband" authority add Sweden --no-centre && "$samband" authority add Centre --centre
ok $? 'and back, by the command line'

# ---- look-ups of partners ----
add paula partner Germany
"$samband" person quota paula 100
for ((i = 0; i < 20; i++)); do
    [[ $(status GET '/api/search?q=kim@mail.example') == 200 ]] || break
done
same "$i $(cat "$work/status")" '10 429' 'a tenth of them at once'
wait_told=$(sed -n 's/^[Rr]etry-[Aa]fter: \([0-9]*\).*/\1/p' "$work/headers")
((wait_told >= 1 && wait_told <= 864))
ok $? 'and is told when there is the next'
who=root
same "$(status PATCH /api/people/paula '{"quota":0}') $(status PATCH /api/people/paula '{"quota":"all"}')" '422 422' 'of something that is a number'
same "$(call PATCH /api/people/paula '{"quota":700}' | jq .quota)" 700 'an administrator says how many'
same "$(call PATCH /api/people/paula '{"quota":null}' | jq .quota)" null 'or as many as the role has'
add pia partner Germany
"$samband" person quota pia 10
same "$(status GET '/api/search?q=a@b.example') $(status GET '/api/search?q=a@b.example')" '200 429' 'also by the command line'
who=otto
same "$(call GET '/api/audit?person=pia&action=search' | jq '.rows | length')" 1 'what was refused so is no search'

# ---- a change and its record are one ----
who=root
before=$(sql 'SELECT count(*) FROM authority')
sql "CREATE TRIGGER full_disk BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no'); END"
same "$(status POST /api/authorities '{"name":"Unseen","country":"FR","contact":"x"}')" 500 'what cannot be recorded'
same "$(sql 'SELECT count(*) FROM authority')" "$before" 'is not done'
sql 'DROP TRIGGER full_disk'

# ---- purging takes the value out of requests too ----
who=lisa
id=$(call GET '/api/search?q=only@de.example' | jq -r '.hits[0].id')
authority=$(jq -r '.hits[0].elsewhere[0].authority_id' "$work/body")
call POST /api/requests "{\"selector\":\"$id\",\"authority\":$authority,\"reason\":\"only@de.example looks familiar\"}" >/dev/null
who=lars
same "$(status POST "/api/requests/$(call GET /api/requests | jq '.rows[0].id')/answer" '{"grant":false,"reason":"only@de.example is ours"}')" 200 'refused'
kept() { grep -aoF only@de.example "$SAMBAND_STORE" "$SAMBAND_STORE-wal" | wc -l; }
(($(kept) > 0))
ok $? 'a value stands in the files of the store'
who=petra
call PATCH /api/cases/DE-1 '{"retention":"2020-01-01"}' >/dev/null
who=root
same "$(status POST /api/cases/DE-1/purge '{"reason":"its time is over"}')" 200 'a case is purged'
same "$(sql "SELECT count(*) FROM access_request WHERE value LIKE '%only@de%'")" 0 'and what it alone held stands in no request'
same "$(sql "SELECT count(*) FROM access_request WHERE reason || answer LIKE '%only@de%'")" 0 'nor what was written of it'
same "$(cat "$SAMBAND_STORE" "$SAMBAND_STORE-wal" | grep -aoF purged.example | wc -l)" 0 'nor in the files of the store'
# The record keeps the words of who asked and answered, and nothing else does.
same "$(kept)" "$(sql 'SELECT object, reason FROM audit' | grep -oF only@de.example | wc -l)" 'but in the record'
same "$(sql "SELECT count(*) FROM access_request WHERE value = 'kim@mail.example'")" 2 'what others hold does'

# ---- links and streams of people whom something is changed of ----
first=$(call POST /api/people/lisa/link | jq -r .link)
who=lisa
new='{"password":"another long password"}'
secret_of_lisa=$(call POST /api/session/credentials "$new" | jq -r .totp.secret)
call POST /api/session/credentials "$(jq -c --arg code "$(code "$secret_of_lisa")" '. + {$code}' <<<"$new")" >/dev/null
take_token
who=again
same "$(status POST /api/session "{\"link\":\"${first#*=}\"}")" 401 'with a password, older links are good no more'
who=root
second=$(call POST /api/people/lars/link | jq -r .link)
call PATCH /api/people/lars '{"blocked":true}' >/dev/null
call PATCH /api/people/lars '{"blocked":false}' >/dev/null
who=again
same "$(status POST /api/session "{\"link\":\"${second#*=}\"}")" 401 'nor after somebody was blocked'
curl -skN -b "$work/lisa.jar" "$url/api/events" >"$work/stream" &
stream=$!
eventually test -s "$work/stream"
sql "UPDATE authority SET centre = 1 WHERE name = 'Sweden'"
ended() { ! kill -0 $stream 2>/dev/null; }
eventually ended
ok $? 'a stream ends when its rights are others'

# ---- records cut off, with their heads ----
stop
holds "$("$samband" audit verify)" 'none changed' 'the record verifies'
last=$(sql 'SELECT max(id) FROM audit')
cp "$SAMBAND_STORE" "$work/whole.db"
sql "DELETE FROM audit WHERE id > $last - 5; DELETE FROM audit_head WHERE id > $last - 5"
said=$("$samband" audit verify 2>&1)
same $? 1 'records cut off with the heads behind them are found'
holds "$said" "record $last " 'by the head that the server keeps'
start --no-workers
sql 'DELETE FROM failed_try'
link=$("$samband" person link otto)
who=otto2
call POST /api/session "{\"link\":\"${link#*=}\"}" >/dev/null
same "$(call GET /api/audit/verify | jq .broken)" "$last" 'which the interface says too'

# ---- an end while somebody else holds the store ----
mkfifo "$work/hold"
sqlite3 "$SAMBAND_STORE" <"$work/hold" >"$work/held" &
exec 8>"$work/hold"
printf 'BEGIN IMMEDIATE;\nSELECT 1;\n' >&8
eventually test -s "$work/held"
status GET /api/session >/dev/null # reads alone
begun=$(date +%s)
same "$(status GET /api/audit)" 503 'what is read is recorded, and waits no longer than a moment'
(($(date +%s) - begun < 10))
ok $? 'for who holds the store'
holds "$(tr A-Z a-z <"$work/headers")" 'retry-after: ' 'and says so'
reads=()
for i in {1..20}; do curl -sk -o /dev/null -b "$work/$who.jar" "$url/api/audit" & reads+=($!); done
sleep 0.5
begun=$(date +%s)
same "$(status GET /api/openapi.json '' --max-time 5)" 200 'what needs no store is answered beside many that wait'
(($(date +%s) - begun < 3))
ok $? 'at once'
wait "${reads[@]}"
curl -sk -o /dev/null -X POST -H 'Content-Type: application/json' --data '{"name":"a","password":"b","code":"c"}' \
    "$url/api/session" & # has to write, and waits
sleep 1
began=$(date +%s)
stop
same $? 1 'an end that leaves something unanswered is no good one'
(($(date +%s) - began < 40))
ok $? 'but it is one, within a time'
printf 'COMMIT;\n' >&8
exec 8>&-
done_testing
