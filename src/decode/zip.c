/* ZIP, PKWARE's APPNOTE 6.3: each local file header is one container, so that a broken or deleted archive still gives
 * its members; the central directory is not read.
 *
 * A value in a stored member must be reported once, though its bytes stand in the enclosing stream as they are. So the
 * decoder consumes: what it hands out, the plain scan leaves alone, nested containers too. It hands a stored payload
 * out only when the header gives its size and the record that must follow it (another member, its data descriptor, the
 * central directory) stands where that size says; otherwise (size unknown, archive fragmented, header invented) it
 * consumes the header alone and the plain scan sees the bytes. A deflated member is consumed when it inflates to its
 * end with the right checksum or the input ends. BZip2, LZMA, xz, Zstandard and PPMd are libarchive's. Encrypted
 * members and unknown methods consume their header alone: the plain scan judges their payload, so a false flag hides
 * nothing.
 *
 * Parts in XML (office files, electronic books) are handed out as the text a person reads, see markup.c; offsets in
 * them count in that text. */
#include "base/number.h"
#include "decode/inflate.h"
#include "decode/input.h"
#include "decode/markup.h"
#include "decode/zip_packed.h"

enum { HEADER = 30, NAME_MAX_PLAUSIBLE = 4096, DESCRIPTOR_MAX = 24 };
enum { SIGNATURE_MEMBER = 0x04034b50, SIGNATURE_DESCRIPTOR = 0x08074b50, SIGNATURE_DIRECTORY = 0x02014b50 };
enum { FLAG_ENCRYPTED = 1, FLAG_DESCRIPTOR = 8, FLAG_MASKED = 0x2000 };
enum { METHOD_STORED = 0, METHOD_DEFLATED = 8, METHOD_BZIP2 = 12, METHOD_LZMA = 14 };
enum { METHOD_ZSTANDARD = 93, METHOD_XZ = 95, METHOD_PPMD = 98 };
enum { EXTRA_ZIP64 = 1 };

/* The methods APPNOTE names, 0 to 20 and 93 to 99. */
static bool method_known(unsigned method)
{
    return method <= 20 || (method >= 93 && method <= 99);
}

/* Sizes of 4 GiB and more stand in an extra field: first the output's, then the payload's. Returns the payload's size,
 * 0 when it does not say. `extra` holds what is at hand of the field. */
static uint64_t read_zip64_size(const uint8_t *extra, size_t length)
{
    size_t at = 0;
    while (length - at >= 4) {
        unsigned id = load_le16(extra + at);
        size_t size = load_le16(extra + at + 2);
        at += 4;
        if (size > length - at)
            break;
        if (id == EXTRA_ZIP64)
            return size >= 16 ? load_le64(extra + at + 8) : 0;
        at += size;
    }
    return 0;
}

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < HEADER)
        return false;
    const uint8_t *header = data + at;
    size_t available = length - at;
    unsigned flags = load_le16(header + 6);
    unsigned method = load_le16(header + 8);
    size_t name_length = load_le16(header + 26);
    size_t extra_length = load_le16(header + 28);
    size_t skip = HEADER + name_length + extra_length;
    if (load_le32(header) != SIGNATURE_MEMBER || header[4] > 63 || header[5] > 20 || !method_known(method) ||
        name_length == 0 || name_length > NAME_MAX_PLAUSIBLE)
        return false;
    bool locked = (flags & (FLAG_ENCRYPTED | FLAG_MASKED)) != 0;
    uint64_t size = load_le32(header + 18);
    if (size == UINT32_MAX && available > HEADER + name_length) {
        size_t at_hand = available - HEADER - name_length;
        size = read_zip64_size(header + HEADER + name_length, extra_length < at_hand ? extra_length : at_hand);
    }
    if (method == METHOD_DEFLATED && !locked && available > skip && !deflate_plausible(header + skip, available - skip))
        return false;
    *container = (struct sb_container){.skip = skip, .size = size, .method = method | flags << 16};
    while (container->label_length < name_length && container->label_length < SB_LABEL_MAX &&
           HEADER + container->label_length < available) {
        uint8_t character = header[HEADER + container->label_length];
        if (character == 0)
            break;
        container->label[container->label_length++] = (char)character;
    }
    return true;
}

/* Does a record of the archive stand at `offset`? */
static bool record_follows(struct sb_input *input, uint64_t offset)
{
    uint8_t signature[4];
    if (input_copy(input, offset, signature, sizeof signature) < sizeof signature)
        return false;
    uint32_t value = load_le32(signature);
    return value == SIGNATURE_MEMBER || value == SIGNATURE_DESCRIPTOR || value == SIGNATURE_DIRECTORY;
}

static enum sb_decode_result copy_stored(const struct sb_container *container, struct sb_input *input,
                                         struct sb_output *output, uint64_t *consumed)
{
    uint64_t end;
    if (container->size == 0 || __builtin_add_overflow(container->skip, container->size, &end) ||
        !record_follows(input, end))
        return SB_DECODE_DONE;
    while (*consumed < end) {
        size_t available = 0;
        const uint8_t *data = input->view(input, *consumed, &available);
        if (data == NULL || available == 0)
            return SB_DECODE_BROKEN;
        if (available > end - *consumed)
            available = (size_t)(end - *consumed);
        if (available > DECODE_PIECE)
            available = DECODE_PIECE;
        int stop = output->write(output, data, available);
        *consumed += available;
        if (stop != 0)
            return SB_DECODE_STOPPED;
    }
    return SB_DECODE_DONE;
}

