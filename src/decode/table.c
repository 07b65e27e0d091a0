/* The decoders in the order in which the scanner offers them a place: a new one is one file and one row. */
#include "decode/decode.h"

const struct sb_decoder *const sb_decoders[] = {
    &sb_decoder_gzip,
    &sb_decoder_zip,
    &sb_decoder_pdf,
    &sb_decoder_base64,
    &sb_decoder_bzip2,
    &sb_decoder_xz,
    &sb_decoder_zstd,
    &sb_decoder_lz4,
    &sb_decoder_quoted_crlf,
    &sb_decoder_quoted_lf,
    &sb_decoder_quoted_equals,
    &sb_decoder_quoted_at,
    &sb_decoder_quoted_blank,
    &sb_decoder_percent,
    &sb_decoder_json,
    &sb_decoder_entity_decimal,
    &sb_decoder_entity_zero,
    &sb_decoder_entity_hex,
    &sb_decoder_entity_name,
    NULL,
};
