/* XPRESS, Microsoft's compression of memory and of small system files (MS-XCA): plain LZ77, and LZ77 with Huffman codes
 * in blocks of 64 KiB. Both work on what is in memory and keep what they had when the data ends or breaks. Private to
 * decode. */
#ifndef DECODE_XPRESS_H
#define DECODE_XPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { XPRESS_BLOCK = 64 * 1024, XPRESS_TABLE = 256, XPRESS_HISTORY = 64 * 1024 };

/* A block that takes more than this is broken: no symbol has more than 15 bits, and none with as many gives less than
 * a byte. */
enum { XPRESS_PACKED_MAX = XPRESS_TABLE + 2 * XPRESS_BLOCK };

/* Copies what stands `distance` bytes back, byte for byte, since the copy may be its own source. Returns how many bytes
 * there was room for. */
static inline size_t xpress_copy(uint8_t *to, size_t distance, uint64_t length, size_t room)
{
    size_t count = length < room ? (size_t)length : room;
    const uint8_t *from = to - distance;
    for (size_t i = 0; i < count; i++)
        to[i] = from[i];
    return count;
}

/* Decompresses up to `most` bytes to `out`; returns how many there were. */
size_t xpress_plain(const uint8_t *data, size_t length, uint8_t *out, size_t most);

/* A match that the end of the room cut off: what is still to be copied, from how far back. */
struct xpress_rest {
    size_t distance;
    uint64_t length;
};

/* Decompresses one block, which ends with the symbol that reaches `most` bytes (XPRESS_BLOCK, less for the last one),
 * to `out`, in front of which stand `history` bytes decompressed before. Returns how many bytes there were; `*used`
 * gets the number of bytes that the block took, `*rest` what its last match gives behind them. */
size_t xpress_huffman(const uint8_t *data, size_t length, uint8_t *out, size_t history, size_t most, size_t *used,
                      struct xpress_rest *rest);

/* Is data[0..XPRESS_TABLE) a table of Huffman codes in which each bit leads somewhere? */
bool xpress_is_table(const uint8_t *data);

#endif
