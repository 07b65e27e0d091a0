/* What the readers of streams in OLE compound files share. Private to decode. */
#ifndef DECODE_OLE_H
#define DECODE_OLE_H

#include "base/bytes.h"
#include "decode/decode.h"

/* A stream in memory. */
struct ole_stream {
    const uint8_t *data;
    size_t length;
};

/* Each hands out, as a member of its own, the text that its stream holds and the stream's bytes do not show as it is:
 * pieces joined, records joined, objects decompressed. SB_DECODE_DONE, _STOPPED, _ENCRYPTED, _BROKEN or _NO_MEMORY. */

/* Word, MS-DOC: `tables` are the streams 0Table and 1Table. */
enum sb_decode_result ole_word(struct ole_stream document, const struct ole_stream tables[2], struct sb_output *output);
/* Excel, MS-XLS: shared strings and numbers. */
enum sb_decode_result ole_excel(struct ole_stream workbook, struct sb_output *output);
/* PowerPoint, MS-PPT: the objects in a presentation. */
enum sb_decode_result ole_powerpoint(struct ole_stream document, struct sb_output *output);

#endif
