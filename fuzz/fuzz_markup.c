/* The reader of XML parts: bytes in pieces whose size the first byte chooses. What comes out is hardly longer. */
#include "decode/markup.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    size_t piece = (size_t)1 << (data[0] & 15);
    struct fuzz_output output = {{.write = fuzz_write}, 0, data[0] & 0x80 ? 1000 : UINT64_MAX, 0, 0};
    struct markup *markup = markup_new(&output.output);
    require(markup != NULL);
    int stop = 0;
    for (size_t at = 1; at < size && stop == 0; at += piece) {
        size_t length = size - at < piece ? size - at : piece;
        stop = markup_output(markup)->write(markup_output(markup), data + at, length);
    }
    if (stop == 0)
        stop = markup_end(markup);
    require(stop == output.stopped);
    require(output.length <= 64 + size * 2);
    markup_free(markup);
    return 0;
}
