/* Partition tables after the UEFI specification (chapter 5); image formats: raw, raw in parts, Expert Witness (E01). */
#include "exercise/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "exercise/tool.h"
#include "exercise/volume.h"

enum { SECTOR = 512, MEBIBYTE = 1 << 20, ENTRIES = 128, ENTRY = 128, ENTRY_SECTORS = ENTRIES * ENTRY / SECTOR };

static void store(uint8_t *at, uint64_t number, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (uint8_t)(number >> 8 * i);
}

void write_mbr_entry(uint8_t *sector, unsigned index, uint8_t type, uint64_t first, uint64_t count)
{
    uint8_t *entry = sector + 446 + 16 * index;
    memset(entry + 1, 0xfe, 3); /* beyond what cylinders, heads and sectors can say */
    memset(entry + 5, 0xfe, 3);
    entry[4] = type;
    store(entry + 8, first, 4);
    store(entry + 12, count, 4);
    sector[510] = 0x55;
    sector[511] = 0xaa;
}

static int write_dos_table(const struct case_plan *one, const char *disk, struct error *error)
{
    enum { FAT16_MOST = 65524 };
    static const uint8_t types[] = {[EXT4] = 0x83, [FAT] = 0x0c, [NTFS] = 0x07};
    uint8_t sector[SECTOR] = {0};
    store(sector + 440, one->seed, 4);
    for (unsigned i = 0; i < one->volume_count; i++) {
        const struct volume_plan *volume = &one->volumes[i];
        bool fat16 = volume->file_system == FAT && volume->length / volume->cluster <= FAT16_MOST;
        write_mbr_entry(sector, i, fat16 ? 0x0e : types[volume->file_system], volume->start / SECTOR,
                        volume->length / SECTOR);
    }
    return patch(disk, 0, sector, sizeof sector, error);
}

static void write_guid(uint8_t *at, uint64_t seed, const char *purpose)
{
    struct random random;
    random_start(&random, seed, purpose);
    random_bytes(&random, at, 16);
    at[7] = (uint8_t)((at[7] & 0x0f) | 0x40);
    at[8] = (uint8_t)((at[8] & 0x3f) | 0x80);
}

static void write_gpt_header(const struct case_plan *one, const uint8_t *entries, uint64_t own, uint64_t other,
                             uint64_t entries_at, uint8_t sector[SECTOR])
{
    uint64_t last = one->size / SECTOR - 1;
    memset(sector, 0, SECTOR);
    memcpy(sector, "EFI PART", 8);
    store(sector + 8, 0x00010000, 4);
    store(sector + 12, 92, 4);
    store(sector + 24, own, 8);
    store(sector + 32, other, 8);
    store(sector + 40, 2 + ENTRY_SECTORS, 8);
    store(sector + 48, last - 1 - ENTRY_SECTORS, 8);
    write_guid(sector + 56, one->seed, "disk");
    store(sector + 72, entries_at, 8);
    store(sector + 80, ENTRIES, 4);
    store(sector + 84, ENTRY, 4);
    store(sector + 88, crc32(0, entries, ENTRIES * ENTRY), 4);
    store(sector + 16, crc32(0, sector, 92), 4);
}

static int write_gpt(const struct case_plan *one, const char *disk, struct error *error)
{
    static const uint8_t linux_type[16] = {0xaf, 0x3d, 0xc6, 0x0f, 0x83, 0x84, 0x72, 0x47,
                                           0x8e, 0x79, 0x3d, 0x69, 0xd8, 0x47, 0x7d, 0xe4};
    static const uint8_t basic_type[16] = {0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33, 0x44,
                                           0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26, 0x99, 0xc7};
    uint8_t entries[ENTRIES * ENTRY] = {0}, sector[SECTOR] = {0};
    uint64_t last = one->size / SECTOR - 1;
    for (unsigned i = 0; i < one->volume_count; i++) {
        const struct volume_plan *volume = &one->volumes[i];
        uint8_t *entry = entries + (size_t)ENTRY * i;
        memcpy(entry, volume->file_system == EXT4 ? linux_type : basic_type, 16);
        write_guid(entry + 16, one->seed + i, "partition");
        store(entry + 32, volume->start / SECTOR, 8);
        store(entry + 40, (volume->start + volume->length) / SECTOR - 1, 8);
    }
    write_mbr_entry(sector, 0, 0xee, 1, last);
    if (patch(disk, 0, sector, SECTOR, error) != 0 || patch(disk, 2 * SECTOR, entries, sizeof entries, error) != 0 ||
        patch(disk, (last - ENTRY_SECTORS) * SECTOR, entries, sizeof entries, error) != 0)
        return -1;
    write_gpt_header(one, entries, 1, last, 2, sector);
    if (patch(disk, SECTOR, sector, SECTOR, error) != 0)
        return -1;
    write_gpt_header(one, entries, last, 1, last - ENTRY_SECTORS, sector);
    return patch(disk, last * SECTOR, sector, SECTOR, error);
}

