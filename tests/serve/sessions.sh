#!/bin/bash
# Signing in and out: set-up, codes, throttle, tokens against forgery, links, blocked people, and the record of it all.
. "${BASH_SOURCE%/*}/shared.sh"

start --no-workers
holds "$(cat "$work/out")" 'certificate (SHA-256)' 'the certificate that was made is named'
same "$(stat -c %a "$SAMBAND_STORE.state" "$SAMBAND_STORE.state"/*.key | sort -u | tr '\n' ' ')" '600 700 ' 'keys are readable by the owner alone'

# ---- set-up ----
same "$(status POST /api/setup '{"token":"wrong"}')" 401 'set-up wants its link'
set_up
same "$(cat "$work/status")" 200 'set-up'
same "$(call GET /api/session | jq -r '.person.role + " " + .person.authority.name')" 'administrator Centre' 'who set it up is signed in'
same "$(status POST /api/setup "{\"token\":\"$setup\"}")" 401 'the link of the set-up works once'
holds "$(grep -i '^set-cookie' "$work/headers"; call POST /api/session '{}' >/dev/null; cat "$work/root.jar")" '#HttpOnly' 'scripts cannot read the cookie'

# ---- tokens against forgery ----
token=$(cat "$work/root.token")
: >"$work/root.token"
same "$(status POST /api/authorities '{"name":"A","country":"SE","contact":"a"}')" 403 'a change without the token is refused'
same "$(status POST /api/authorities '{"name":"A","country":"SE","contact":"a"}' -H "X-Samband-Token: ${token/[a-m]/z}x")" 403 'and with another'
echo "$token" >"$work/root.token"
same "$(status POST /api/authorities '{"name":"A","country":"SE","contact":"a"}' -H 'Sec-Fetch-Site: cross-site')" 403 'and from another site'
same "$(status POST /api/authorities '' -H 'Content-Type: text/plain' --data '{"name":"A","country":"SE","contact":"a"}')" 415 'and as a form would send it'
same "$(status POST /api/authorities '{"name":"A","country":"SE","contact":"a"}')" 201 'with it, it is done'

# ---- links and credentials ----
add ada analyst A
same "$(call GET /api/session | jq -r '.person.name + " " + (.person.password|tostring)')" 'ada false' 'a link signs in'
same "$(status GET /api/people)" 403 'an analyst reads no list of people'
same "$(status POST /api/session/credentials '{"password":"short"}')" 422 'a short password is refused'
new='{"password":"another long password"}'
ada=$(call POST /api/session/credentials "$new" | jq -r .totp.secret)
same "${#ada}" 32 'the secret of codes is told'
same "$(status POST /api/session/credentials "$(jq -c '. + {code:"000000"}' <<<"$new")")" 422 'a wrong code enrols nobody'
same "$(status POST /api/session/credentials "$(jq -c --arg code "$(code "$ada" -1)" '. + {$code}' <<<"$new")")" 200 'a right one does'
take_token
same "$(status DELETE /api/session)" 200 'signing out'
same "$(status GET /api/session)" 401 'ends the session'
who=root
link=$(call POST /api/people/ada/link | jq -r .link)
who=twice
same "$(status POST /api/session "{\"link\":\"${link#*=}\"}")" 200 'a new link'
same "$(status POST /api/session "{\"link\":\"${link#*=}\"}")" 401 'works once'

# ---- name, password and code ----
who=ada
: >"$work/ada.token"
sign_in() { # sign_in NAME PASSWORD CODE
    status POST /api/session "$(jq -nc --arg name "$1" --arg password "$2" --arg code "$3" '{$name, $password, $code}')"
}
same "$(sign_in ada 'another long password' 12345)" 401 'a wrong code'
wrong=$(cat "$work/body")
same "$(sign_in ada 'no such password' "$(code "$ada")")" 401 'a wrong password'
same "$(cat "$work/body")" "$wrong" 'says the same'
same "$(sign_in nobody 'no such password' 123456)" 401 'an unknown name'
same "$(cat "$work/body")" "$wrong" 'says the same too'
same "$(sign_in ada 'another long password' "$(code "$ada" -2)")" 401 'an old code'
sqlite3 "$SAMBAND_STORE" 'DELETE FROM failed_try' # so many wrong ones have to wait by now
now=$(code "$ada")
same "$(sign_in ada 'another long password' "$now")" 200 'the right ones sign in'
take_token
same "$(sign_in ada 'another long password' "$now")" 401 'a code works once'

# ---- the throttle ----
for ((i = 0; i < 10; i++)); do
    [[ $(sign_in eve 'wrong wrong wrong' 000000) == 429 ]] && break
done
same "$(cat "$work/status")" 429 'many wrong tries have to wait'
holds "$(cat "$work/headers")" 'Retry-After:' 'and are told how long'
same "$(sign_in ada 'another long password' "$(code "$ada" 1)")" 429 'from this address, whoever it is'

# ---- blocked, and what the command line does ----
who=ada
same "$(status GET /api/session)" 200 'before she is blocked'
who=root
same "$(status PATCH /api/people/ada '{"blocked":true}')" 200 'blocking'
who=ada
same "$(status GET /api/session)" 401 'ends her sessions'
"$samband" person block ada --undo
ok $? 'the command line lets her in again'
"$samband" person add bo --role auditor --authority Centre --full-name 'Bo Ek'
link=$("$samband" person link bo --url "$url")
holds "$link" "$url/#link=" 'and prints a link'
sqlite3 "$SAMBAND_STORE" 'DELETE FROM failed_try'
who=bo
same "$(status POST /api/session "{\"link\":\"${link#*=}\"}")" 200 'that signs in'
take_token

# ---- the record ----
same "$(call GET '/api/audit?action=sign-in&limit=1' | jq -r '.rows[0] | .person + " " + .outcome')" 'bo done' 'the auditor reads the record'
next=$(jq -r .next "$work/body")
same "$(call GET "/api/audit?action=sign-in&limit=1&after=$next" | jq -r '.rows[0].id < '"$next")" true 'page by page'
same "$(call GET '/api/audit?action=sign-in&person=ada&limit=1000' | jq -c '[.rows[].outcome] | group_by(.) | map(.[0])')" '["denied","done"]' 'with tries that failed'
same "$(call GET /api/audit/verify | jq -c '.broken')" null 'which is whole'
same "$(status GET /api/people)" 403 'an auditor changes no people'
holds "$("$samband" audit --json --action 'person link')" '"person":"local:'"$(id -un)"'"' 'what the command line did is in it'

# ---- time ----
sqlite3 "$SAMBAND_STORE" 'UPDATE session SET used = used - 1801'
same "$(status GET /api/session)" 401 'a session ends after 30 idle minutes'
who=root
sqlite3 "$SAMBAND_STORE" "UPDATE session SET used = strftime('%s','now') , opened = opened - 43201"
same "$(status GET /api/session)" 401 'and after 12 hours'

stop
ok $? 'SIGTERM ends it well'
holds "$("$samband" audit verify)" 'none changed; ' 'the record verifies, with signed heads'
done_testing
