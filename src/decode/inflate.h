/* Raw deflate data (RFC 1951) as it stands inside gzip, ZIP and PDF. Private to decode. */
#ifndef DECODE_INFLATE_H
#define DECODE_INFLATE_H

#include "decode/decode.h"

enum checksum { CHECKSUM_NONE, CHECKSUM_CRC32, CHECKSUM_ADLER32 };

/* Streams whose output is at most this long are inflated in one step when their input is at hand whole. */
enum { INFLATE_WHOLE = 1024 * 1024 };

struct inflation {
    /* Set by the caller. */
    struct sb_input *input;
    struct sb_output *output;
    enum checksum checksum; /* which one to keep of the output */
    uint64_t begin;         /* offset in the input of the first byte of deflate data */
    uint64_t end;           /* the data ends before this offset at the latest; UINT64_MAX when unknown */
    uint64_t length_hint;   /* what a header claims the output's length to be; 0 when it does not. Never trusted. */

    /* Set by inflate_raw. */
    uint64_t offset;  /* behind the last byte of input used */
    uint64_t length;  /* of the output */
    uint32_t sum;     /* its checksum */
    bool input_ended; /* SB_DECODE_BROKEN because there was no more input, rather than because the data is not valid */
};

/* Inflates to the end of the stream. Returns SB_DECODE_DONE, _BROKEN, _STOPPED or _NO_MEMORY. Takes at most about 400
 * KiB of memory, given back before it returns. */
enum sb_decode_result inflate_raw(struct inflation *inflation);

/* Could deflate data begin here? Looks at the first block's header, as far as it is within `length`. */
bool deflate_plausible(const uint8_t *data, size_t length);

/* Continues a checksum over more bytes. The first call is given checksum_begin(). */
uint32_t checksum_begin(enum checksum checksum);
uint32_t checksum_add(enum checksum checksum, uint32_t sum, const uint8_t *data, size_t length);

#endif
