/* Every image format gives the same bytes, digests and files; what cannot be opened says why. */
#include "lab.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <afflib/afflib.h>

enum { RAW_SIZE = 6 * 1024 * 1024 };

/* A disk with a file system, text, random bytes and zeros, so that every format's ways to store a block occur. */
static int make_raw(void **state)
{
    if (lab_open(state) != 0)
        return 1;
    return !lab_run("mkdir src && seq 1 200000 > src/text && head -c 700000 /dev/urandom > src/random &&"
                    "PATH=$PATH:/sbin:/usr/sbin mke2fs -q -t ext2 -d src disk.raw 6M");
}

static void expect_same_disk(const char *path, const char *format)
{
    struct seen seen;
    int result = lab_see_one(path, &seen);
    if (result != 0)
        fail_msg("%s: %s", path, seen.error.text);
    assert_string_equal(seen.info.format, format);
    assert_int_equal(seen.info.size, RAW_SIZE);
    assert_string_equal(seen.md5, lab_md5("disk.raw"));
    const struct seen_file *file = lab_find(&seen, "/random");
    assert_non_null(file);
    assert_string_equal(file->md5, lab_md5("src/random"));
    lab_forget(&seen);
}

static void reads_raw_and_split(void **state)
{
    (void)state;
    expect_same_disk("disk.raw", "raw");
    assert_true(lab_run("split -b 1000000 -a 3 --numeric-suffixes=1 disk.raw s. && split -b 1M -a 2 disk.raw l."));
    expect_same_disk("s.001", "split raw");
    expect_same_disk("l.aa", "split raw");
    assert_true(lab_run("rm s.003"));
    struct seen seen;
    assert_int_equal(lab_see_one("s.001", &seen), -1);
    assert_non_null(strstr(seen.error.text, "s.003"));
}

static void reads_qcow2(void **state)
{
    (void)state;
    lab_need("qemu-img");
    assert_true(
        lab_run("qemu-img convert -O qcow2 -o compat=0.10 disk.raw v2.qcow2 &&"
                "qemu-img convert -O qcow2 disk.raw v3.qcow2 && qemu-img convert -c -O qcow2 disk.raw c.qcow2"));
    expect_same_disk("v2.qcow2", "qcow2");
    expect_same_disk("v3.qcow2", "qcow2");
    expect_same_disk("c.qcow2", "qcow2");
}

/* A cluster flagged as zeros may still have old data behind it, which the guest never sees again. */
static void reads_qcow2_zero_clusters(void **state)
{
    (void)state;
    lab_need("qemu-io");
    assert_true(
        lab_run("qemu-img create -f qcow2 z.qcow2 4M && qemu-io -f qcow2 -c 'write -P 7 0 4M'"
                " -c 'write -z 1M 1M' -c 'write -z -u 2M 64k' z.qcow2 && qemu-img convert -O raw z.qcow2 z.raw"));
    struct seen seen;
    assert_int_equal(lab_see_one("z.qcow2", &seen), 0);
    assert_string_equal(seen.md5, lab_md5("z.raw"));
    lab_forget(&seen);
}

static void refuses_qcow2_backing_file(void **state)
{
    (void)state;
    lab_need("qemu-img");
    assert_true(lab_run("qemu-img create -f qcow2 -F raw -b disk.raw child.qcow2"));
    struct seen seen;
    assert_int_equal(lab_see_one("child.qcow2", &seen), -1);
    assert_non_null(strstr(seen.error.text, "backing file"));
}

static void reads_vmdk(void **state)
{
    (void)state;
    lab_need("qemu-img");
    static const char *const kinds[] = {"monolithicSparse", "monolithicFlat", "twoGbMaxExtentSparse",
                                        "twoGbMaxExtentFlat", "streamOptimized"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        assert_true(lab_run("rm -f v*.vmdk; qemu-img convert -O vmdk -o subformat=%s disk.raw v.vmdk", kinds[i]));
        print_message("%s\n", kinds[i]);
        expect_same_disk("v.vmdk", "vmdk");
    }
    assert_true(lab_run("rm -f v*.vmdk; qemu-img convert -O vmdk -o subformat=monolithicFlat disk.raw v.vmdk &&"
                        "rm v-flat.vmdk"));
    struct seen seen;
    assert_int_equal(lab_see_one("v.vmdk", &seen), -1);
    assert_non_null(strstr(seen.error.text, "missing"));
    assert_true(lab_run("printf 'x' > v-flat.vmdk && sed -i 's#v-flat.vmdk#../v-flat.vmdk#' v.vmdk"));
    assert_int_equal(lab_see_one("v.vmdk", &seen), -1);
    assert_non_null(strstr(seen.error.text, "another folder"));
}

