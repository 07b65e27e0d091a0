"""Writes the files of a folder as a table in C (static.h): embed.py FOLDER OUT.c OUT.d. No folder: an empty table."""
import gzip
import hashlib
import os
import sys

TYPES = {
    '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
    '.json': 'application/json', '.map': 'application/json', '.svg': 'image/svg+xml', '.png': 'image/png',
    '.ico': 'image/x-icon', '.woff2': 'font/woff2', '.txt': 'text/plain; charset=utf-8',
    '.webmanifest': 'application/manifest+json',
}


def array(out, name, data):
    out.write(f'static const unsigned char {name}[] = {{')
    for at in range(0, len(data), 4096):
        out.write(','.join(map(str, data[at:at + 4096])) + ',\n')
    out.write('0};\n')


def main(folder, target, depends):
    there = os.path.abspath(folder)
    while not os.path.isdir(there):  # where it will appear is watched
        there = os.path.dirname(there)
    paths, folders = [], [there]
    for base, inner, names in os.walk(folder):
        inner.sort()
        folders.append(base)
        paths += [os.path.join(base, name) for name in sorted(names)]
    with open(target, 'w', encoding='ascii') as out:
        out.write('#include "serve/static.h"\n\n')
        rows = []
        for number, path in enumerate(paths):
            with open(path, 'rb') as file:
                data = file.read()
            packed = gzip.compress(data, 9, mtime=0)
            array(out, f'data_{number}', data)
            if len(packed) < len(data) * 9 // 10:
                array(out, f'packed_{number}', packed)
                pack = f'packed_{number}, {len(packed)}'
            else:
                pack = '0, 0'
            kind = TYPES.get(os.path.splitext(path)[1], 'application/octet-stream')
            name = '/' + os.path.relpath(path, folder).replace(os.sep, '/')
            etag = hashlib.sha256(data).hexdigest()[:32]
            rows.append(f'    {{"{name}", "{kind}", "\\"{etag}\\"", data_{number}, {len(data)}, {pack}}},\n')
        out.write('const struct static_file static_files[] = {\n' + ''.join(rows) + '    {0, 0, 0, 0, 0, 0, 0}};\n')
    with open(depends, 'w', encoding='utf-8') as out:
        out.write(target + ': ' + ' '.join(name.replace(' ', '\\ ') for name in folders + paths) + '\n')


main(*sys.argv[1:])
