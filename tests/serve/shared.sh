# What the tests of the server share: a server of their own on a free port, signing in, and results in TAP.
set -u
samband=$SAMBAND_BUILD/samband
export SAMBAND_STORE
work=$(mktemp -d) || exit 99
SAMBAND_STORE=$work/store.db
server=''
servers=()
count=0
failures=0

finish() {
    local one
    for one in "${servers[@]}"; do kill "$one" 2>/dev/null && wait "$one" 2>/dev/null; done
    rm -rf "$work"
}
trap finish EXIT

ok() { # ok STATUS NAME
    ((count++))
    if [[ $1 == 0 ]]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
        ((failures++))
    fi
}
same() { # same GOT WANTED NAME
    [[ $1 == "$2" ]]
    local status=$?
    ((status == 0)) || printf '# got  %s\n# want %s\n' "${1:0:400}" "$2"
    ok $status "$3"
}
holds() { # holds TEXT PART NAME
    [[ $1 == *"$2"* ]]
    local status=$?
    ((status == 0)) || printf '# %q holds no %q\n' "${1:0:600}" "$2"
    ok $status "$3"
}
done_testing() {
    echo "1..$count"
    exit $((failures > 0))
}

# Starts the server with these options; sets server (its process), url, setup (the token of the set-up, if any).
start() {
    local i
    : >"$work/out" # or the address of the server before it would be read
    "$samband" serve --listen 127.0.0.1:0 "$@" >"$work/out" 2>"$work/log" &
    server=$!
    servers+=("$server")
    for ((i = 0; i < 200; i++)); do
        grep -q '^Samband answers' "$work/out" && break
        kill -0 "$server" 2>/dev/null || break
        sleep 0.05
    done
    url=$(sed -n 's/^Samband answers at //p' "$work/out")
    setup=$(sed -n 's/.*#setup=//p' "$work/out")
    [[ -n $url ]] || { echo "Bail out! the server does not start: $(cat "$work/log")"; exit 1; }
}
# Asks it to end; gives its exit status.
stop() {
    kill "$server"
    wait "$server"
    local status=$? one left=()
    for one in "${servers[@]}"; do [[ $one == "$server" ]] || left+=("$one"); done
    servers=("${left[@]}")
    return $status
}

# call METHOD PATH [BODY] [curl options]: the answer's body; its status in $work/status, headers in $work/headers. The
# cookie jar and the session's token are those of $who.
who=nobody
call() {
    local method=$1 path=$2 body=${3:-}
    shift $(($# > 2 ? 3 : 2))
    local options=(-sk --path-as-is -X "$method" -D "$work/headers" -w '%{http_code}' -o "$work/body" -c "$work/$who.jar" -b "$work/$who.jar")
    [[ -n $body ]] && options+=(-H 'Content-Type: application/json' --data-binary "$body")
    [[ -s $work/$who.token ]] && options+=(-H "X-Samband-Token: $(cat "$work/$who.token")")
    : >"$work/body"
    curl "${options[@]}" "$@" "$url$path" >"$work/status"
    cat "$work/body"
}
status() { # the same, but gives the status
    call "$@" >/dev/null
    cat "$work/status"
}
take_token() { jq -r '.token // empty' "$work/body" >"$work/$who.token"; }

# The code of a secret in base32, `steps` half minutes from now.
code() { # code SECRET [STEPS]
    local key mac offset
    key=$(printf %s "$1" | base32 -d | od -An -vtx1 | tr -d ' \n')
    mac=$(printf '%016x' $(($(date +%s) / 30 + ${2:-0})) | xxd -r -p |
        openssl dgst -sha1 -mac HMAC -macopt "hexkey:$key" | sed 's/.*= //')
    offset=$((16#${mac:39:1} * 2))
    printf '%06d' $(((16#${mac:offset:8} & 0x7fffffff) % 1000000))
}

password='correct horse battery'
# Sets up the first authority and the administrator "root"; secret in $secret.
set_up() {
    who=root
    local body
    body=$(jq -nc --arg token "$setup" --arg password "$password" '{$token, $password, name: "root", full_name: "Rut Root",
        authority: {name: "Centre", country: "NL", contact: "desk@centre.example", centre: true}}')
    secret=$(call POST /api/setup "$body" | jq -r .totp.secret)
    call POST /api/setup "$(jq -c --arg code "$(code "$secret")" '. + {$code}' <<<"$body")" >/dev/null
    take_token
}
# Adds somebody, who signs in with the link and becomes $who.
add() { # add NAME ROLE AUTHORITY
    local link
    who=root
    link=$(call POST /api/people "{\"name\":\"$1\",\"full_name\":\"$1\",\"role\":\"$2\",\"authority\":\"$3\"}" | jq -r .link)
    who=$1
    call POST /api/session "{\"link\":\"${link#*=}\"}" >/dev/null
    take_token
}
