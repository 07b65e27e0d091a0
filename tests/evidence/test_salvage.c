/* What is left of images that were cut off, damaged, or lack a segment: every byte that is handed out is the disk's
 * own, in its own place, and what is lost is said to be. */
#include "lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RAW_SIZE = 6 * 1024 * 1024, STEP = 4096, WAYS = 250, SECONDS = 240 };

static uint8_t raw[RAW_SIZE];
static uint64_t seed; /* of the damage */

static int make_images(void **state)
{
    if (lab_open(state) != 0)
        return 1;
    bool made = lab_run("mkdir src && seq 1 200000 > src/text && head -c 3000000 /dev/urandom > src/random &&"
                        "PATH=$PATH:/sbin:/usr/sbin mke2fs -q -t ext2 -d src disk.raw 6M");
    FILE *file = fopen("disk.raw", "rb");
    made = made && file != NULL && fread(raw, 1, sizeof raw, file) == sizeof raw;
    (void)lab_run(
        "for way in none fast; do ewfacquirestream -t $way -f encase6 -c deflate:$way -S 1048576 < disk.raw; done;"
        "qemu-img convert -O vpc -o force_size=on disk.raw d.vhd; qemu-img convert -O qcow2 disk.raw q.qcow2;"
        "qemu-img convert -c -O qcow2 disk.raw c.qcow2; qemu-img convert -O vmdk disk.raw v.vmdk;"
        "affconvert -q -s 256k -o a.aff disk.raw");
    if (file != NULL)
        (void)fclose(file);
    return made ? 0 : 1;
}

/* Reads all of an image against the disk it was made from; returns how many bytes could be read. */
static uint64_t read_all(const char *path, struct error *error)
{
    static uint8_t piece[STEP];
    struct sb_evidence *evidence = sb_evidence_open(&path, 1, error);
    if (evidence == NULL)
        return 0;
    uint64_t size = sb_evidence_info(evidence)->size;
    uint64_t readable = 0;
    uint64_t told = 0;
    struct sb_extent extent = {.kind = SB_DATA};
    for (uint64_t at = 0; at < size; at += STEP) {
        for (; told <= at; told += extent.length) {
            sb_evidence_extent(evidence, told, &extent);
            assert_int_equal(extent.start, told);
            assert_in_range(extent.length, 1, size - told);
            if (extent.kind == SB_LOST)
                assert_true(extent.reason[0] != '\0');
        }
        struct error reason = {0};
        int64_t count = sb_evidence_read(evidence, at, piece, STEP, &reason);
        bool lost = extent.kind == SB_LOST && extent.start <= at && told - at >= STEP;
        if (count < 0 && error->text[0] == '\0')
            *error = reason;
        if (count < 0)
            continue;
        if (lost)
            fail_msg("%s: byte %llu is read, but said to be lost", path, (unsigned long long)at);
        for (int64_t i = 0; i < count; i++) {
            uint64_t place = at + (uint64_t)i;
            if (piece[i] != (place < RAW_SIZE ? raw[place] : 0))
                fail_msg("%s (seed %llx): byte %llu is not the disk's", path, (unsigned long long)seed,
                         (unsigned long long)place);
        }
        readable += (uint64_t)count;
    }
    sb_evidence_close(evidence);
    return readable;
}

