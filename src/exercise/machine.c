/* A small disk with a partition; qcow2 after QEMU's docs/interop/qcow2.txt, version 2: header, counts of references,
 * two levels of tables, and the clusters that are not zeros. Other
 * formats are machine_image.c's. */
#include "exercise/machine.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exercise/disk.h"

enum {
    SECTOR = 512,
    START = 1 << 20,  /* of the partition */
    LENGTH = 6 << 20, /* enough clusters for FAT16 */
    CLUSTER = 1024,   /* of the file system */
    FAT16_TYPE = 0x0e,
    DISK = START + LENGTH,
};

static int build_volume(const struct volume_file *files, size_t count, uint64_t seed, const char *staging,
                        const char *image, struct error *error)
{
    const struct volume volume = {
        .image = image, .staging = staging, .size = LENGTH, .start = START, .cluster = CLUSTER, .seed = seed};
    if (write_whole(image, "", 0, error) != 0)
        return -1;
    if (truncate(image, LENGTH) != 0)
        return fail(error, "cannot make %s", image);
    return fat_tool.make(&volume, error) != 0 ? -1 : fat_tool.add(&volume, files, count, ADD_PLAIN, error);
}

static uint8_t *read_disk(const char *volume, struct error *error)
{
    uint8_t *disk = calloc(1, DISK);
    int file = open(volume, O_RDONLY | O_CLOEXEC);
    if (disk == NULL || file < 0 || read(file, disk + START, LENGTH) != LENGTH) {
        free(disk);
        disk = NULL;
        (void)fail(error, "cannot read %s", volume);
    } else {
        write_mbr_entry(disk, 0, FAT16_TYPE, START / SECTOR, LENGTH / SECTOR);
    }
    if (file >= 0)
        (void)close(file);
    return disk;
}

static void put(struct bytes *out, size_t at, uint64_t number, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        out->data[at + i] = (uint8_t)(number >> 8 * (size - 1 - i));
}

static void pack(struct bytes *out, const uint8_t *disk)
{
    enum { BITS = 16, PIECE = 1 << BITS, PIECES = (DISK - 1) / PIECE + 1, TABLES = 5 };
    static const uint8_t zeros[PIECE];
    static const uint64_t copied = UINT64_C(1) << 63;
    uint64_t next = TABLES; /* header, table of counts, counts, level 1, level 2: a cluster each */
    for (uint64_t i = 0; i < next; i++)
        bytes_append(out, zeros, PIECE);
    for (size_t i = 0; i < PIECES; i++) {
        size_t length = DISK - i * PIECE < PIECE ? DISK - i * PIECE : PIECE;
        if (out->failed || memcmp(disk + i * PIECE, zeros, length) == 0)
            continue;
        put(out, 4 * PIECE + 8 * i, next++ << BITS | copied, 8);
        bytes_append(out, disk + i * PIECE, length);
        bytes_append(out, zeros, PIECE - length);
    }
    if (out->failed)
        return;
    for (uint64_t i = 0; i < next; i++)
        put(out, 2 * PIECE + 2 * i, 1, 2);
    memcpy(out->data, "QFI\xfb", 4);
    put(out, 4, 2, 4);          /* version */
    put(out, 20, BITS, 4);      /* of a cluster */
    put(out, 24, DISK, 8);      /* size */
    put(out, 36, 1, 4);         /* entries of level 1 */
    put(out, 40, 3 * PIECE, 8); /* where it is */
    put(out, 48, PIECE, 8);     /* where the table of counts is */
    put(out, 56, 1, 4);         /* its clusters */
    put(out, PIECE, 2 * PIECE, 8);
    put(out, 3 * PIECE, (4 * (uint64_t)PIECE) | copied, 8);
}

enum machine_form machine_choose(uint64_t size, uint64_t seed)
{
    unsigned forms = size < MACHINE_FLAT_LEAST ? MACHINE_SMALL_FORMS : MACHINE_FORMS;
    enum machine_form form = (enum machine_form)(seed % forms);
    if (machine_forms_all() || form == MACHINE_QCOW2 || form == MACHINE_FLAT)
        return form;
    return form == MACHINE_VHD ? MACHINE_FLAT : MACHINE_QCOW2;
}

uint64_t machine_size(enum machine_form form)
{
    enum { TABLES = 512 << 10, VHD_BLOCKS = 8 << 20, VHDX_FIXED = 4 << 20 };
    static const uint64_t sizes[] = {[MACHINE_QCOW2] = TABLES,
                                     [MACHINE_VMDK] = TABLES,
                                     [MACHINE_FLAT] = DISK,
                                     [MACHINE_VHD] = VHD_BLOCKS,
                                     [MACHINE_VHDX] = VHDX_FIXED + DISK};
    return sizes[form];
}

int machine_build(const struct volume_file *files, size_t count, uint64_t seed, enum machine_form form,
                  const char *staging, const char *target, struct error *error)
{
    char volume[4096];
    (void)snprintf(volume, sizeof volume, "%s/machine-volume", staging);
    if (build_volume(files, count, seed, staging, volume, error) != 0)
        return -1;
    uint8_t *disk = read_disk(volume, error);
    (void)unlink(volume);
    if (disk == NULL)
        return -1;
    struct bytes image = {0};
    int result;
    if (form == MACHINE_QCOW2) {
        pack(&image, disk);
        result = image.failed ? fail(error, "memory is short") : write_whole(target, image.data, image.length, error);
    } else if (form == MACHINE_FLAT) {
        result = write_whole(target, disk, DISK, error);
    } else {
        result = write_whole(volume, disk, DISK, error);
        if (result == 0)
            result = machine_convert(volume, form, seed, target, error);
        (void)unlink(volume);
    }
    bytes_free(&image);
    free(disk);
    return result;
}
