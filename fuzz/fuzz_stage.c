/* A stage in front of an output (the macro STAGE, of the header HEADER): the reader of XML parts, or of PDF content
 * streams. Bytes come in pieces whose size the first byte chooses; what comes out is no longer than RATIO times that.
 */
#include HEADER
#include "fuzz.h"

#define JOIN(stage, name) stage##_##name
#define NAME(stage, name) JOIN(stage, name)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    size_t piece = (size_t)1 << (data[0] & 15);
    struct fuzz_output output = {{.write = fuzz_write}, 0, data[0] & 0x80 ? 1000 : UINT64_MAX, 0, 0};
    struct STAGE *stage = NAME(STAGE, new)(&output.output);
    require(stage != NULL);
    struct sb_output *in = NAME(STAGE, output)(stage);
    int stop = 0;
    for (size_t at = 1; at < size && stop == 0; at += piece) {
        size_t length = size - at < piece ? size - at : piece;
        stop = in->write(in, data + at, length);
    }
    if (stop == 0)
        stop = NAME(STAGE, end)(stage);
    require(stop == output.stopped);
    require(output.length <= 64 + size * RATIO);
    NAME(STAGE, free)(stage);
    return 0;
}
