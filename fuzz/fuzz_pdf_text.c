/* The reader of PDF content streams: bytes in pieces whose size the first byte chooses. */
#include "decode/pdf.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    size_t piece = (size_t)1 << (data[0] & 15);
    struct fuzz_output output = {{.write = fuzz_write}, 0, data[0] & 0x80 ? 1000 : UINT64_MAX, 0, 0};
    struct pdf_text *text = pdf_text_new(&output.output);
    require(text != NULL);
    int stop = 0;
    for (size_t at = 1; at < size && stop == 0; at += piece) {
        size_t length = size - at < piece ? size - at : piece;
        stop = pdf_text_output(text)->write(pdf_text_output(text), data + at, length);
    }
    if (stop == 0)
        stop = pdf_text_end(text);
    require(stop == output.stopped);
    require(output.length <= 64 + size * 4);
    pdf_text_free(text);
    return 0;
}
