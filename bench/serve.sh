#!/usr/bin/env bash
# Load on the server: hit/no-hit look-ups over TLS keep-alive against SELECTORS selectors, beside a static file of the same size
# from nginx with the same certificate, protocol and number of connections. Both by wrk on this machine, one after the other.
#   bench/serve.sh [BUILD]        CASES=200 SELECTORS=50000 (each) CONNECTIONS=64 TIME=10
set -euo pipefail
build=$(realpath "${1:-build}")
cases=${CASES:-200} each=${SELECTORS:-50000} connections=${CONNECTIONS:-64} time=${TIME:-10}
for tool in wrk nginx openssl curl jq; do
    command -v "$tool" >/dev/null || { echo "not measured: $tool is missing (scripts/setup bench)"; exit 0; }
done
work=$(mktemp -d "${TMPDIR:-/tmp}/samband-bench.XXXXXX")
server='' nginx=''
finish() {
    for process in $server $nginx; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap finish EXIT
cd "$work"

"$build/bench/bench_store" store.db "$cases" "$each" >/dev/null
samband() { "$build/samband" --store store.db "$@"; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout key.pem -out certificate.pem 2>/dev/null
samband authority add "A bank" --country SE --contact desk@bank.example >/dev/null
samband person add asker --role partner --authority "A bank" --full-name "A program" --quota 1000000000 >/dev/null
samband serve --listen 127.0.0.1:0 --certificate certificate.pem --key key.pem --no-workers >said 2>&1 &
server=$!
for _ in $(seq 100); do
    address=$(grep -ao 'https://127\.0\.0\.1:[0-9]*' said | head -n 1) && [ -n "$address" ] && break
    sleep 0.1
done
token=$(samband person link asker | grep -o '#link=[^ ]*' | cut -d = -f 2-)
cookie=$(curl -sk -D - -o /dev/null -H 'Content-Type: application/json' -d "{\"link\":\"$token\"}" "$address/api/session" |
    sed -n 's/^[Ss]et-[Cc]ookie: \([^;]*\).*/\1/p' | tr -d '\r')

# Half of the questions have a hit, half have none.
cat >ask.lua <<EOF
wrk.headers["Cookie"] = "$cookie"
local number = 0
function request()
    number = (number * 1103515245 + 12345) % 2147483648
    local name, item = number % 2 == 0 and "someone" or "nobody", 100 + number % ($each - 100)
    return wrk.format("GET", string.format("/api/search?q=%s.%d.%d@mail%d.example.org", name, number % $cases, item, item % 97))
end
EOF
curl -skf -H "Cookie: $cookie" "$address/api/search?q=nobody@example.org" >answer.json ||
    { echo "the look-up that is to be measured is refused" >&2; exit 1; }
mkdir -p root && cp answer.json root/answer.json
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >nginx.conf <<EOF
$([ "$(id -u)" != 0 ] || echo "user root;") worker_processes auto; daemon off; pid $work/nginx.pid; error_log $work/nginx.log;
events { worker_connections 1024; }
http {
    access_log off; keepalive_requests 1000000; sendfile on;
    client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3; uwsgi_temp_path $work/t4;
    scgi_temp_path $work/t5;
    server {
        listen 127.0.0.1:$port ssl; ssl_certificate $work/certificate.pem; ssl_certificate_key $work/key.pem;
        ssl_protocols TLSv1.3; root $work/root;
    }
}
EOF
nginx -c "$work/nginx.conf" &
nginx=$!
sleep 1

figures() { awk '/50%/ {p50 = $2} /99%/ {p99 = $2} /Requests\/sec/ {rate = $2} /Non-2xx/ {bad = $NF}
    END {printf "%d a second, p50 %s, p99 %s%s\n", rate, p50, p99, bad ? ", REFUSED " bad : ""}'; }
echo "look-ups over TLS 1.3 keep-alive, $connections connections, $((cases * each)) selectors, $(nproc) processors shared with wrk"
printf '  samband: %s' "$(wrk -t 2 -c "$connections" -d "${time}s" --latency -s ask.lua "$address" | figures)"
echo
printf '  nginx, a static file of %s bytes: %s' "$(stat -c %s answer.json)" \
    "$(wrk -t 2 -c "$connections" -d "${time}s" --latency "https://127.0.0.1:$port/answer.json" | figures)"
echo