/* The data descriptor behind a payload: its signature is optional, its sizes have four bytes or eight. Returns its
 * length, or 0 if none there agrees with what was inflated. */
static size_t measure_descriptor(struct sb_input *input, const struct inflation *inflation)
{
    uint8_t record[DESCRIPTOR_MAX];
    size_t got = input_copy(input, inflation->offset, record, sizeof record);
    uint64_t size = inflation->offset - inflation->begin;
    size_t at = got >= 4 && load_le32(record) == SIGNATURE_DESCRIPTOR ? 4 : 0;
    if (got < at + 12 || load_le32(record + at) != inflation->sum)
        return 0;
    if (got >= at + 20 && load_le64(record + at + 4) == size && load_le64(record + at + 12) == inflation->length)
        return at + 20;
    if (load_le32(record + at + 4) == (uint32_t)size && load_le32(record + at + 8) == (uint32_t)inflation->length)
        return at + 12;
    return 0;
}

static enum sb_decode_result inflate_member(const struct sb_container *container, struct sb_input *input,
                                            struct sb_output *output, uint64_t *consumed)
{
    uint8_t header[HEADER];
    if (input_copy(input, 0, header, HEADER) < HEADER)
        return SB_DECODE_BROKEN;
    struct inflation inflation = {
        .input = input,
        .output = output,
        .checksum = CHECKSUM_CRC32,
        .begin = container->skip,
        .end = UINT64_MAX,
        .length_hint = load_le32(header + 22),
    };
    /* With a descriptor behind it, a size in the header is often 0 and never needed: deflate data knows its end. */
    bool descriptor = (load_le16(header + 6) & FLAG_DESCRIPTOR) != 0;
    if (!descriptor && container->size > 0 && __builtin_add_overflow(container->skip, container->size, &inflation.end))
        inflation.end = UINT64_MAX;
    enum sb_decode_result result = inflate_raw(&inflation);
    if (result == SB_DECODE_STOPPED || (inflation.input_ended && inflation.offset < inflation.end))
        *consumed = inflation.offset;
    if (result != SB_DECODE_DONE)
        return result;
    if (descriptor) {
        size_t length = measure_descriptor(input, &inflation);
        if (length == 0)
            return SB_DECODE_BROKEN;
        *consumed = inflation.offset + length;
        return SB_DECODE_DONE;
    }
    if (load_le32(header + 14) != inflation.sum)
        return SB_DECODE_BROKEN;
    *consumed = inflation.offset;
    return SB_DECODE_DONE;
}

/* Is it one of those that another library reads? */
static bool method_packed(unsigned method)
{
    return method == METHOD_BZIP2 || method == METHOD_LZMA || method == METHOD_ZSTANDARD || method == METHOD_XZ ||
           method == METHOD_PPMD;
}

/* Consumed is what is proven: as a deflated member, and by the record that follows where the header's size says. */
static enum sb_decode_result read_packed(const struct sb_container *container, struct sb_input *input,
                                         struct sb_output *output, uint64_t *consumed)
{
    uint64_t end;
    bool sized = container->size > 0 && !__builtin_add_overflow(container->skip, container->size, &end) &&
                 record_follows(input, end);
    enum sb_decode_result result = archive_read_zip_member(input, output, INT64_MAX / 2);
    if (result == SB_DECODE_DONE && sized)
        *consumed = end;
    return result;
}

static enum sb_decode_result unpack(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    unsigned method = container->method & 0xffff;
    if (method == METHOD_STORED)
        return copy_stored(container, input, output, consumed);
    return method == METHOD_DEFLATED ? inflate_member(container, input, output, consumed)
                                     : read_packed(container, input, output, consumed);
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    size_t available;
    if (input->view(input, container->skip - 1, &available) == NULL) {
        *consumed = HEADER; /* the input ends within the name */
        return SB_DECODE_BROKEN;
    }
    *consumed = container->skip;
    unsigned method = container->method & 0xffff;
    unsigned flags = container->method >> 16;
    if (flags & (FLAG_ENCRYPTED | FLAG_MASKED))
        return SB_DECODE_ENCRYPTED;
    if (method != METHOD_STORED && method != METHOD_DEFLATED && !method_packed(method))
        return SB_DECODE_UNKNOWN;
    if (!markup_named(container->label, container->label_length))
        return unpack(container, input, output, consumed);
    struct markup *markup = markup_new(output);
    if (markup == NULL)
        return SB_DECODE_NO_MEMORY;
    enum sb_decode_result result = unpack(container, input, markup_output(markup), consumed);
    if (result != SB_DECODE_STOPPED && markup_end(markup) != 0)
        result = SB_DECODE_STOPPED;
    markup_free(markup);
    return result;
}

const struct sb_decoder sb_decoder_zip = {
    .name = "ZIP",
    .literal = "PK\x03\x04",
    .literal_anchor = 1,
    .literal_length = 4,
    .named = true,
    .consumes = true,
    .sniff = sniff,
    .decode = decode,
};
