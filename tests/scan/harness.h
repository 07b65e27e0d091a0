/* What the tests of the scanner share: scanning a buffer in chunks of any size, with everything found written down as
 * one line a sighting, sorted, so that two scans can be compared as text; and decoders of the tests' own. */
#ifndef TESTS_SCAN_HARNESS_H
#define TESTS_SCAN_HARNESS_H

#include "scan/scan.h"

#include "base/bytes.h"

struct scan {
    struct sb_scan_options options;
    size_t chunk;       /* bytes a chunk owns; 0: all in one */
    bool places;        /* lines say offset, length, path and encoding too: "card 4539… @17+16 utf-16le GZIP-3" */
    bool context;       /* and the context, behind " | " */
    struct bytes found; /* the lines; freed by scan_free */
    size_t sightings, notes;
};

/* Scans data and fills scan->found, notes included ("note REASON @offset PATH"). Returns what sb_scan_chunk returned.
 */
int scan_bytes(struct scan *scan, const void *data, size_t length);

/* "kind:value kind:value …" of everything in the text, sorted; valid until the next call. */
const char *found_in(const void *data, size_t length);

/* What must be found in a text: "kind:value", several with a space between, sorted; "" for nothing. */
struct vector {
    const char *text, *found;
};

/* Fails the test at the first vector in whose text something else is found. */
void check_vectors(const struct vector *vectors, size_t count);

#define CHECK(...)                                                                                                     \
    do {                                                                                                               \
        static const struct vector vectors[] = {__VA_ARGS__};                                                          \
        check_vectors(vectors, sizeof vectors / sizeof *vectors);                                                      \
    } while (0)

void scan_free(struct scan *scan);

/* Appends `text` as UTF-16. */
void append_utf16(struct bytes *out, const char *text, bool big_endian);

/* A container of the tests' own decoder "XOR": "XC\1\2", four bytes of length (little endian), a name that ends with
 * NUL, and the payload, each byte XOR 0x5a. */
void append_xor(struct bytes *out, const char *name, const void *data, size_t length);

/* A container "BOMB!" that decodes to zeros without end. */
/* A container "LOCK!" that is encrypted. */

void append_base64(struct bytes *out, const void *data, size_t length);

/* Pseudo-random numbers, the same in every run (xorshift64*). */
uint64_t next_random(uint64_t *state);

#endif
