/* Partition tables, media without one, and encrypted volumes: reported as such, and compressed data not mistaken. */
#include "lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, PART_SECTORS = 4096, DISK_SECTORS = 8 * PART_SECTORS };

static int make_parts(void **state)
{
    if (lab_open(state) != 0)
        return 1;
    return !lab_run("mkdir src && echo one > src/one.txt && export PATH=$PATH:/sbin:/usr/sbin &&"
                    "mke2fs -q -t ext2 -d src part.ext2 2M && truncate -s 2M part.fat && mformat -i part.fat :: &&"
                    "mcopy -i part.fat src/one.txt ::");
}

static void put_entry(uint8_t *sector, int slot, uint8_t type, uint32_t start, uint32_t count)
{
    uint8_t *entry = sector + 446 + 16 * slot;
    entry[4] = type;
    for (int i = 0; i < 4; i++) {
        entry[8 + i] = (uint8_t)(start >> (8 * i));
        entry[12 + i] = (uint8_t)(count >> (8 * i));
    }
    sector[510] = 0x55;
    sector[511] = 0xaa;
}

static void write_at(const char *path, uint64_t offset, const void *data, size_t length)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)offset, SEEK_SET), 0);
    assert_int_equal(fwrite(data, 1, length, file), length);
    fclose(file);
}

static void expect_volume(const struct seen *seen, size_t index, uint64_t start, const char *file_system)
{
    assert_true(index < seen->volume_count);
    assert_int_equal(seen->volumes[index].start, start);
    assert_int_equal(seen->volumes[index].length, (uint64_t)PART_SECTORS * SECTOR);
    assert_string_equal(seen->volumes[index].file_system, file_system);
    assert_string_equal(seen->volumes[index].encryption, "");
    for (size_t i = 0; i < seen->file_count; i++) {
        const struct sb_file *file = &seen->files[i].told;
        if (file->volume != index || strcmp(file->path, "/one.txt") != 0)
            continue;
        assert_in_range(file->runs[0].image_offset, start, start + (uint64_t)PART_SECTORS * SECTOR);
        assert_string_equal(seen->files[i].md5, lab_md5("src/one.txt"));
        assert_string_equal(seen->files[i].swept, seen->files[i].md5);
        return;
    }
    fail_msg("volume %zu has no /one.txt", index);
}

/* A primary partition, and a logical one in an extended partition. */
static void reads_dos_partitions(void **state)
{
    (void)state;
    uint8_t table[SECTOR] = {0};
    uint8_t extended[SECTOR] = {0};
    assert_true(lab_run("truncate -s %d dos.img", DISK_SECTORS * SECTOR));
    put_entry(table, 0, 0x83, PART_SECTORS, PART_SECTORS);
    put_entry(table, 1, 0x05, 3 * PART_SECTORS, 4 * PART_SECTORS);
    put_entry(extended, 0, 0x06, 64, PART_SECTORS);
    write_at("dos.img", 0, table, SECTOR);
    write_at("dos.img", 3L * PART_SECTORS * SECTOR, extended, SECTOR);
    assert_true(lab_run("dd if=part.ext2 of=dos.img bs=512 seek=%d conv=notrunc &&"
                        "dd if=part.fat of=dos.img bs=512 seek=%d conv=notrunc",
                        PART_SECTORS, 3 * PART_SECTORS + 64));
    struct seen seen;
    assert_int_equal(lab_see_one("dos.img", &seen), 0);
    assert_int_equal(seen.volume_count, 2);
    expect_volume(&seen, 0, (uint64_t)PART_SECTORS * SECTOR, "ext2");
    expect_volume(&seen, 1, (3 * (uint64_t)PART_SECTORS + 64) * SECTOR, "fat12");
    assert_non_null(strstr(seen.volumes[0].description, "Linux"));
    lab_forget(&seen);
}

