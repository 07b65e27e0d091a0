/* Numbers as they stand in byte streams, little and big endian, read without alignment. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdint.h>
#include <string.h>

static inline uint16_t load_le16(const uint8_t *at) { return (uint16_t)(at[0] | at[1] << 8); }
static inline uint32_t load_le32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}
static inline uint64_t load_le64(const uint8_t *at) { return load_le32(at) | (uint64_t)load_le32(at + 4) << 32; }
static inline uint16_t load_be16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }
static inline uint32_t load_be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}
static inline uint64_t load_be64(const uint8_t *at) { return (uint64_t)load_be32(at) << 32 | load_be32(at + 4); }

#endif
