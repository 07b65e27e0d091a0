/* tar (POSIX.1-1988 "ustar", POSIX.1-2001 pax, GNU): each header of a regular file is one container. The bytes of a
 * member stand in the enclosing stream as they are; what is gained is its name, which follows the offset in a forensic
 * path. As with a stored ZIP member, they are handed out and consumed only where the archive goes on behind them
 * (another header, the end, or the end of the input), else the plain scan sees them. */
#include <string.h>

#include "base/number.h"
#include "decode/input.h"

enum { BLOCK = 512, NAME = 100, PREFIX = 155, AT_SIZE = 124, AT_SUM = 148, AT_TYPE = 156, AT_MAGIC = 257 };
enum { AT_PREFIX = 345, LONG_NAME = 'L', PAX = 'x', FIELD = 12, SUM_DIGITS = 8 };

/* An octal number between spaces; UINT64_MAX when it is none. */
static uint64_t read_octal(const uint8_t *field, size_t length)
{
    size_t at = 0;
    uint64_t number = 0;
    while (at < length && field[at] == ' ')
        at++;
    if (at == length || field[at] < '0' || field[at] > '7')
        return UINT64_MAX;
    for (; at < length && field[at] >= '0' && field[at] <= '7'; at++)
        number = number << 3 | (uint64_t)(field[at] - '0');
    return at < length && field[at] != ' ' && field[at] != 0 ? UINT64_MAX : number;
}

/* Sizes of 8 GiB and more stand in binary, big endian, behind a set bit. */
static uint64_t read_size(const uint8_t *field)
{
    return field[0] == 0x80 && load_be32(field) == 0x80000000 ? load_be64(field + 4) : read_octal(field, FIELD);
}

/* The sum of all bytes, its own field taken as spaces. */
static bool is_header(const uint8_t *header)
{
    if (memcmp(header + AT_MAGIC, "ustar", 5) != 0)
        return false;
    uint64_t sum = 0;
    for (size_t i = 0; i < BLOCK; i++)
        sum += i >= AT_SUM && i < AT_SUM + SUM_DIGITS ? ' ' : header[i];
    return read_octal(header + AT_SUM, SUM_DIGITS) == sum;
}

static void add_name(struct sb_container *container, const uint8_t *name, size_t most)
{
    size_t length = strnlen((const char *)name, most);
    if (length > SB_LABEL_MAX - container->label_length)
        length = SB_LABEL_MAX - container->label_length;
    memcpy(container->label + container->label_length, name, length);
    container->label_length += length;
    container->label[container->label_length] = '\0';
}

/* A name too long for its field stands in a block in front, which has a header of its own. */
static void find_long_name(const uint8_t *data, size_t at, struct sb_container *container)
{
    if (at < (size_t)2 * BLOCK || !is_header(data + at - (size_t)2 * BLOCK))
        return;
    const uint8_t *block = data + at - BLOCK;
    uint8_t type = data[at - (size_t)2 * BLOCK + AT_TYPE];
    const uint8_t *path = type == PAX ? memmem(block, BLOCK, " path=", 6) : NULL;
    if (type == LONG_NAME) {
        add_name(container, block, BLOCK);
    } else if (path != NULL) {
        path += 6;
        size_t rest = BLOCK - (size_t)(path - block);
        const uint8_t *end = memchr(path, '\n', rest);
        add_name(container, path, end == NULL ? rest : (size_t)(end - path));
    }
}

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < BLOCK || !is_header(data + at))
        return false;
    const uint8_t *header = data + at;
    uint8_t type = header[AT_TYPE];
    uint64_t size = read_size(header + AT_SIZE);
    if ((type != '0' && type != '7' && type != 0) || size == 0 || size > UINT64_MAX / 2)
        return false;
    *container = (struct sb_container){.skip = BLOCK, .size = size};
    find_long_name(data, at, container);
    if (container->label_length > 0)
        return true;
    if (memcmp(header + AT_MAGIC, "ustar\0", 6) == 0 && header[AT_PREFIX] != 0) {
        add_name(container, header + AT_PREFIX, PREFIX);
        add_name(container, (const uint8_t *)"/", 1);
    }
    add_name(container, header, NAME);
    return true;
}

/* Does the archive go on, or end, at `offset`? */
static bool goes_on(struct sb_input *input, uint64_t offset)
{
    uint8_t block[BLOCK];
    size_t got = input_copy(input, offset, block, BLOCK);
    size_t zeros = 0;
    while (zeros < got && block[zeros] == 0)
        zeros++;
    return zeros == got || (got == BLOCK && is_header(block));
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    uint64_t end = container->skip + container->size;
    size_t available = 0;
    *consumed = container->skip;
    if (input->view(input, end - 1, &available) == NULL || !goes_on(input, (end + BLOCK - 1) / BLOCK * BLOCK))
        return SB_DECODE_BROKEN;
    while (*consumed < end) {
        const uint8_t *data = input->view(input, *consumed, &available);
        if (data == NULL || available == 0)
            return SB_DECODE_BROKEN;
        available = available < end - *consumed ? available : (size_t)(end - *consumed);
        *consumed += available;
        if (output_pieces(output, data, available) != 0)
            return SB_DECODE_STOPPED;
    }
    return SB_DECODE_DONE;
}

const struct sb_decoder sb_decoder_tar = {
    .name = "TAR",
    .literal = "\0ustar", /* with the end of the field in front: text has hardly any NUL */
    .literal_length = 6,
    .literal_offset = AT_MAGIC - 1,
    .named = true,
    .consumes = true,
    .sniff = sniff,
    .decode = decode,
};