static void reads_gpt_partitions(void **state)
{
    (void)state;
    lab_need("sgdisk");
    assert_true(lab_run("export PATH=$PATH:/sbin:/usr/sbin; truncate -s %d gpt.img && sgdisk -n 1:%d:+2M -c 1:Zuhause"
                        " -n 2:%d:+2M gpt.img && dd if=part.fat of=gpt.img bs=512 seek=%d conv=notrunc &&"
                        "dd if=part.ext2 of=gpt.img bs=512 seek=%d conv=notrunc",
                        DISK_SECTORS * SECTOR, PART_SECTORS, 4 * PART_SECTORS, PART_SECTORS, 4 * PART_SECTORS));
    struct seen seen;
    assert_int_equal(lab_see_one("gpt.img", &seen), 0);
    assert_int_equal(seen.volume_count, 2);
    expect_volume(&seen, 0, (uint64_t)PART_SECTORS * SECTOR, "fat12");
    expect_volume(&seen, 1, 4 * (uint64_t)PART_SECTORS * SECTOR, "ext2");
    assert_string_equal(seen.volumes[0].description, "Zuhause");
    lab_forget(&seen);
}

/* A partition that reaches beyond the medium is cut to it; one that begins beyond it is told with no length. */
static void cuts_partitions_to_the_medium(void **state)
{
    (void)state;
    uint8_t table[SECTOR] = {0};
    put_entry(table, 0, 0x83, PART_SECTORS, UINT32_MAX - PART_SECTORS);
    put_entry(table, 1, 0x83, UINT32_MAX - 1, 1);
    assert_true(lab_run("truncate -s %d cut.img && dd if=part.ext2 of=cut.img bs=512 seek=%d conv=notrunc",
                        3 * PART_SECTORS * SECTOR, PART_SECTORS));
    write_at("cut.img", 0, table, SECTOR);
    struct seen seen;
    assert_int_equal(lab_see_one("cut.img", &seen), 0);
    for (size_t i = 0; i < seen.volume_count; i++)
        assert_true(seen.volumes[i].start + seen.volumes[i].length <= seen.info.size);
    lab_forget(&seen);
}

static void reports_encryption(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t offset;
        const char *magic;
        size_t length;
        const char *encryption;
    } rows[] = {
        {"bitlocker.img", 3, "-FVE-FS-", 8, "bitlocker"},
        {"togo.img", 424, "\x3b\xd6\x67\x49\x29\x2e\xd8\x4a\x83\x99\xf6\xa3\x39\xe3\xd0\x01", 16, "bitlocker"},
        {"luks1.img", 0, "LUKS\xba\xbe\x00\x01", 8, "luks"},
        {"luks2.img", 0, "LUKS\xba\xbe\x00\x02", 8, "luks"},
        {"random.img", 0, "", 0, "full entropy (VeraCrypt-like)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(lab_run("head -c 3M /dev/urandom > %s", rows[i].name));
        if (rows[i].length > 0)
            write_at(rows[i].name, rows[i].offset, rows[i].magic, rows[i].length);
        struct seen seen;
        assert_int_equal(lab_see_one(rows[i].name, &seen), 0);
        assert_int_equal(seen.volume_count, 1);
        assert_string_equal(seen.volumes[0].encryption, rows[i].encryption);
        assert_string_equal(seen.volumes[0].file_system, "");
        lab_forget(&seen);
    }
}

static void takes_compressed_data_for_what_it_is(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "seq 1 2000000 | gzip -9",
        "seq 1 2000000 | xz -1",
        "seq 1 2000000 | bzip2",
        "cat /usr/lib/x86_64-linux-gnu/lib*.so.* | head -c 20M | gzip -6",
        "cat /usr/lib/x86_64-linux-gnu/lib*.so.* | head -c 20M | xz -1",
        "head -c 3M /dev/zero",
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        assert_int_equal(lab_run("( %s ) > packed", commands[i]), true);
        struct seen seen;
        assert_int_equal(lab_see_one("packed", &seen), 0);
        assert_true(seen.info.single_file);
        if (seen.volumes[0].encryption[0] != '\0')
            fail_msg("%s: %s", commands[i], seen.volumes[0].encryption);
        lab_forget(&seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_dos_partitions),
        cmocka_unit_test(reads_gpt_partitions),
        cmocka_unit_test(cuts_partitions_to_the_medium),
        cmocka_unit_test(reports_encryption),
        cmocka_unit_test(takes_compressed_data_for_what_it_is),
    };
    return cmocka_run_group_tests_name("evidence: volumes", tests, make_parts, lab_close);
}
