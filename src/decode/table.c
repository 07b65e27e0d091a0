/* The decoders in the order in which the scanner offers them a place: a new one is one file and one row. */
#include "decode/decode.h"

const struct sb_decoder *const sb_decoders[] = {
    &sb_decoder_gzip, &sb_decoder_zip, &sb_decoder_pdf, &sb_decoder_base64, NULL,
};
