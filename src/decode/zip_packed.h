/* What libarchive reads for other decoders. Private to decode. */
#ifndef DECODE_ZIP_PACKED_H
#define DECODE_ZIP_PACKED_H

#include "decode/decode.h"

/* The member of a ZIP whose local header the input begins with, of a method that libarchive knows; `end` bounds what is
 * read. Its checksum is libarchive's to check. Memory as in archive.c. */
enum sb_decode_result archive_read_zip_member(struct sb_input *input, struct sb_output *output, uint64_t end);

#endif