static void reads_vhd(void **state)
{
    (void)state;
    lab_need("qemu-img");
    assert_true(lab_run("qemu-img convert -O vpc -o subformat=dynamic,force_size=on disk.raw d.vhd &&"
                        "qemu-img convert -O vpc -o subformat=fixed,force_size=on disk.raw f.vhd"));
    expect_same_disk("d.vhd", "vhd");
    expect_same_disk("f.vhd", "vhd");
}

static void put_be(uint8_t *at, uint64_t value, size_t size)
{
    while (size-- > 0) {
        at[size] = (uint8_t)value;
        value >>= 8;
    }
}

static void put_checksum(uint8_t *block, size_t size, size_t at)
{
    uint32_t sum = 0;
    put_be(block + at, 0, 4);
    for (size_t i = 0; i < size; i++)
        sum += block[i];
    put_be(block + at, ~sum, 4);
}

/* Makes child.vhd, a differencing disk over d.vhd that changes its first sector, from the footer of its parent (Virtual
 * Hard Disk Image Format Specification 1.0). */
static void make_child(void)
{
    uint8_t footer[512];
    uint8_t header[1024] = {0};
    static uint8_t file[512 + 1024 + 512 + 512 + 512 + 2097152 + 512];
    FILE *parent = fopen("d.vhd", "rb");
    assert_non_null(parent);
    assert_int_equal(fread(footer, 1, sizeof footer, parent), sizeof footer);
    fclose(parent);
    memcpy(header, "cxsparse", 8);
    put_be(header + 8, UINT64_MAX, 8);
    put_be(header + 16, 512 + 1024 + 512, 8); /* block allocation table */
    put_be(header + 24, 0x00010000, 4);
    put_be(header + 28, 3, 4);       /* entries */
    put_be(header + 32, 2097152, 4); /* block size */
    memcpy(header + 40, footer + 68, 16);
    static const char name[] = "d.vhd";
    for (size_t i = 0; i < sizeof name - 1; i++)
        header[64 + 2 * i + 1] = (uint8_t)name[i]; /* UTF-16BE */
    memcpy(header + 576, "W2ru", 4);               /* a locator in UTF-16LE */
    put_be(header + 580, 512, 4);
    put_be(header + 584, 2 * (sizeof name - 1), 4);
    put_be(header + 592, 512 + 1024, 8);
    put_checksum(header, sizeof header, 36);
    put_be(footer + 60, 4, 4); /* differencing */
    footer[68] ^= 0xff;        /* an identifier of its own */
    put_checksum(footer, sizeof footer, 64);
    memset(file, 0, sizeof file);
    memcpy(file, footer, 512);
    memcpy(file + 512, header, 1024);
    for (size_t i = 0; i < sizeof name - 1; i++)
        file[512 + 1024 + 2 * i] = (uint8_t)name[i];
    memset(file + 2048, 0xff, 512);
    put_be(file + 2048, (2048 + 512) / 512, 4); /* the first block is here */
    file[2560] = 0x80;                          /* its bitmap: the first sector only */
    memset(file + 2560 + 512, 'C', 512);
    memcpy(file + sizeof file - 512, footer, 512);
    FILE *child = fopen("child.vhd", "wb");
    assert_non_null(child);
    assert_int_equal(fwrite(file, 1, sizeof file, child), sizeof file);
    fclose(child);
}

static void reads_vhd_through_its_parent(void **state)
{
    (void)state;
    lab_need("qemu-img");
    assert_true(lab_run("qemu-img convert -O vpc -o subformat=dynamic,force_size=on disk.raw d.vhd"));
    make_child();
    struct seen seen;
    if (lab_see_one("child.vhd", &seen) != 0)
        fail_msg("%s", seen.error.text);
    assert_true(lab_run("cp disk.raw changed.raw && head -c 512 /dev/zero | tr '\\0' C |"
                        "dd of=changed.raw conv=notrunc"));
    assert_string_equal(seen.md5, lab_md5("changed.raw"));
    assert_non_null(lab_find(&seen, "/text"));
    lab_forget(&seen);
    assert_true(lab_run("rm d.vhd"));
    assert_int_equal(lab_see_one("child.vhd", &seen), -1);
    assert_non_null(strstr(seen.error.text, "d.vhd"));
}

