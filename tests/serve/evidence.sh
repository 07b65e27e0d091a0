#!/bin/bash
# Whose disk may be read: nobody reads the disk of another authority by way of a case of their own, whatever name they have
# for a part of it; and a folder can be one authority's alone.
. "${BASH_SOURCE%/*}/shared.sh"

text() { printf 'mail kim@mail.example now\n' >"$1"; }
mkdir -p "$work/common/"{series,witness,vmdk,vhd,tree/deep,links,free,mt} "$work/de"
cd "$work/common" || exit 99
for one in series/x.{001,002,003} witness/y.E{01,02} vmdk/z{,-flat,-s001}.vmdk vhd/{child.avhdx,parent.vhd} tree/deep/a.txt; do
    text "$one"
done
ln series/x.002 links/hard.dd
ln tree/deep/a.txt links/inner.txt
ln -s ../series/x.003 links/soft.dd
text links/alone.txt
for one in one two three; do text "free/$one.txt"; done
text hole.001
text hole.003
text mt/own.txt
mkdir mt/disks bundle
text mt/disks/m.001
ln -s ../mt/disks/m.001 bundle/b.002
text bundle/b.001
text "$work/de/g.txt"

start --no-workers --evidence "$work/common" --evidence "Malta=$work/common/mt" --evidence "Germany=$work/de"
set_up
"$samband" authority add Sweden --country SE --contact se@desk.example
"$samband" authority add Malta --country MT --contact mt@desk.example
"$samband" authority add Germany --country DE --contact de@desk.example
for one in SE:Sweden MT:Malta DE:Germany; do
    "$samband" case add "${one%:*}-1" --country "${one%:*}" --authority "${one#*:}" --handling own
done
add erik examiner Sweden
add maria examiner Malta
add petra examiner Germany
ask() { # ask CASE PATH: the status of adding it
    status POST "/api/cases/$1/evidence" "{\"path\":\"$2\",\"digests\":false}"
}

# ---- other names of the same disk ----
who=maria
for path in series/x.001 witness/y.E01 vmdk/z.vmdk vhd/child.avhdx tree; do
    same "$(ask MT-1 $path)" 201 "$path is the evidence of a case"
done
same "$(ask MT-1 hole.001)" 201 'and so is a series with a hole'
who=erik
for path in series/x.001 series/x.002 series/x.003 series witness/y.E02 vmdk/z-flat.vmdk vmdk/z-s001.vmdk vhd/parent.vhd \
    tree/deep tree/deep/a.txt links/hard.dd links/inner.txt links/soft.dd links hole.003 .; do
    same "$(ask SE-1 $path)" 422 "nobody else adds $path"
done
gone=$(jq -r .detail "$work/body")
ask SE-1 no/such/file >/dev/null
same "$(jq -r .detail "$work/body")" "$gone" 'and what is somebody else'\''s reads as what is not there'
same "$(ask SE-1 links/alone.txt)" 201 'what lies beside it is free'
same "$(ask SE-1 free)" 201 'and so is a folder'
who=maria
same "$(ask MT-1 free/one.txt)" 422 'until it is somebody'\''s, with all that lies in it'
same "$(ask MT-1 series/x.002)" 201 'one'\''s own disk can be added in parts'

# ---- folders of one authority ----
same "$(ask MT-1 own.txt)" 201 'a folder bound to an authority is open to its people'
same "$(ask MT-1 "$work/common/mt/disks")" 201 'by absolute paths too'
same "$(ask MT-1 g.txt)" 422 'that of another one is not'
who=petra
same "$(ask DE-1 g.txt)" 201 'to whom it is open'
for path in mt/own.txt "$work/common/mt/own.txt" mt bundle/b.001 .; do
    same "$(ask DE-1 "$path")" 422 "though it lies in a common one, not $path"
done
for case in MT-1; do "$samband" case add "$case-later" --country MT --authority Malta >/dev/null; done
who=maria
call PATCH /api/cases/MT-1 '{"retention":"2020-01-01"}' >/dev/null
who=root
call POST /api/cases/MT-1/purge '{"reason":"its time is over"}' >/dev/null
who=petra
same "$(ask DE-1 mt/own.txt)" 422 'nor after the case was purged'
stop
"$samband" serve --listen 127.0.0.1:0 --evidence "=$work/de" >/dev/null 2>"$work/said"
same $? 1 'a folder of nobody is refused'
start --no-workers --evidence "Nobody=$work/de"
holds "$(cat "$work/log")" 'no authority Nobody' 'an authority that is not there is said'
done_testing
