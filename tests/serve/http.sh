#!/bin/bash
# What goes over the wire: headers, limits on size and time, paths, many idle connections, certificates of programs, the end.
. "${BASH_SOURCE%/*}/shared.sh"

# ---- slow requests: begun first, looked at last ----
start --no-tls --no-workers
port=${url##*:}
drip() { # drip WHAT-FIRST: then a byte every four seconds; how many seconds the connection lived
    local begun=$SECONDS
    exec 7<>"/dev/tcp/127.0.0.1/$port"
    printf '%b' "$1" >&7
    while ((SECONDS - begun < 120)); do
        printf x >&7 2>/dev/null || break
        IFS= read -r -t 4 -N 1 -u 7 _
        (($? > 128)) || break # neither a byte nor the end came
    done
    echo $((SECONDS - begun))
}
drip 'GET /api/session HTTP/1.1\r\nHost: a\r\nX-Slow: ' >"$work/slow-header" 2>/dev/null &
slow1=$!
drip 'POST /api/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{' >"$work/slow-body" 2>/dev/null &
slow2=$!
slow_server=$server
SAMBAND_STORE=$work/second.db

# ---- refusals before anything begins ----
"$samband" serve --no-tls --listen 0.0.0.0:0 2>"$work/said"
same $? 1 '--no-tls is refused on other addresses than loopback'
holds "$(cat "$work/said")" 'loopback' 'and says why'
"$samband" serve --listen nowhere 2>/dev/null
same $? 1 'what is no address is refused'

for port in 99999 65536 -1 8460x ''; do
    "$samband" serve --no-tls --listen "127.0.0.1:$port" 2>"$work/said"
    same $? 1 "'$port' is no port"
done
holds "$(cat "$work/said")" 'from 1 to 65535' 'and says what is one'
printf 'no certificate\n' >"$work/no.pem"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=x' -keyout "$work/own.key" \
    -out "$work/own.pem" 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out "$work/other.key" 2>/dev/null
wrong() { # wrong PART options: does not begin, and says PART
    "$samband" serve --listen 127.0.0.1:0 "${@:2}" 2>"$work/said"
    holds "$(cat "$work/said")" "$1" "${*:2:3} is refused by name"
}
wrong "$work/no.pem is no certificate: a file in PEM form" --certificate "$work/no.pem" --key "$work/own.key"
wrong "$work/no.pem is no key: a private key in PEM form" --certificate "$work/own.pem" --key "$work/no.pem"
wrong "do not belong together" --certificate "$work/own.pem" --key "$work/other.key"
wrong "$work/no.pem is no certificate" --client-authority "$work/no.pem"

# ---- certificates of programs ----
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=authority' -keyout "$work/ca.key" \
    -out "$work/ca.pem" 2>/dev/null
program() { # program NAME: a key and a certificate of the authority
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$work/$1.key" 2>/dev/null |
        openssl x509 -req -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 2 -out "$work/$1.pem" 2>/dev/null
    openssl x509 -in "$work/$1.pem" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f
}
feed=$(program feed)
unknown=$(program unknown)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=feed' -keyout "$work/self.key" \
    -out "$work/self.pem" 2>/dev/null
self=$(openssl x509 -in "$work/self.pem" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f)
rm -rf "$SAMBAND_STORE"*
start --no-workers --client-authority "$work/ca.pem"
holds "$(cat "$work/out")" "there was no store $SAMBAND_STORE: a new one is begun" 'a store that was not there is said'
"$samband" authority add Bank --country DE --contact desk@bank.example
"$samband" person add feed --role partner --authority Bank --certificate "$feed"
"$samband" person add root --role administrator --authority Bank --certificate "$unknown"
"$samband" person add self --role partner --authority Bank --certificate "$self"
with() { echo "--cert $work/$1.pem --key $work/$1.key"; }
same "$(call GET /api/session '' $(with feed) | jq -r .person.name)" feed 'a program signs in with its certificate'
same "$(call GET /api/session '' $(with feed) | jq -r .token)" null 'and has no token'
same "$(status PATCH /api/session '{"language":"sv"}' $(with feed))" 200 'nor needs one'
same "$(status GET /api/people '' $(with feed))" 403 'its role holds'
same "$(status GET /api/people '' $(with unknown))" 200 'as that of others does'
same "$(status GET /api/session)" 401 'without a certificate nobody is signed in'
same "$(status GET /api/session '' $(with self))" 401 'nor with one that the authority did not sign'
"$samband" person block feed
same "$(status GET /api/session '' $(with feed))" 401 'a blocked program is out'

# ---- TLS and headers ----
port=${url##*:}
openssl s_client -connect "127.0.0.1:$port" -tls1_2 </dev/null >/dev/null 2>&1
same $? 1 'no TLS 1.2'
openssl s_client -connect "127.0.0.1:$port" -tls1_3 </dev/null >"$work/tls" 2>&1
holds "$(cat "$work/tls")" 'TLSv1.3' 'but 1.3'
shown=$(openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256)
holds "$(cat "$work/out")" "${shown#*=}" 'the certificate is the one whose fingerprint was printed'
for path in / /api/session /no/such/page; do
    call GET "$path" >/dev/null
    headers=$(tr -d '\r' <"$work/headers" | tr A-Z a-z)
    missing=''
    for header in "content-security-policy: default-src 'none'" "frame-ancestors 'none'" 'referrer-policy: no-referrer' \
        'x-content-type-options: nosniff' 'cross-origin-opener-policy: same-origin' 'strict-transport-security: max-age' \
        'cross-origin-resource-policy: same-origin'; do
        [[ $headers == *"$header"* ]] || missing+=" $header;"
    done
    same "$missing" '' "$path has all security headers"
done
holds "$(call GET /api/session >/dev/null; cat "$work/headers")" 'no-store' 'answers of the interface are kept nowhere'
same "$(grep -ci 'unsafe' "$work/headers")" 0 'the policy allows nothing unsafe'

# ---- paths ----
for path in /../../../../etc/passwd /%2e%2e/%2e%2e/etc/passwd /..%2f..%2fetc/passwd //etc/passwd '/assets/..\..\x'; do
    call GET "$path" >"$work/got"
    grep -q 'root:' "$work/got"
    same $? 1 "nothing lies at $path"
done
same "$(status GET /%00)" 400 'a NUL in a path is refused'
same "$(status GET /api/cases%2f..%2fpeople)" 404 'an encoded slash is no slash'
same "$(status PUT /api/session)" 405 'a method that a path has not'
holds "$(cat "$work/headers")" 'Allow: GET, POST' 'and which it has'
same "$(status POST /)" 405 'pages are read only'
same "$(call GET /api/openapi.json | jq -r '.openapi + " " + .paths["/api/audit"].get["x-roles"][0]')" '3.1.0 auditor' 'the description'
same "$(jq '[.. | objects | .["$ref"]? // empty | ltrimstr("#/components/schemas/")] - (.components.schemas | keys) | length' "$work/body")" 0 \
    'names no schema that is not there'

# ---- sizes ----
head -c 1048577 /dev/zero | tr '\0' ' ' >"$work/large"
same "$(status POST /api/session '' -H 'Content-Type: application/json' --data-binary "@$work/large")" 413 'a body of more than 1 MiB is refused'
same "$(status POST /api/session '' -H 'Content-Type: application/json' -H 'Transfer-Encoding: chunked' --data-binary "@$work/large")" 413 'in chunks too'
same "$(status GET /api/session '' -H "X-Large: $(head -c 40000 /dev/zero | tr '\0' a)")" 431 'headers of 40 kB are refused'
twice() { # twice HEADERS: what is answered to a request with them
    printf 'POST /api/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n%b\r\n{}' "$1" |
        timeout 5 openssl s_client -quiet -ign_eof -connect "127.0.0.1:$port" 2>/dev/null
}
holds "$(twice 'Content-Length: 2\r\nContent-Length: 3\r\n')" 'said in two ways' 'two lengths of one body are refused'
holds "$(twice 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n')" 'said in two ways' 'and a length besides chunks'
same "$(status POST /api/session "$(printf '{"a":%.0s' {1..5000})")" 400 'JSON without an end is refused'
same "$(status POST /api/session '[1]')" 400 'and what is no object'
same "$(status POST /api/session '{"name":"a","name":"b"}')" 400 'and a member that comes twice'
same "$(status POST /api/session '{"name":"a\u0000b","password":"x","code":"1"}')" 400 'and a NUL in a text'

# ---- ten thousand that say nothing ----
mkfifo "$work/until"
limit=$(ulimit -Hn)
[[ $limit == unlimited || $limit -gt 10600 ]] && many=10000 || many=$((limit - 600))
"$SAMBAND_BUILD/tests/serve/idle" "$port" $many <"$work/until" >"$work/idle" &
idle=$!
exec 8>"$work/until"
for ((i = 0; i < 600; i++)); do grep -q open "$work/idle" && break; sleep 0.05; done
same "$(cat "$work/idle")" "$many open" "$many idle connections"
same "$(status GET /api/openapi.json '' --max-time 5)" 200 'do not keep a request waiting'
begun=$(date +%s%N)
for ((i = 0; i < 20; i++)); do status GET /api/openapi.json '' --max-time 5 >/dev/null; done
echo "# a request beside them: $((($(date +%s%N) - begun) / 20000000)) ms, curl and handshake included"
echo "# memory of the server with them: $(awk '/VmRSS/ {print int($2 / 1024)}' "/proc/$server/status") MiB"
exec 8>&-
wait $idle
holds "$(cat "$work/idle")" "$many left" 'and are all still there'

# ---- the end ----
curl -skN "$url/api/events" $(with unknown) >"$work/events" &
events=$!
sleep 0.5
stop
ok $? 'SIGTERM ends it while somebody listens'
wait $events
same $? 0 'and the stream is ended, not broken'
holds "$(cat "$work/events")" 'retry: ' 'which had begun'

# ---- the slow ones ----
wait $slow1 $slow2
lived=$(cat "$work/slow-header")
((lived >= 50 && lived <= 100))
ok $? "a header that comes byte by byte is cut ($lived s)"
lived=$(cat "$work/slow-body")
((lived >= 50 && lived <= 100))
ok $? "a body that comes byte by byte is cut ($lived s)"
server=$slow_server url=http://127.0.0.1
kill -0 "$server"
ok $? 'and the server is well'
stop
done_testing
