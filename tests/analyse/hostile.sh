# A worker that evidence has taken over tries to harm the supervisor: it sends wild frames, endless ones, falls silent, dies
# in the middle of a word, closes its output, does not listen, does not end. The supervisor must survive in bounded time and
# memory, store nothing that such a worker may not say, and tell in one sentence what is wrong.
. "$(dirname "$0")/../cli/lab.sh"
need jq

memory_most=200000 # KiB of the supervisor
[ "$sanitized" = 1 ] && memory_most=2000000
seconds_most=100

# deceived LIE: analyses with a worker that lies so; sets status and peak.
deceived()
{
    head -c 65536 /dev/zero >"$1.img"
    rm -f lie.db
    samband --store lie.db case add L --country SE >/dev/null
    (
        ulimit -c 0
        SAMBAND_WORKER=$SAMBAND_BUILD/tests/analyse/lying_worker exec timeout -k 5 "$seconds_most" \
            samband --store lie.db analyse --case L --workers 2 --silence 1 --no-digests "$1.img"
    ) >lie.out 2>lie.err &
    local process=$! now
    peak=0
    while kill -0 "$process" 2>/dev/null; do
        sleep 0.2
        for now in $(cat "/proc/$process/task/$process/children" 2>/dev/null); do
            now=$(sed -n 's/^VmHWM: *\([0-9]*\) kB/\1/p' "/proc/$now/status" 2>/dev/null)
            [ -n "$now" ] && [ "$now" -gt "$peak" ] && peak=$now
        done
    done
    wait "$process"
    status=$?
}

state() { samband --store lie.db evidence --json | jq -r "$1"; }
found() { samband --store lie.db selectors --json | wc -l; }

# survives LIE STATES SENTENCE: ends with status 1, in one of the states, nothing stored, and the sentence is told.
survives()
{
    deceived "$1"
    [ "$status" = 1 ] || { echo "exit status $status"; cat lie.err; return 1; }
    [ "$peak" -lt "$memory_most" ] || { echo "took $peak KiB"; return 1; }
    [[ " $2 " == *" $(state .state) "* ]] || { echo "state $(state .state), expected $2"; return 1; }
    [ "$(found)" = 0 ] || { echo "$(found) selectors stored"; return 1; }
    state '.problem, .gaps[].reason | strings' | grep -q "$3" || { state .; return 1; }
    ! cat lie.out lie.err | grep -q "$(printf '[\001-\010\013-\037]')" || { echo "raw control characters shown"; return 1; }
}

wild="sent what no worker sends"
while read -r lie states sentence; do
    check "$lie: $states" survives "$lie" "${states//,/ }" "$sentence"
done <<LIES
die-open failed ended by signal 6
hang-open failed no sign of life
garbage failed $wild
zero-frame failed $wild
close-output failed closed its output and went on
refuse-text failed no.*yes
huge-size failed in a way no worker does
large-size failed in a way no worker does
ready-text failed in a way no worker does
ready-twice incomplete,failed $wild
vanish failed not there any more
hang-map incomplete no sign of life
die-mid-frame incomplete ended early
file-numbers incomplete $wild
volume-twice incomplete $wild
run-outside incomplete $wild
run-wraps incomplete $wild
file-huge incomplete $wild
map-sights incomplete $wild
map-endless incomplete said more than
hang-span incomplete no sign of life
die-span incomplete ended by signal 6
progress-endless incomplete took longer
span-endless incomplete said more than
outside incomplete $wild
wrong-kind incomplete $wild
not-text incomplete $wild
no-value incomplete $wild
LIES

no_gaps() { [ "$(state '.gaps | length')" = 0 ] || { state .gaps; return 1; }; }
deceived vanish
check "evidence that is gone when a worker begins anew is no gap" no_gaps

# Lies that cannot be told from the truth: they are believed, but cost no more than the truth would.
believed()
{
    deceived "$1"
    say "$1: $peak KiB"
    [ "$status" = 0 ] && [ "$peak" -lt "$memory_most" ] && [ "$(state .state)" = complete ]
}
check "millions of sightings" believed millions
check "thousands of files over one place" believed one-place
check "a worker that does not end when it should" believed linger
check "a worker that does not listen: another takes over" believed deaf
finish
