# Nothing is lost: a supervisor or a worker is killed (SIGKILL) at random moments, then the same command is given again:
# the store's content must be that of an undisturbed run, byte for byte. First one kill for each store, then many kills in
# a row on one store.
. "$(dirname "$0")/../cli/lab.sh"

kills=30
sequence=30
[ "$sanitized" = 1 ] && kills=6 sequence=8
samband-exercise disks --countries 3 --cases 3 --seed 11 --size 80 --quiet || exit 99
cut -f5 disks/cases.tsv | sed "s,^,disks/," >images
mapfile -t all_images <images
images=("${all_images[0]}") # for single kills; the sequence gets all

analyse() { samband --store "$1" analyse --case K --workers 2 --quiet "${images[@]}"; }

start_of_run() { analyse "$1" 2>>killed.err & }

# A worker of the supervisor, chosen by chance; nothing when it has none now.
worker_of()
{
    local children=()
    { read -r -a children <"/proc/$1/task/$1/children"; } 2>/dev/null # no line feed at its end
    [ "${#children[@]}" -gt 0 ] && printf '%s' "${children[$((RANDOM % ${#children[@]}))]}"
}

sleep_milliseconds() { sleep "$(($1 / 1000)).$(printf '%03d' $(($1 % 1000)))"; }

# until_done STORE: the same command again until it ends well; it is not disturbed any more.
until_done()
{
    local try
    for try in 1 2 3; do
        analyse "$1" 2>>killed.err && return 0
    done
    return 1
}

fresh undisturbed.db K
check "an undisturbed run" analyse undisturbed.db
dump_store undisturbed.db >undisturbed.dump
fresh again.db K
begun=$(milliseconds)
check "another" analyse again.db
duration=$(($(milliseconds) - begun)) # with warm caches
say "an undisturbed run takes $duration ms and gives $(wc -l <undisturbed.dump) rows"

# one_kill STORE SEED: sets landed (0 or 1) and moment.
one_kill()
{
    RANDOM=$(($2 * 7919))
    moment=$((duration * (2 + RANDOM % 94) / 100))
    landed=0
    start_of_run "$1"
    local supervisor=$! target
    sleep_milliseconds "$moment"
    target=$supervisor
    [ $((RANDOM % 3)) -eq 0 ] && target=$(worker_of "$supervisor")
    [ -n "$target" ] && kill -KILL "$target" 2>/dev/null && landed=1
    wait "$supervisor" 2>/dev/null
}

all_landed=0
tried=0
moments=
different=0
while [ "$all_landed" -lt "$kills" ] && [ "$tried" -lt $((2 * kills)) ]; do
    tried=$((tried + 1))
    fresh killed.db K
    one_kill killed.db "$tried"
    [ "$landed" = 1 ] && all_landed=$((all_landed + 1)) && moments="$moments $moment"
    if ! until_done killed.db || ! same killed.db undisturbed.dump >difference; then
        different=$((different + 1))
        say "seed $tried, killed after $moment ms: the content differs"
        sed 's/^/#   /' difference
    fi
done
say "$all_landed of $tried kills landed in the middle of work, after$moments ms"
check "enough kills landed" [ "$all_landed" -ge "$kills" ]
check "one kill, then the same command: the content of an undisturbed run (SQLite, $all_landed kills)" [ "$different" = 0 ]

# in_sequence STORE: kills until enough landed or the work is done. Two workers lost to one supervisor at most: a unit that
# breaks three workers is taken for dangerous, and rightly split.
in_sequence()
{
    local supervisor= lost=0 target
    RANDOM=4711
    hits=0
    while [ "$hits" -lt "$sequence" ]; do
        if [ -z "$supervisor" ] || ! kill -0 "$supervisor" 2>/dev/null; then
            [ -n "$supervisor" ] && wait "$supervisor" 2>/dev/null && return 0
            start_of_run "$1"
            supervisor=$!
            lost=0
        fi
        sleep_milliseconds $((20 + RANDOM % (duration / 6 + 1)))
        target=
        [ $((RANDOM % 2)) -eq 0 ] && [ "$lost" -lt 2 ] && target=$(worker_of "$supervisor") && lost=$((lost + 1))
        kill -KILL "${target:-$supervisor}" 2>/dev/null && hits=$((hits + 1))
        [ -z "$target" ] && wait "$supervisor" 2>/dev/null
    done
    kill -KILL "$supervisor" 2>/dev/null
    wait "$supervisor" 2>/dev/null
    return 0
}

images=("${all_images[@]}")
fresh undisturbed.db K
check "an undisturbed run of three disks" analyse undisturbed.db
dump_store undisturbed.db >all.dump
fresh sequence.db K
in_sequence sequence.db
check "the same command after all of them" until_done sequence.db
check "$hits kills in a row on one store: the content of an undisturbed run" same sequence.db all.dump

if [ -n "${POSTGRES_MISSING-}" ]; then
    skip "kills on PostgreSQL" "$POSTGRES_MISSING"
else
    images=("${all_images[0]}")
    different=0
    all_landed=0
    for seed in 101 102 103 104 105 106; do
        url=$(database "kill$seed") || exit 99
        fresh "$url" K
        one_kill "$url" "$seed"
        all_landed=$((all_landed + landed))
        until_done "$url" && same "$url" undisturbed.dump >difference || different=$((different + 1))
    done
    check "one kill, then the same command: the same on PostgreSQL ($all_landed of 6 landed)" [ "$different" = 0 ]
    images=("${all_images[@]}")
    url=$(database sequence) || exit 99
    fresh "$url" K
    in_sequence "$url"
    check "the same command after all of them (PostgreSQL)" until_done "$url"
    check "$hits kills in a row on one PostgreSQL store: the content of an undisturbed run" same "$url" all.dump
fi
finish
