/* PowerPoint up to 2003 (MS-PPT): a stream of records. Its text stands in it as it is; but what was put into a
 * presentation, the tables of Excel, the documents, the project of its macros, is an OLE file of its own in a record
 * (2.10.34, 2.10.37), and compressed there. Handed out are these, each as a member. */
#include <stdio.h>

#include "base/number.h"
#include "decode/inflate.h"
#include "decode/input.h"
#include "decode/ole.h"

enum { RECORD = 8, STORAGE = 0x1011, COMPRESSED = 1, SIZE = 4, ZLIB = 2 };

static enum sb_decode_result hand_out(const uint8_t *data, size_t length, unsigned number, struct sb_output *output)
{
    char name[48];
    int named = snprintf(name, sizeof name, "PowerPoint Document object %u", number);
    if (output_member(output, name, (size_t)named) != 0)
        return SB_DECODE_STOPPED;
    struct memory_input packed = {{memory_view}, data + SIZE, length - SIZE};
    struct inflation inflation = {
        .input = &packed.input, .output = output, .begin = ZLIB, .end = length - SIZE, .length_hint = load_le32(data)};
    return inflate_raw(&inflation);
}

/* Objects stand in the stream's own row of records, not within others. One that breaks costs itself. */
enum sb_decode_result ole_powerpoint(struct ole_stream document, struct sb_output *output)
{
    enum sb_decode_result result = SB_DECODE_DONE;
    unsigned number = 0;
    for (size_t at = 0; document.length - at >= RECORD;) {
        unsigned instance = load_le16(document.data + at) >> 4U;
        unsigned type = load_le16(document.data + at + 2);
        size_t length = load_le32(document.data + at + 4);
        at += RECORD;
        if (length > document.length - at)
            length = document.length - at;
        if (type == STORAGE && instance == COMPRESSED && length > SIZE + ZLIB) {
            enum sb_decode_result one = hand_out(document.data + at, length, ++number, output);
            if (one == SB_DECODE_STOPPED || one == SB_DECODE_NO_MEMORY)
                return one;
            result = one == SB_DECODE_DONE ? result : one;
        }
        at += length;
    }
    return result;
}
