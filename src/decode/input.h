/* Reading a container's bytes where they stand in several views: small records copied out, runs walked. Private to
 * decode. */
#ifndef DECODE_INPUT_H
#define DECODE_INPUT_H

#include "decode/decode.h"

/* What one write to an output holds at most. */
enum { DECODE_PIECE = 64 * 1024 };

/* Copies up to `length` bytes at `offset` to `out`, across views. Returns how many there were. */
static inline size_t input_copy(struct sb_input *input, uint64_t offset, uint8_t *out, size_t length)
{
    size_t copied = 0;
    while (copied < length) {
        size_t available = 0;
        uint64_t place;
        if (__builtin_add_overflow(offset, copied, &place))
            break;
        const uint8_t *data = input->view(input, place, &available);
        if (data == NULL || available == 0)
            break;
        size_t want = length - copied < available ? length - copied : available;
        for (size_t i = 0; i < want; i++)
            out[copied + i] = data[i];
        copied += want;
    }
    return copied;
}

/* Hands out data in pieces of at most DECODE_PIECE. Returns what the output returned. */
static inline int output_pieces(struct sb_output *output, const uint8_t *data, size_t length)
{
    int stop = 0;
    for (size_t done = 0; done < length && stop == 0;) {
        size_t piece = length - done < DECODE_PIECE ? length - done : DECODE_PIECE;
        stop = output->write(output, data + done, piece);
        done += piece;
    }
    return stop;
}

/* An input in front of another one that remembers its last view: for decoders that read small pieces close together,
 * where each view of what lies beyond a chunk is a read of its own. */
struct kept_input {
    struct sb_input input; /* first */
    struct sb_input *from;
    const uint8_t *data;
    uint64_t at;
    size_t length;
};

static inline const uint8_t *kept_view(struct sb_input *input, uint64_t offset, size_t *available)
{
    struct kept_input *kept = (struct kept_input *)(void *)input;
    if (kept->data == NULL || offset < kept->at || offset - kept->at >= kept->length) {
        kept->data = kept->from->view(kept->from, offset, &kept->length);
        kept->at = offset;
    }
    *available = kept->data == NULL ? 0 : kept->length - (size_t)(offset - kept->at);
    return kept->data == NULL ? NULL : kept->data + (offset - kept->at);
}

static inline struct kept_input keep_input(struct sb_input *from)
{
    return (struct kept_input){.input = {kept_view}, .from = from};
}

/* Bytes in memory as an input. */
struct memory_input {
    struct sb_input input; /* first */
    const uint8_t *data;
    size_t length;
};

static inline const uint8_t *memory_view(struct sb_input *input, uint64_t offset, size_t *available)
{
    const struct memory_input *memory = (const struct memory_input *)(const void *)input;
    *available = offset < memory->length ? memory->length - (size_t)offset : 0;
    return *available == 0 ? NULL : memory->data + offset;
}

/* Begins another stream of the container. An output that knows no members gets a line end between them. */
static inline int output_member(struct sb_output *output, const char *name, size_t length)
{
    return output->member != NULL ? output->member(output, name, length)
                                  : output->write(output, (const uint8_t *)"\n", 1);
}

#endif
