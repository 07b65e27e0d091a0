/* For measuring the scanner without any decoder. */
#include "decode/decode.h"

const struct sb_decoder *const sb_decoders[] = {NULL};