/* A way of damage, and how much must be left of it at least. */
static const struct {
    const char *image, *damage; /* the damage is done in the folder b */
    const char *words;          /* of what is said of the rest; "": nothing is lost */
    uint64_t left;
} rows[] = {
    {"fast.E01", "rm b/fast.E02", "fast.E02 is missing", 3000000},
    {"none.E01", "rm b/none.E03", "none.E03 is missing", 4900000},
    {"none.E01", "rm b/none.E06", "none.E06 is missing", 4900000},
    {"none.E01", "rm b/none.E02 b/none.E05", "none.E02 is missing", 1900000},
    {"none.E01", "truncate -s 600000 b/none.E03", "none.E03 is cut off", 5600000},
    {"fast.E01", "truncate -s 600000 b/fast.E03", "fast.E03 is cut off", 4900000},
    {"none.E01", "rm b/none.E0[2-9]; truncate -s 600000 b/none.E01", "none.E01 is cut off", 560000},
    {"fast.E01", "damage b/fast.E01 sectors 0", "", RAW_SIZE},
    {"fast.E01", "damage b/fast.E01 table 0", "", RAW_SIZE},
    {"fast.E01", "damage b/fast.E02 table2 0", "", RAW_SIZE},
    {"fast.E01", "damage b/fast.E02 table 0; damage b/fast.E02 table2 0", "", RAW_SIZE},
    {"none.E01", "damage b/none.E02 table 80; damage b/none.E02 table2 80", "", RAW_SIZE},
    {"fast.E01", "damage b/fast.E01 volume 0", "", RAW_SIZE},
    {"none.E01", "damage b/none.E02 next 0", "", RAW_SIZE},
    {"none.E01", "damage b/none.E03 sectors 400000", "checksum does not match", RAW_SIZE - 40000},
    {"d.vhd", "truncate -s -512 b/d.vhd", "", RAW_SIZE},
    {"d.vhd", "truncate -s 4000000 b/d.vhd", "cut off", 3500000},
    {"d.vhd", "printf XXXX | dd of=b/d.vhd conv=notrunc bs=1", "", RAW_SIZE},
    {"q.qcow2", "truncate -s 3000000 b/q.qcow2", "cut off", 2000000},
    {"c.qcow2", "truncate -s 2000000 b/c.qcow2", "cut off", 1500000},
    {"v.vmdk", "truncate -s 3000000 b/v.vmdk", "cut off", 2000000},
    {"a.aff", "truncate -s 2000000 b/a.aff", "cut off", 1500000},
    {"a.aff", "sed -i s/page9/pagX9/ b/a.aff", "damaged or cut off", RAW_SIZE - 262144},
    {"a.aff", "damage b/a.aff page9 100", "damaged", RAW_SIZE - 262144},
};

/* A shell function: flips a bit `at` bytes (20 if 0: in a section's descriptor) behind the first place of a word. */
static const char damage_function[] =
    "damage() { set -- $1 $2 $(($3 == 0 ? 20 : $3));"
    " set -- $1 $(($(grep -abo -m1 -P \"(^|[\\\\x00-\\\\xff])$2\\\\x00|$2\" $1 | head -n 1 | cut -d: -f1) + $3));"
    " printf \"\\\\$(printf %03o $((0x$(xxd -s $2 -l 1 -p $1) ^ 4)))\" | dd of=$1 bs=1 seek=$2 conv=notrunc; };";

static void keeps_what_can_be_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (access(rows[i].image, R_OK) != 0) {
            print_message("skipped: the tool that makes %s is not installed\n", rows[i].image);
            continue;
        }
        char path[64];
        struct error error = {0};
        snprintf(path, sizeof path, "b/%s", rows[i].image);
        assert_true(lab_run("rm -rf b && mkdir b && cp %.4s* b/ && rm -f b/disk.raw", rows[i].image));
        assert_true(lab_run("%s %s", damage_function, rows[i].damage));
        uint64_t left = read_all(path, &error);
        if (left < rows[i].left || (rows[i].words[0] == '\0') != (error.text[0] == '\0') ||
            strstr(error.text, rows[i].words) == NULL)
            fail_msg("%s, %s: %llu bytes are left; %s", rows[i].image, rows[i].damage, (unsigned long long)left,
                     error.text);
    }
}