static void reads_aff(void **state)
{
    (void)state;
    AFFILE *aff = af_open("disk.aff", O_CREAT | O_RDWR, 0600);
    assert_non_null(aff);
    static uint8_t bytes[RAW_SIZE];
    FILE *raw = fopen("disk.raw", "rb");
    assert_int_equal(fread(bytes, 1, sizeof bytes, raw), sizeof bytes);
    fclose(raw);
    af_enable_compression(aff, 1, 6);
    assert_int_equal(af_write(aff, bytes, sizeof bytes), sizeof bytes);
    static const uint8_t digest[20] = {0xde, 0xad};
    af_update_seg(aff, "md5", 0, digest, 16);
    af_update_seg(aff, "sha1", 0, digest, 20);
    af_close(aff);
    expect_same_disk("disk.aff", "aff");
    struct seen seen;
    assert_int_equal(lab_see_one("disk.aff", &seen), 0);
    assert_string_equal(seen.info.recorded_md5, "dead0000000000000000000000000000");
    assert_string_equal(seen.info.recorded_sha1, "dead000000000000000000000000000000000000");
    lab_forget(&seen);
}

static void reads_ewf_with_its_digests(void **state)
{
    (void)state;
    lab_need("ewfacquirestream");
    assert_true(lab_run("ewfacquirestream -t e -f encase6 -c deflate:fast -d sha1 -S 1048576 < disk.raw"));
    expect_same_disk("e.E01", "ewf");
    struct seen seen;
    assert_int_equal(lab_see_one("e.E01", &seen), 0);
    assert_string_equal(seen.info.recorded_md5, lab_md5("disk.raw"));
    assert_int_equal(strlen(seen.info.recorded_sha1), 40);
    lab_forget(&seen);
    assert_true(lab_run("cp e.E01 only.E01"));
    assert_int_equal(lab_see_one("only.E01", &seen), -1);
    assert_non_null(strstr(seen.error.text, "missing"));
}

/* The last part of a sector belongs to the evidence, though the sector count of the format leaves it out. */
static void reads_ewf_beyond_its_last_sector(void **state)
{
    (void)state;
    lab_need("ewfacquirestream");
    for (int best = 0; best < 2; best++) {
        assert_true(lab_run("rm -f odd*; seq 1 30000 | head -c 100123 > odd.raw &&"
                            "ewfacquirestream -t odd -f encase6 -c deflate:%s < odd.raw",
                            best ? "best" : "none"));
        struct seen seen;
        assert_int_equal(lab_see_one("odd.E01", &seen), 0);
        assert_int_equal(seen.info.size, 100123);
        assert_string_equal(seen.md5, lab_md5("odd.raw"));
        assert_string_equal(seen.info.recorded_md5, seen.md5);
        lab_forget(&seen);
    }
}

static void names_damage_in_ewf(void **state)
{
    (void)state;
    lab_need("ewfacquirestream");
    assert_true(lab_run("ewfacquirestream -t bad -f encase6 -c deflate:none < disk.raw &&"
                        "printf X | dd of=bad.E01 bs=1 seek=3000000 conv=notrunc"));
    struct seen seen;
    assert_int_equal(lab_see_one("bad.E01", &seen), -1);
    assert_non_null(strstr(seen.error.text, "damaged"));
}

static void lists_shared_ext2_alike(void **state)
{
    (void)state;
    lab_need("affconvert");
    lab_need("ewfacquirestream");
    const char *shared = lab_shared();
    assert_true(lab_run("cp %sext2.* . && gunzip -f ext2.splitraw.00?.gz && cat ext2.splitraw.00? > ext2.raw", shared));
    assert_true(lab_run("affconvert -q -o ext2.aff ext2.raw && ewfacquirestream -t ext2 -f encase6 < ext2.raw"));
    static const char *const images[] = {"ext2.qcow2",        "ext2.vmdk", "ext2.vhd",
                                         "ext2.splitraw.000", "ext2.aff",  "ext2.E01"};
    enum { IMAGES = sizeof images / sizeof *images };
    static const char *const files[] = {"/a_directory/a_file", "/a_directory/another_file", "/passwords.txt",
                                        "/a_link"};
    char md5[4][33] = {""};
    for (size_t i = 0; i < IMAGES; i++) {
        struct seen seen;
        assert_int_equal(lab_see_one(images[i], &seen), 0);
        assert_string_equal(seen.volumes[0].file_system, "ext2");
        assert_string_equal(seen.gaps, "");
        for (size_t j = 0; j < 4; j++) {
            const struct seen_file *file = lab_find(&seen, files[j]);
            assert_non_null(file);
            assert_true(file->told.regular == (j < 3));
            if (i > 0)
                assert_string_equal(file->md5, md5[j]);
            strcpy(md5[j], file->md5);
        }
        lab_forget(&seen);
    }
}

