/* Disks of virtual machines in the formats of VMware (VMDK), Virtual PC (VHD) and Hyper-V (VHDX), made by qemu-img.
 * What it leaves to chance and to the clock, names of disks and times, is replaced by what the seed says. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "exercise/machine.h"
#include "exercise/tool.h"

struct image {
    uint8_t *data;
    size_t length;
    struct random random;
};

static void store_be32(uint8_t *at, uint32_t number)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(number >> (24 - 8 * i));
}

static void store_le32(uint8_t *at, uint32_t number)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(number >> 8 * i);
}

/* The descriptor is text behind the header, and NULs fill its room: "CID=" and up to eight digits, since zeros in front
 * are left out. Afterwards it has eight. */
static bool seal_vmdk(struct image *image)
{
    enum { DESCRIPTOR_END = 64 << 10, DIGITS = 8 };
    static const char key[] = "\nCID=";
    size_t length = image->length < DESCRIPTOR_END ? image->length : DESCRIPTOR_END;
    uint8_t *at = memmem(image->data, length, key, sizeof key - 1);
    if (at == NULL)
        return false;
    at += sizeof key - 1;
    uint8_t *end = image->data + length;
    uint8_t *rest = memchr(at, '\n', (size_t)(end - at));
    uint8_t *room = rest == NULL ? NULL : memchr(rest, '\0', (size_t)(end - rest));
    if (room == NULL || rest - at > DIGITS || end - room < DIGITS)
        return false;
    memmove(at + DIGITS, rest, (size_t)(room - rest));
    char digits[DIGITS + 1];
    (void)snprintf(digits, sizeof digits, "%08x", (unsigned)random_next(&image->random));
    memcpy(at, digits, DIGITS);
    return true;
}

/* The footer, which stands in front as well, has a time, a name of 16 bytes and the complement of the sum of its bytes.
 */
static bool seal_vhd(struct image *image)
{
    enum { FOOTER = 512, TIME = 24, SUM = 64, NAME = 68, NAME_LENGTH = 16, SECONDS = 825681600 /* 1 March 2026 */ };
    if (image->length < (size_t)2 * FOOTER || memcmp(image->data, "conectix", 8) != 0)
        return false;
    uint8_t *footer = image->data;
    uint32_t sum = 0;
    store_be32(footer + TIME, SECONDS);
    random_bytes(&image->random, footer + NAME, NAME_LENGTH);
    store_be32(footer + SUM, 0);
    for (size_t i = 0; i < FOOTER; i++)
        sum += footer[i];
    store_be32(footer + SUM, ~sum);
    memcpy(image->data + image->length - FOOTER, footer, FOOTER);
    return true;
}

static uint32_t crc32c(const uint8_t *data, size_t length)
{
    uint32_t sum = UINT32_MAX;
    for (size_t i = 0; i < length; i++) {
        sum ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0x82f63b78 : 0);
    }
    return ~sum;
}

/* Where a table of GUIDs has this one, as its entry. */
static uint8_t *find_entry(const struct image *image, uint64_t begin, size_t length, const char guid[16])
{
    enum { ENTRY = 32 };
    uint8_t *at =
        begin > image->length || length > image->length - begin ? NULL : memmem(image->data + begin, length, guid, 16);
    return at == NULL || at + ENTRY > image->data + image->length ? NULL : at;
}

/* MS-VHDX 2.2 to 2.6: two headers with the names of who wrote last and whose turn it was, a log, which is empty though
 * old entries still stand in it, and among the metadata the name of the disk. */
static bool seal_vhdx(struct image *image)
{
    enum {
        UNIT = 64 << 10,
        HEADER = 4096,
        SUM = 4,
        TURN = 8,
        WRITERS = 16,
        WRITERS_LENGTH = 32,
        LOG_NAME = 48,
        LOG_SIZE = 68
    };
    static const char metadata[16] = "\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e";
    static const char disk_name[16] = "\xab\x12\xca\xbe\xe6\xb2\x23\x45\x93\xef\xc3\x09\xe0\x00\xc7\x46";
    static const uint8_t none[16];
    if (image->length < (size_t)5 * UNIT || memcmp(image->data, "vhdxfile", 8) != 0)
        return false;
    bool second =
        load_le64(image->data + 2 * UNIT + TURN) > load_le64(image->data + UNIT + TURN); /* is the later one */
    for (unsigned i = 1; i <= 2; i++) {
        uint8_t *header = image->data + (size_t)i * UNIT;
        uint64_t log = load_le64(header + LOG_SIZE + 4);
        uint32_t size = load_le32(header + LOG_SIZE);
        if (memcmp(header + LOG_NAME, none, sizeof none) != 0 || log > image->length || size > image->length - log)
            return false;
        memset(image->data + log, 0, size);
        memset(header + TURN, 0, 8);
        header[TURN] = second == (i == 2) ? 2 : 1;
        random_bytes(&image->random, header + WRITERS, WRITERS_LENGTH);
        store_le32(header + SUM, 0);
        store_le32(header + SUM, crc32c(header, HEADER));
    }
    const uint8_t *region = find_entry(image, (uint64_t)3 * UNIT, UNIT, metadata);
    uint64_t begin = region == NULL ? 0 : load_le64(region + 16);
    const uint8_t *item = region == NULL ? NULL : find_entry(image, begin, UNIT, disk_name);
    uint64_t name = item == NULL ? image->length : begin + load_le32(item + 16);
    if (name > image->length - sizeof none)
        return false;
    random_bytes(&image->random, image->data + name, sizeof none);
    return true;
}

static const struct {
    const char *format, *option;
    bool (*seal)(struct image *image);
} formats[] = {
    [MACHINE_VMDK] = {"vmdk", "subformat=monolithicSparse", seal_vmdk},
    [MACHINE_VHD] = {"vpc", "subformat=dynamic,force_size=on", seal_vhd},
    [MACHINE_VHDX] = {"vhdx", "subformat=dynamic,block_size=1M", seal_vhdx},
};

bool machine_seal(enum machine_form form, uint64_t seed, uint8_t *data, size_t length)
{
    struct image image = {.data = data, .length = length};
    random_start(&image.random, seed, "names in the image of a machine");
    return formats[form].seal(&image);
}

static int read_whole(const char *path, struct image *image, struct error *error)
{
    FILE *file = fopen(path, "rb");
    long length = file != NULL && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    image->data = length <= 0 ? NULL : malloc((size_t)length);
    image->length = length <= 0 ? 0 : (size_t)length;
    bool good = image->data != NULL && fseek(file, 0, SEEK_SET) == 0 &&
                fread(image->data, 1, image->length, file) == image->length;
    if (file != NULL)
        (void)fclose(file);
    return good ? 0 : fail(error, "cannot read %s: %s", path, strerror(errno));
}

bool machine_forms_all(void)
{
    return tool_exists("qemu-img");
}

int machine_convert(const char *disk, enum machine_form form, uint64_t seed, const char *target, struct error *error)
{
    const char *const argv[] = {"qemu-img",           "convert", "-f",   "raw", "-O", formats[form].format, "-o",
                                formats[form].option, disk,      target, NULL};
    struct image image = {0};
    if (tool_run(argv, NULL, NULL, error) != 0)
        return -1;
    int result = read_whole(target, &image, error);
    if (result == 0 && !machine_seal(form, seed, image.data, image.length))
        result = fail(error, "qemu-img writes %s files that are not as they were known", formats[form].format);
    if (result == 0)
        result = write_whole(target, image.data, image.length, error);
    free(image.data);
    return result;
}
