"""Writes the tables of BIP-39's words as C, from lists of words: LANGUAGE.txt with one a line, or LANGUAGE.json.

    seed_words.py OUT.c LIST...

Words are compared without accents, as
people leave them out: folded to a to z and packed, five bits a letter, the first in the highest bits."""
import json
import pathlib
import sys
import unicodedata

WORDS, LETTERS, BITS = 2048, 9, 17


def fold(word):
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def pack(letters):
    packed = 0
    for i in range(LETTERS):
        packed = packed << 5 | (ord(letters[i]) - 96 if i < len(letters) else 0)
    return packed


def read_list(path):
    text = path.read_text(encoding="utf-8-sig")
    words = [unicodedata.normalize("NFC", word) for word in (json.loads(text) if path.suffix == ".json" else text.split())]
    assert len(words) == len({fold(word) for word in words}) == WORDS, path
    assert all(3 <= len(fold(word)) <= LETTERS and fold(word).isascii() for word in words), path
    return path.stem, words


def main(out, *paths):
    lists = [read_list(pathlib.Path(path)) for path in paths]
    assert lists, "no lists of words: install python3-mnemonic"
    keys = sorted(pack(fold(word)) << 16 | number << 11 | index
                  for number, (_, words) in enumerate(lists) for index, word in enumerate(words))
    filter_ = bytearray(1 << (BITS - 3))
    for key in keys:
        slot = (key >> 16) * 0x9e3779b97f4a7c15 % (1 << 64) >> (64 - BITS)
        filter_[slot >> 3] |= 1 << (slot & 7)
    with open(out, "w", encoding="utf-8") as c:
        c.write('/* Made by seed_words.py. */\n#include "scan/seed_words.h"\n')
        c.write("const unsigned seed_language_count = %d;\n" % len(lists))
        c.write("const char *const seed_languages[] = {%s};\n" % ", ".join('"%s"' % name for name, _ in lists))
        c.write("const char seed_words[][SEED_WORDS][SEED_WORD_SIZE] = {\n")
        for _, words in lists:
            c.write("{%s},\n" % ",\n".join('"%s"' % word for word in words))
        c.write("};\nconst size_t seed_key_count = %d;\n" % len(keys))
        c.write("const uint64_t seed_keys[] = {%s};\n" % ",\n".join("0x%x" % key for key in keys))
        c.write("const uint8_t seed_filter[] = {%s};\n" % ",".join(str(byte) for byte in filter_))


main(*sys.argv[1:])
