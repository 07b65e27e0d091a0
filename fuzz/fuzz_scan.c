/* The whole scanner: every recogniser, view and decoder on hostile bytes, cut into chunks as the sweep cuts them. What
 * it reports must keep the contract of scan.h. */
#include "fuzz.h"
#include "scan/engine.h"
#include "scan/scan.h"
#include "tests/scan/memory.h"

static int check_sighting(void *context, const struct sb_sighting *sighting)
{
    const size_t *size = context;
    require(sighting->kind < SB_KIND_COUNT && sighting->encoding < SB_ENCODING_COUNT);
    require(sighting->value_length > 0 && sighting->value_length <= SB_VALUE_MAX);
    require(sighting->context_length <= SB_CONTEXT_MAX);
    require(sighting->offset < *size && sighting->length <= *size - sighting->offset);
    require(strlen(sighting->path) <= SB_PATH_MAX);
    return 0;
}

static int check_note(void *context, uint64_t offset, const char *path, const char *reason)
{
    const size_t *size = context;
    require(offset < *size && strlen(path) <= SB_PATH_MAX && reason[0] != 0);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sb_scanner *scanner;
    if (scanner == NULL) {
        struct sb_scan_options options = {.output_bytes = 8 << 20, .stream_bytes = 4 << 20};
        scanner = sb_scanner_new(&options, NULL);
        require(scanner != NULL);
    }
    if (size < 1)
        return 0;
    size_t own = (size_t)16 << (data[0] & 15);
    size_t length = size - 1;
    struct sb_sink sink = {.sighting = check_sighting, .note = check_note, .context = &length};
    fuzz_memory_begin();
    require(scan_memory(scanner, data + 1, length, own, true, &sink) == 0);
    fuzz_memory_end();
    /* Time, in what takes it: bytes decoded and bytes looked at, by the budgets. */
    require(sb_scan_decoded(scanner) <= (9 << 20) + (uint64_t)length * 48);
    require(scanner->shown <= (257 << 20) + (uint64_t)length * 16 + sb_scan_decoded(scanner) * 4);
    return 0;
}
