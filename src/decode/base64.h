/* What plain base64 and that within escapes share. Private to decode. */
#ifndef DECODE_BASE64_H
#define DECODE_BASE64_H

#include "decode/decode.h"

enum { BASE64_RUN_MIN = 24 }; /* characters: shorter runs hold nothing worth it */

extern const uint8_t base64_digits[256]; /* of both alphabets: not 0 */

static inline bool base64_is_digit(uint8_t byte)
{
    return base64_digits[byte] != 0;
}

/* The decoder's own. */
bool base64_sniff(const uint8_t *data, size_t length, size_t anchor, struct sb_container *container);
/* Reads forward, but for the last few lines' length. */
enum sb_decode_result base64_decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed);

#endif
