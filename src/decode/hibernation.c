/* What Windows writes when it hibernates (hiberfil.sys): the memory's pages, compressed.
 *
 * Up to Windows 7 they stand in blocks of up to 16 pages with a signature, so that each is a container of its own and
 * found wherever it lies, in files that were deleted or overwritten too. Since Windows 8 they stand in sets without one
 * (Sylve, Marziale and Richard, "Modern Windows hibernation file analysis", 2017), one behind the other from places
 * that the file's first page names; a member is a run of pages of the memory, named by its first page's number. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "decode/input.h"
#include "decode/xpress.h"

enum { PAGE = 4096, PAGES_MAX = 16, PACKED_MAX = PAGES_MAX * PAGE };
_Static_assert((int)PACKED_MAX <= (int)DECODE_PIECE, "a block is one write");

struct memory {
    struct sb_input *input;
    struct sb_output *output;
    uint64_t next; /* the page behind the last one handed out */
    uint8_t packed[PACKED_MAX];
    uint8_t pages[PAGES_MAX * PAGE];
};

/* Unpacks what is in `packed`. Returns how many bytes there were. */
static size_t unpack(struct memory *memory, size_t packed, bool huffman, size_t most)
{
    size_t used;
    struct xpress_rest rest;
    if (packed == most) { /* it would not compress */
        memcpy(memory->pages, memory->packed, most);
        return most;
    }
    return huffman ? xpress_huffman(memory->packed, packed, memory->pages, 0, most, &used, &rest)
                   : xpress_plain(memory->packed, packed, memory->pages, most);
}

/* Up to Windows 7 */

enum { BLOCK_HEADER = 32 };

static enum sb_decode_result decode_block(const struct sb_container *container, struct sb_input *input,
                                          struct sb_output *output, uint64_t *consumed)
{
    *consumed = BLOCK_HEADER;
    struct memory *memory = malloc(sizeof *memory);
    if (memory == NULL)
        return SB_DECODE_NO_MEMORY;
    size_t packed = input_copy(input, BLOCK_HEADER, memory->packed, (size_t)container->size);
    size_t got = unpack(memory, packed, false, (size_t)container->method * PAGE);
    enum sb_decode_result result = SB_DECODE_DONE;
    if (got > 0 && output->write(output, memory->pages, got) != 0)
        result = SB_DECODE_STOPPED;
    else if (packed < container->size || got < (size_t)container->method * PAGE)
        result = SB_DECODE_BROKEN;
    else
        *consumed = BLOCK_HEADER + packed;
    free(memory);
    return result;
}

static bool sniff_block(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    static const uint8_t zeros[BLOCK_HEADER - 13];
    if (length - at < BLOCK_HEADER)
        return false;
    const uint8_t *header = data + at;
    uint32_t pages = header[8] + 1U;
    uint32_t packed = (load_le32(header + 9) >> 2) + 1;
    if (pages > PAGES_MAX || packed > pages * PAGE || memcmp(header + 13, zeros, sizeof zeros) != 0)
        return false;
    *container = (struct sb_container){.skip = BLOCK_HEADER, .size = packed, .method = pages};
    return true;
}

/* Since Windows 8 */

enum { SET_HEADER = 4, DESCRIPTOR = 8, HUFFMAN = 2, STARTS = 3 };

/* Hands out the pages of a set in runs, as the descriptors tell: how many, and from which page on. */
static int hand_out(struct memory *memory, const uint8_t *descriptors, size_t count, size_t length)
{
    for (size_t i = 0, at = 0; i < count && at < length; i++) {
        uint64_t run = load_le64(descriptors + i * DESCRIPTOR);
        uint64_t pages = (run & 15) + 1;
        uint64_t page = run >> 4;
        size_t bytes = (size_t)pages * PAGE < length - at ? (size_t)pages * PAGE : length - at;
        char name[32];
        int named = snprintf(name, sizeof name, "page %llu", (unsigned long long)page);
        if ((page != memory->next && output_member(memory->output, name, (size_t)named) != 0) ||
            memory->output->write(memory->output, memory->pages + at, bytes) != 0)
            return -1;
        memory->next = page + pages;
        at += bytes;
    }
    return 0;
}