static void verifies_shared_ewf(void **state)
{
    (void)state;
    const char *shared = lab_shared();
    assert_true(lab_run("cp %semail_test.E0? .", shared));
    struct seen seen;
    assert_int_equal(lab_see_one("email_test.E01", &seen), 0);
    assert_int_equal(strlen(seen.info.recorded_md5), 32);
    assert_string_equal(seen.info.recorded_md5, seen.md5);
    lab_forget(&seen);
    assert_true(lab_run("mv email_test.E03 away"));
    assert_int_equal(lab_see_one("email_test.E01", &seen), -1);
    assert_non_null(strstr(seen.error.text, "email_test.E03"));
    const char *const given[] = {"email_test.E01", "email_test.E02", "email_test.E04"};
    assert_int_equal(lab_see(given, 3, &seen), -1);
    assert_non_null(strstr(seen.error.text, "email_test.E03"));
    const char *const disorder[] = {"email_test.E01", "email_test.E04", "email_test.E02"};
    assert_int_equal(lab_see(disorder, 3, &seen), -1);
    assert_non_null(strstr(seen.error.text, "in order"));
}

static int collect_paths(void *context, const char *path)
{
    strcat(strcat(context, path), " ");
    return 0;
}

static void tells_siblings_by_name(void **state)
{
    (void)state;
    assert_true(
        lab_run("mkdir -p n && cd n && touch a.E01 a.E02 a.E03 b.001 b.002 d.vmdk d-flat.vmdk e.vmdk x.vhd y.avhd"));
    static const struct {
        const char *path;
        const char *expected;
    } rows[] = {
        {"n/a.E01", "n/a.E01 n/a.E02 n/a.E03 "},
        {"n/b.001", "n/b.001 n/b.002 "},
        {"n/d.vmdk", "n/d.vmdk n/d-flat.vmdk n/e.vmdk "},
        {"n/x.vhd", "n/x.vhd n/y.avhd "},
        {"disk.raw", "disk.raw "},
        {"src", "src "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char collected[1024] = "";
        struct error error = {0};
        assert_int_equal(sb_evidence_siblings(&rows[i].path, 1, collect_paths, collected, &error), 0);
        assert_string_equal(collected, rows[i].expected);
    }
}

/* Root may read anything, so the child becomes nobody first. */
static void refuses_what_may_not_be_read(void **state)
{
    (void)state;
    assert_true(lab_run("mkdir -p shut && chmod 000 shut && touch shut.raw && chmod 000 shut.raw && chmod 755 ."));
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(2);
        struct error folder = {0};
        struct error file = {0};
        const char *paths[] = {"shut", "shut.raw"};
        bool refused = sb_evidence_open(paths, 1, &folder) == NULL && sb_evidence_open(paths + 1, 1, &file) == NULL &&
                       strstr(folder.text, "may be read") != NULL && strstr(file.text, "may be read") != NULL;
        _exit(refused ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    assert_true(lab_run(": > empty && mkfifo -m 600 pipe && head -c 100 /dev/zero > short.E01 &&"
                        "printf 'EVF\\011\\015\\012\\377\\000' > head.E01 && printf 'QFI\\373' > head.qcow2 &&"
                        "printf 'KDMV' > head.vmdk && printf 'AFF10\\015\\012\\000' > head.aff"));
    static const struct {
        const char *path;
        const char *words;
    } rows[] = {
        {"missing.raw", "does not exist"}, {"empty", "is empty"},     {"pipe", "neither a file nor a disk"},
        {"head.E01", "cut off"},           {"head.qcow2", "cut off"}, {"head.vmdk", "damaged"},
        {"head.aff", "damaged"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct seen seen;
        assert_int_equal(lab_see_one(rows[i].path, &seen), -1);
        if (strstr(seen.error.text, rows[i].words) == NULL)
            fail_msg("%s: %s", rows[i].path, seen.error.text);
        assert_null(strchr(seen.error.text, '\n'));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_raw_and_split),
        cmocka_unit_test(reads_qcow2),
        cmocka_unit_test(reads_qcow2_zero_clusters),
        cmocka_unit_test(refuses_qcow2_backing_file),
        cmocka_unit_test(reads_vmdk),
        cmocka_unit_test(reads_vhd),
        cmocka_unit_test(reads_vhd_through_its_parent),
        cmocka_unit_test(reads_aff),
        cmocka_unit_test(reads_ewf_with_its_digests),
        cmocka_unit_test(reads_ewf_beyond_its_last_sector),
        cmocka_unit_test(names_damage_in_ewf),
        cmocka_unit_test(lists_shared_ext2_alike),
        cmocka_unit_test(verifies_shared_ewf),
        cmocka_unit_test(tells_siblings_by_name),
        cmocka_unit_test(refuses_what_may_not_be_read),
        cmocka_unit_test(says_what_is_wrong),
    };
    return cmocka_run_group_tests_name("evidence: formats", tests, make_raw, lab_close);
}