static uint64_t next_random(void)
{
    uint64_t mixed = seed += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

static void damage_segment(const char *path)
{
    static uint8_t bytes[2 << 20];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    switch (next_random() % 4) {
    case 0:
        size = next_random() % (size + 1);
        break;
    case 1: /* where the tables are */
        for (int i = 0; i < 8; i++)
            bytes[size - 1 - next_random() % (size < 1200 ? size : 1200)] ^= (uint8_t)(1 << next_random() % 8);
        break;
    case 2:
        for (int i = 0; i < 8; i++)
            bytes[next_random() % (size < 2200 ? size : 2200)] ^= (uint8_t)(1 << next_random() % 8);
        break;
    default:
        memset(bytes + next_random() % size / 2, 0, size / 3);
    }
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    (void)fclose(file);
}

/* The chunks of an Expert Witness image have checksums: whatever happens to it, no other bytes come out, and none in a
 * wrong place. */
static void hands_out_no_wrong_byte(void **state)
{
    (void)state;
    lab_need("ewfacquirestream");
    uint64_t least = RAW_SIZE;
    uint64_t sum = 0;
    int opened = 0;
    alarm(SECONDS);
    for (int way = 0; way < WAYS; way++) {
        const char *name = way % 2 == 0 ? "fast" : "none";
        char path[64];
        struct error error = {0};
        seed = (uint64_t)way;
        assert_true(lab_run("rm -rf b && mkdir b && cp %s.E0* b/", name));
        for (uint64_t i = 1 + next_random() % 2; i > 0; i--) {
            snprintf(path, sizeof path, "b/%s.E0%d", name, 1 + (int)(next_random() % 4));
            if (next_random() % 8 == 0 && strstr(path, "E01") == NULL)
                (void)remove(path);
            else if (access(path, R_OK) == 0)
                damage_segment(path);
        }
        snprintf(path, sizeof path, "b/%s.E01", name);
        uint64_t left = read_all(path, &error);
        if (left == 0)
            continue;
        opened++;
        sum += left;
        least = left < least ? left : least;
    }
    alarm(0);
    print_message("%d of %d could be read, %.0f %% of their bytes on average, at least %llu bytes\n", opened, (int)WAYS,
                  100.0 * (double)sum / opened / RAW_SIZE, (unsigned long long)least);
    assert_true(opened >= WAYS * 3 / 4);
}

/* Terabytes of holes cost nothing, in the image itself and in a file; what stands between them is found. */
static void tells_holes(void **state)
{
    (void)state;
    enum { BLOCK = 4096 };
    static const uint64_t size = UINT64_C(8) << 40;
    static const uint64_t place = UINT64_C(5) << 40;
    if (!lab_run("truncate -s 8T sparse.raw && printf here | dd of=sparse.raw bs=4k seek=%llu conv=notrunc",
                 (unsigned long long)(place / BLOCK))) {
        print_message("skipped: no sparse files of 8 TiB here\n");
        skip();
    }
    assert_true(lab_run("mkdir big && mv sparse.raw big/file"));
    const char *const images[] = {"big/file", "big"};
    alarm(20);
    for (size_t i = 0; i < 2; i++) {
        struct error error = {0};
        struct sb_evidence *evidence = sb_evidence_open(&images[i], 1, &error);
        assert_non_null(evidence);
        struct sb_file_place file = {.path = "/file", .size = size};
        struct sb_file_reader *reader = i == 0 ? NULL : sb_file_open(evidence, &file, &error);
        uint64_t data = 0;
        for (uint64_t at = 0; at < size;) {
            struct sb_extent extent;
            if (i == 0)
                sb_evidence_extent(evidence, at, &extent);
            else
                sb_file_extent(reader, at, &extent);
            if (extent.kind == SB_DATA) {
                data += extent.length;
                assert_true(at <= place && place < at + extent.length);
            }
            at += extent.length;
        }
        assert_in_range(data, BLOCK, 1 << 20);
        sb_file_close(reader);
        sb_evidence_close(evidence);
    }
    alarm(0);
    assert_true(lab_run("rm big/file"));
}

/* In a file system, too; also where nothing at all stands behind the last block. */
static void tells_holes_of_files(void **state)
{
    (void)state;
    lab_need("debugfs");
    for (int trailing = 0; trailing < 2; trailing++) {
        assert_true(lab_run("export PATH=$PATH:/sbin:/usr/sbin; rm -rf s; mkdir s && printf first > s/huge &&"
                            "printf last | dd of=s/huge bs=1 seek=90000000 conv=notrunc &&"
                            "mke2fs -q -t ext4 -b 4096 -d s s.raw 16M -F && %s",
                            trailing ? "debugfs -w -R 'sif huge size 8796093022208' s.raw" : "true"));
        const char *path = "s.raw";
        struct error error = {0};
        struct sb_evidence *evidence = sb_evidence_open(&path, 1, &error);
        assert_non_null(evidence);
        struct sb_file_place file = {.inode = 12, .attribute_type = 1, .size = trailing ? UINT64_C(1) << 43 : 90000004};
        struct sb_file_reader *reader = sb_file_open(evidence, &file, &error);
        if (reader == NULL)
            fail_msg("%s", error.text);
        uint64_t data = 0;
        int steps = 0;
        for (uint64_t at = 0; at < file.size; steps++) {
            struct sb_extent extent;
            sb_file_extent(reader, at, &extent);
            data += extent.kind == SB_DATA ? extent.length : 0;
            at += extent.length;
        }
        assert_in_range(data, 1, 16384);
        assert_in_range(steps, 3, 100);
        sb_file_close(reader);
        sb_evidence_close(evidence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_can_be_read),
        cmocka_unit_test(hands_out_no_wrong_byte),
        cmocka_unit_test(tells_holes),
        cmocka_unit_test(tells_holes_of_files),
    };
    return cmocka_run_group_tests_name("evidence: what is left of damaged images", tests, make_images, lab_close);
}
