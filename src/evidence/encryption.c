/* Encrypted volumes, told by their headers or, where a format has none on purpose, by what their bytes look like.
 *
 * BitLocker: "-FVE-FS-" at 3 (libbde's format documentation), or for BitLocker To Go the identifier at 424 behind a FAT
 * boot sector. LUKS 1 and 2: "LUKS\xba\xbe" (the cryptsetup on-disk format specifications). FileVault 2: a CoreStorage
 * volume header with method AES-XTS (libfvde's format documentation). VeraCrypt has no header: salt and ciphertext. */
#include <string.h>

#include "base/number.h"
#include "evidence/room.h"

enum {
    HEADER = 512,
    BLOCK = 4096,
    SAMPLES_MIN = 64,
    SAMPLES_MAX = 512,
    ENTROPY_LENGTH_MIN = 1 << 20,
    CORESTORAGE_AES_XTS = 2,
};

/* Chi-square of byte counts with 255 degrees of freedom: mean 255, standard deviation 22.6. One block of ciphertext
 * stays below the first bound (six deviations) in all but one of 10^7 cases. Compressed data may pass block by block,
 * but its small bias adds up over all samples together, where ciphertext stays within five deviations. */
static const double block_bound = 391.0;
static const double total_bound = 368.0;
static const double lower_bound = 142.0; /* bytes that count up and down are more even than chance */

static const struct {
    size_t offset;
    size_t length;
    const char *magic;
} compressed_files[] = {
    {0, 6,
     "\xfd"
     "7zXZ\0"},
    {0, 6, "7z\xbc\xaf\x27\x1c"},
    {0, 4, "\x28\xb5\x2f\xfd"}, /* Zstandard */
    {0, 4, "\x04\x22\x4d\x18"}, /* LZ4 */
    {0, 3, "\x1f\x8b\x08"},     /* gzip */
    {0, 3, "BZh"},
    {0, 4, "LZIP"},
    {0, 4, "PK\x03\x04"},
    {0, 4, "Rar!"},
    {0, 4, "hsqs"}, /* SquashFS */
    {0, 3, "\xff\xd8\xff"},
    {0, 4, "\x89PNG"},
    {0, 4, "OggS"},
    {0, 4, "fLaC"},
    {0, 4, "RIFF"},
    {0, 4, "\x1a\x45\xdf\xa3"}, /* Matroska */
    {4, 4, "ftyp"},             /* MP4 */
};

static bool begins_compressed(struct medium *medium, uint64_t start)
{
    uint8_t head[16];
    if (medium_read(medium, start, head, sizeof head, NULL) != sizeof head)
        return false;
    for (size_t i = 0; i < sizeof compressed_files / sizeof *compressed_files; i++)
        if (memcmp(head + compressed_files[i].offset, compressed_files[i].magic, compressed_files[i].length) == 0)
            return true;
    return false;
}

static bool is_bitlocker(const uint8_t *header)
{
    static const uint8_t to_go[16] = {0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a,
                                      0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01};
    return memcmp(header + 3, "-FVE-FS-", 8) == 0 || memcmp(header + 424, to_go, sizeof to_go) == 0;
}

static bool is_filevault(const uint8_t *header)
{
    return memcmp(header + 88, "CS", 2) == 0 && load_le16(header + 8) == 1 && load_le16(header + 10) == 0x10 &&
           load_le32(header + 172) == CORESTORAGE_AES_XTS;
}

const char *encryption_by_signature(struct medium *medium, uint64_t start, uint64_t length)
{
    uint8_t header[HEADER];
    if (length < HEADER || medium_read(medium, start, header, HEADER, NULL) != HEADER)
        return "";
    if (is_bitlocker(header))
        return "bitlocker";
    if (memcmp(header, "LUKS\xba\xbe", 6) == 0)
        return "luks";
    if (is_filevault(header))
        return "filevault";
    return "";
}

static double chi_square(const uint64_t counts[256], uint64_t total)
{
    double expected = (double)total / 256;
    double sum = 0;
    for (int i = 0; i < 256; i++) {
        double difference = (double)counts[i] - expected;
        sum += difference * difference / expected;
    }
    return sum;
}

bool encryption_by_entropy(struct medium *medium, uint64_t start, uint64_t length)
{
    if (length < ENTROPY_LENGTH_MIN || begins_compressed(medium, start))
        return false;
    uint64_t blocks = length / BLOCK;
    uint64_t samples = blocks < SAMPLES_MAX ? blocks : SAMPLES_MAX;
    _Static_assert(ENTROPY_LENGTH_MIN / BLOCK >= SAMPLES_MIN, "the shortest volume gives enough samples");
    uint64_t total[256] = {0};
    for (uint64_t i = 0; i < samples; i++) {
        /* From the first block to the last; the quotient first, so that nothing overflows. */
        uint64_t block = i * (blocks / samples) + i * (blocks % samples) / samples;
        if (i + 1 == samples)
            block = blocks - 1;
        uint8_t bytes[BLOCK];
        if (medium_read(medium, start + block * BLOCK, bytes, BLOCK, NULL) != BLOCK)
            return false;
        uint64_t counts[256] = {0};
        for (size_t at = 0; at < BLOCK; at++)
            counts[bytes[at]]++;
        double of_block = chi_square(counts, BLOCK);
        if (of_block > block_bound || of_block < lower_bound)
            return false;
        for (size_t value = 0; value < 256; value++)
            total[value] += counts[value];
    }
    double of_all = chi_square(total, samples * BLOCK);
    return of_all >= lower_bound && of_all <= total_bound;
}