/* One set. Returns the number of bytes it takes; 0 when there is none; sets *result when it is the last. */
static size_t read_set(struct memory *memory, uint64_t at, enum sb_decode_result *result)
{
    uint8_t header[SET_HEADER];
    uint8_t descriptors[PAGES_MAX * DESCRIPTOR];
    if (input_copy(memory->input, at, header, SET_HEADER) < SET_HEADER)
        return 0;
    uint32_t word = load_le32(header);
    size_t count = word & 0xff;
    size_t packed = word >> 8 & 0x3fffff;
    uint64_t pages = 0;
    if (count == 0 || count > PAGES_MAX || packed == 0 || packed > PACKED_MAX ||
        input_copy(memory->input, at + SET_HEADER, descriptors, count * DESCRIPTOR) < count * DESCRIPTOR)
        return 0;
    for (size_t i = 0; i < count; i++)
        pages += (load_le64(descriptors + i * DESCRIPTOR) & 15) + 1;
    if (pages > PAGES_MAX || packed > pages * PAGE)
        return 0;
    size_t length = SET_HEADER + count * DESCRIPTOR;
    size_t there = input_copy(memory->input, at + length, memory->packed, packed);
    size_t got = there < packed ? 0 : unpack(memory, packed, (word >> 30 & HUFFMAN) != 0, (size_t)pages * PAGE);
    if (hand_out(memory, descriptors, count, got) != 0)
        *result = SB_DECODE_STOPPED;
    else if (there < packed || got < pages * PAGE)
        *result = SB_DECODE_BROKEN; /* what follows is still where it should be */
    return length + packed;
}

static int compare_starts(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

/* Where sets begin, in order, as 64-bit and as 32-bit Windows of all versions name the pages. Others stand among them
 * that are no page's number, or no set's: there the first set is none. UINT64_MAX ends them. */
static void read_starts(const uint8_t *header, uint64_t starts[STARTS + 1])
{
    bool wide = load_le32(header + 0x18) == PAGE;
    for (size_t i = 0; i < STARTS; i++) {
        uint64_t page = wide ? load_le64(header + 0x60 + i * 8) : load_le32(header + 0x4c + i * 4);
        starts[i] = page == 0 || page > UINT32_MAX ? UINT64_MAX : page * PAGE;
    }
    starts[STARTS] = UINT64_MAX;
    qsort(starts, STARTS, sizeof *starts, compare_starts);
}

static enum sb_decode_result decode_file(const struct sb_container *container, struct sb_input *input,
                                         struct sb_output *output, uint64_t *consumed)
{
    uint8_t header[128];
    uint64_t starts[STARTS + 1];
    (void)container;
    *consumed = 0;
    if (input_copy(input, 0, header, sizeof header) < sizeof header)
        return SB_DECODE_BROKEN;
    struct memory *memory = malloc(sizeof *memory);
    if (memory == NULL)
        return SB_DECODE_NO_MEMORY;
    struct kept_input kept = keep_input(input);
    memory->input = &kept.input;
    memory->output = output;
    enum sb_decode_result result = SB_DECODE_DONE;
    read_starts(header, starts);
    for (size_t i = 0; i < STARTS && result != SB_DECODE_STOPPED; i++) {
        uint64_t at = starts[i];
        memory->next = UINT64_MAX;
        for (size_t used = 1; at < starts[i + 1] && used > 0 && result != SB_DECODE_STOPPED; at += used)
            used = read_set(memory, at, &result);
    }
    free(memory);
    return result;
}

static bool sniff_file(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    enum { HEADER = 128 };
    if (length - at < HEADER)
        return false;
    const uint8_t *header = data + at;
    /* The size of this structure and that of a page, where 64-bit or where 32-bit Windows has it. */
    if (load_le32(header + 12) < HEADER || load_le32(header + 12) > PAGE ||
        (load_le32(header + 0x18) != PAGE && load_le32(header + 0x14) != PAGE))
        return false;
    *container = (struct sb_container){.skip = HEADER};
    return true;
}

const struct sb_decoder sb_decoder_hibernation_block = {
    .name = "XPRESS",
    .literal = "\x81\x81xpress",
    .literal_length = 8,
    .consumes = true,
    .sniff = sniff_block,
    .decode = decode_block,
};

#define HIBERNATION(NAME, SIGNATURE, RAREST)                                                                           \
    const struct sb_decoder sb_decoder_##NAME = {                                                                      \
        .name = "HIBERNATION",                                                                                         \
        .literal = (SIGNATURE),                                                                                        \
        .literal_length = 4,                                                                                           \
        .literal_anchor = (RAREST),                                                                                    \
        .named = true,                                                                                                 \
        .sniff = sniff_file,                                                                                           \
        .decode = decode_file,                                                                                         \
    }

HIBERNATION(hibernation_made, "HIBR", 2);
HIBERNATION(hibernation_restored, "RSTR", 2);
HIBERNATION(hibernation_woken, "WAKE", 0);
