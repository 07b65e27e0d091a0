/* What every decoder's test needs: bytes as an input that shows them in views of any size, an output that keeps what
 * comes and can ask to stop, and containers built by the real zlib. */
#ifndef TESTS_DECODE_HARNESS_H
#define TESTS_DECODE_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "decode/decode.h"

/* What one run of a decoder gave. */
struct run {
    bool sniffed;
    struct sb_container container;
    enum sb_decode_result result;
    uint64_t consumed;
    struct bytes out;    /* owned; run_free */
    size_t largest;      /* of the pieces handed out */
    unsigned after_stop; /* pieces handed out after the output had asked to stop */
};

struct run_options {
    size_t view;      /* bytes shown at a time; 0: all */
    uint64_t stop_at; /* bytes of output after which it asks to stop; 0: never */
    bool forget;      /* do not keep the output */
};

/* Sniffs at data[at], and if a container is there decodes it. What stands in front is seen by the sniff alone. */
struct run run_decoder(const struct sb_decoder *decoder, const void *data, size_t length, size_t at,
                       const struct run_options *options);
void run_free(struct run *run);

/* Appends data deflated: raw (window_bits -15), with a zlib (15) or a gzip (31) header. */
void append_deflated(struct bytes *out, const void *data, size_t length, int window_bits, int level, int strategy);

void append_le16(struct bytes *out, unsigned value);
void append_le32(struct bytes *out, uint32_t value);
void append_le64(struct bytes *out, uint64_t value);

/* Appends text that compresses about as prose does, the same for the same seed. */
void append_prose(struct bytes *out, size_t length, unsigned seed);
/* Appends bytes that do not compress. */
void append_noise(struct bytes *out, size_t length, unsigned seed);

/* The whole output, as the decoder should have given it. */
void assert_output(const struct run *run, const void *data, size_t length);

#endif