/* In front of the first partition and behind the volumes, in turn. */
static int write_gaps(const struct case_plan *one, const char *disk, struct error *error)
{
    uint64_t begins[1 + VOLUMES_MAX] = {64 * 1024}, ends[1 + VOLUMES_MAX] = {MEBIBYTE};
    unsigned ranges = 1 + one->volume_count, turn = 0;
    for (unsigned i = 0; i < one->volume_count; i++) {
        begins[i + 1] = one->volumes[i].start + one->volumes[i].length + 4096;
        ends[i + 1] = begins[i + 1] + MEBIBYTE - 64 * 1024;
    }
    for (size_t i = 0; i < one->carrier_count; i++) {
        const struct carrier *carrier = &one->carriers[i];
        if (carrier->place != IN_GAP)
            continue;
        uint64_t at = begins[turn] + i % 5 * 32;
        if (at + carrier->content.length > ends[turn])
            return fail(error, "no room between the partitions of %s", one->reference);
        if (patch(disk, at, carrier->content.data, carrier->content.length, error) != 0)
            return -1;
        begins[turn] = (at + carrier->content.length + 2 * SECTOR) / SECTOR * SECTOR;
        turn = (turn + 1) % ranges;
    }
    return 0;
}

/* Copies what is not a hole. */
static int copy_into(const char *from, const char *to, uint64_t offset, uint64_t length, struct error *error)
{
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CLOEXEC);
    off_t at = 0;
    bool good = in >= 0 && out >= 0;
    while (good && (at = lseek(in, at, SEEK_DATA)) >= 0 && (uint64_t)at < length) {
        off_t end = lseek(in, at, SEEK_HOLE), target = (off_t)offset + at;
        while (good && at < end) {
            ssize_t copied = copy_file_range(in, &at, out, &target, (size_t)(end - at), 0);
            good = copied > 0;
        }
    }
    int problem = errno;
    if (in >= 0)
        (void)close(in);
    if (out >= 0)
        (void)close(out);
    return good ? 0 : fail(error, "cannot copy %s to %s: %s", from, to, strerror(problem));
}

/* ---- image formats ---- */

static int deliver_parts(const char *disk, char *target, uint64_t size, struct error *error)
{
    uint64_t part = (size / 3 / MEBIBYTE + 1) * MEBIBYTE;
    char *number = target + strlen(target) - 3;
    int in = open(disk, O_RDONLY | O_CLOEXEC), result = in < 0 ? fail(error, "cannot open %s", disk) : 0;
    off_t at = 0;
    for (unsigned i = 1; result == 0 && (uint64_t)at < size; i++) {
        (void)snprintf(number, 4, "%03u", i);
        int out = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        uint64_t left = size - (uint64_t)at < part ? size - (uint64_t)at : part;
        while (out >= 0 && left > 0) {
            ssize_t copied = copy_file_range(in, &at, out, NULL, left, 0);
            if (copied <= 0)
                break;
            left -= (uint64_t)copied;
        }
        if (out < 0 || left > 0)
            result = fail(error, "cannot write %s: %s", target, strerror(errno));
        if (out >= 0)
            (void)close(out);
    }
    if (in >= 0)
        (void)close(in);
    return result;
}

static int deliver_ewf(const struct case_plan *one, const char *disk, char *target, struct error *error)
{
    char segment[24];
    *strrchr(target, '.') = '\0'; /* the tool adds .E01, .E02, … */
    /* so small that every disk comes in several segments */
    (void)snprintf(segment, sizeof segment, "%" PRIu64 "MiB", one->size / 6 / MEBIBYTE + 1);
    const char *const argv[] = {"ewfacquirestream",
                                "-q",
                                "-c",
                                "fast",
                                "-f",
                                "encase6",
                                "-t",
                                target,
                                "-S",
                                segment,
                                "-C",
                                one->reference,
                                "-D",
                                one->title,
                                "-e",
                                one->authority,
                                "-E",
                                "1",
                                "-N",
                                "exercise",
                                NULL};
    return tool_run(argv, disk, NULL, error);
}

int disk_build(const struct case_plan *one, const struct filler *filler, const char *dir, const char *vendor,
               const char *staging, struct error *error)
{
    char disk[4096], volume[4096], target[4096];
    (void)snprintf(disk, sizeof disk, "%s/disk", staging);
    (void)snprintf(volume, sizeof volume, "%s/volume", staging);
    (void)snprintf(target, sizeof target, "%s/%s", dir, one->image);
    if (mkdir(staging, 0755) != 0 && errno != EEXIST)
        return fail(error, "cannot make %s: %s", staging, strerror(errno));
    if (one->table == NO_TABLE) {
        if (volume_build(one, 0, filler, vendor, disk, staging, error) != 0)
            return -1;
    } else {
        if (write_whole(disk, "", 0, error) != 0)
            return -1;
        if (truncate(disk, (off_t)one->size) != 0)
            return fail(error, "cannot make %s: %s", disk, strerror(errno));
        for (unsigned i = 0; i < one->volume_count; i++) {
            if (volume_build(one, i, filler, vendor, volume, staging, error) != 0 ||
                copy_into(volume, disk, one->volumes[i].start, one->volumes[i].length, error) != 0)
                return -1;
            (void)unlink(volume);
        }
        if ((one->table == DOS_TABLE ? write_dos_table(one, disk, error) : write_gpt(one, disk, error)) != 0 ||
            write_gaps(one, disk, error) != 0)
            return -1;
    }
    switch (one->format) {
    case EWF_IMAGE:
        return deliver_ewf(one, disk, target, error);
    case SPLIT_IMAGE:
        return deliver_parts(disk, target, one->size, error);
    default:
        return rename(disk, target) == 0 ? 0 : fail(error, "cannot write %s: %s", target, strerror(errno));
    }
}
