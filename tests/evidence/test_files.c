/* File systems made by their own tools: every file is listed, its content is what went in, and where it is told to lie
 * in order on the medium, it does. */
#include "lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"

static int make_source(void **state)
{
    if (lab_open(state) != 0)
        return 1;
    return !lab_run("mkdir -p src/dir/sub && echo hello > src/a.txt && head -c 300000 /dev/urandom > src/dir/big.bin &&"
                    "head -c 100 /dev/urandom > src/dir/sub/small.bin && head -c 690 /dev/urandom > src/mid.bin &&"
                    "head -c 480 /dev/urandom > src/fix.bin && ln src/a.txt src/b.txt && ln -s a.txt src/link &&"
                    ": > src/empty && head -c 5000 /dev/urandom > src/hole && truncate -s 200000 src/hole");
}

static const struct seen_file *expect_file(const struct seen *seen, const char *path, const char *source)
{
    const struct seen_file *file = lab_find(seen, path);
    if (file == NULL)
        fail_msg("%s is not listed", path);
    assert_true(file->told.regular);
    assert_false(file->told.metadata);
    if (strcmp(file->md5, lab_md5(source)) != 0)
        fail_msg("%s does not read as it was written", path);
    if (file->told.in_order)
        assert_string_equal(file->swept, file->md5);
    return file;
}

static void see(struct seen *seen, const char *path, const char *file_system)
{
    if (lab_see_one(path, seen) != 0)
        fail_msg("%s: %s", path, seen->error.text);
    assert_string_equal(seen->volumes[seen->volume_count - 1].file_system, file_system);
    assert_string_equal(seen->gaps, "");
}

static void lists_ext(void **state)
{
    (void)state;
    static const char *const kinds[] = {"ext2", "ext3", "ext4"};
    for (size_t i = 0; i < 3; i++) {
        assert_true(lab_run("rm -f x.img; PATH=$PATH:/sbin:/usr/sbin mke2fs -q -t %s -d src x.img 8M", kinds[i]));
        struct seen seen;
        see(&seen, "x.img", kinds[i]);
        const struct seen_file *first = expect_file(&seen, "/a.txt", "src/a.txt");
        const struct seen_file *second = expect_file(&seen, "/b.txt", "src/b.txt");
        assert_true(first->told.in_order && second->told.hard_link);
        assert_int_equal(second->told.same_as, first->told.number);
        assert_int_equal(second->told.run_count, 0);
        assert_true(expect_file(&seen, "/mid.bin", "src/mid.bin")->told.in_order);
        const struct seen_file *big = expect_file(&seen, "/dir/big.bin", "src/dir/big.bin");
        assert_true(big->told.in_order == (i == 2)); /* older ones put pointer blocks between */
        assert_false(expect_file(&seen, "/hole", "src/hole")->told.in_order);
        assert_int_equal(expect_file(&seen, "/empty", "src/empty")->told.size, 0);
        const struct seen_file *mid = lab_find(&seen, "/mid.bin");
        assert_int_equal(mid->told.slack, 1024 - 690);
        assert_true(mid->told.modified > 1600000000);
        assert_false(lab_find(&seen, "/link")->told.regular);
        assert_true(lab_find(&seen, "/dir")->told.run_count == 1);
        if (i > 0)
            assert_true(lab_find(&seen, "/$Journal")->told.metadata);
        lab_forget(&seen);
    }
}

static void locates_ext_inline_data(void **state)
{
    (void)state;
    assert_true(lab_run("PATH=$PATH:/sbin:/usr/sbin mke2fs -q -t ext4 -O inline_data -I 256 -d src i.img 8M"));
    struct seen seen;
    see(&seen, "i.img", "ext4");
    const struct seen_file *file = expect_file(&seen, "/a.txt", "src/a.txt");
    assert_true(file->told.resident && file->told.in_order);
    file = expect_file(&seen, "/dir/sub/small.bin", "src/dir/sub/small.bin");
    assert_true(file->told.resident && !file->told.in_order);
    lab_forget(&seen);
}

static void lists_deleted_ext(void **state)
{
    (void)state;
    lab_need("debugfs");
    assert_true(
        lab_run("PATH=$PATH:/sbin:/usr/sbin; mke2fs -q -t ext2 -d src d.img 8M && debugfs -w -R 'rm /mid.bin' d.img"));
    struct seen seen;
    see(&seen, "d.img", "ext2");
    assert_false(expect_file(&seen, "/mid.bin", "src/mid.bin")->told.allocated);
    lab_forget(&seen);
    /* A new file takes the inode: the deleted name must not claim its content. */
    assert_true(lab_run("PATH=$PATH:/sbin:/usr/sbin; debugfs -w -R 'write src/a.txt new.txt' d.img"));
    see(&seen, "d.img", "ext2");
    expect_file(&seen, "/new.txt", "src/a.txt");
    const struct seen_file *deleted = lab_find(&seen, "/mid.bin");
    if (deleted != NULL && deleted->told.inode == lab_find(&seen, "/new.txt")->told.inode) {
        assert_false(deleted->told.allocated);
        assert_int_equal(deleted->told.size, 0);
        assert_int_equal(deleted->told.run_count, 0);
    }
    lab_forget(&seen);
}

static void lists_fat(void **state)
{
    (void)state;
    lab_need("mformat");
    static const struct {
        const char *size;
        const char *options;
        const char *name;
    } rows[] = {{"2M", "", "fat12"}, {"32M", "-c 1", "fat16"}, {"64M", "-F -c 1", "fat32"}};
    for (size_t i = 0; i < 3; i++) {
        assert_true(
            lab_run("rm -f f.img; truncate -s %s f.img && mformat -i f.img %s :: &&"
                    "mcopy -i f.img src/a.txt src/mid.bin src/dir/big.bin :: && mmd -i f.img ::/dir &&"
                    "mcopy -i f.img src/mid.bin '::/dir/A long name.bin' && mdel -i f.img '::/dir/A long name.bin' &&"
                    "mdel -i f.img ::/big.bin",
                    rows[i].size, rows[i].options));
        struct seen seen;
        see(&seen, "f.img", rows[i].name);
        assert_true(expect_file(&seen, "/a.txt", "src/a.txt")->told.in_order);
        const struct seen_file *deleted = expect_file(&seen, "/dir/A long name.bin", "src/mid.bin");
        assert_true(!deleted->told.allocated && deleted->told.in_order);
        assert_false(expect_file(&seen, "/_ig.bin", "src/dir/big.bin")->told.allocated);
        const struct seen_file *table = lab_find(&seen, "/$FAT1");
        assert_true(table->told.metadata && table->told.run_count == 1 && !table->told.regular);
        lab_forget(&seen);
    }
}

static void lists_exfat(void **state)
{
    (void)state;
    lab_need("mkfs.exfat");
    assert_true(lab_run("truncate -s 16M x.fat && PATH=$PATH:/sbin:/usr/sbin mkfs.exfat x.fat"));
    struct seen seen;
    see(&seen, "x.fat", "exfat");
    lab_forget(&seen);
}

static bool make_ntfs(const char *image)
{
    return lab_run(
        "export PATH=$PATH:/sbin:/usr/sbin; rm -f %s; truncate -s 8M %s && mkntfs -q -F -f -p 0 -H 16 -S 63 %s &&"
        "for f in a.txt mid.bin fix.bin hole; do ntfscp -q %s src/$f $f || exit 1; done &&"
        "ntfscp -q %s src/dir/big.bin big.bin && ntfscp -q -N hidden %s src/dir/sub/small.bin a.txt",
        image, image, image, image, image, image);
}

static void lists_ntfs(void **state)
{
    (void)state;
    lab_need("mkntfs");
    assert_true(make_ntfs("n.img"));
    struct seen seen;
    see(&seen, "n.img", "ntfs");
    const struct seen_file *file = expect_file(&seen, "/a.txt", "src/a.txt");
    assert_true(file->told.resident && file->told.in_order && file->told.run_count == 1);
    file = expect_file(&seen, "/a.txt:hidden", "src/dir/sub/small.bin");
    assert_true(file->told.resident && file->told.in_order);
    /* 480 bytes in a record of 1024 reach over the end of its first sector, where NTFS swaps two bytes away. */
    file = expect_file(&seen, "/fix.bin", "src/fix.bin");
    assert_true(file->told.resident && !file->told.in_order && file->told.run_count == 1);
    assert_true(expect_file(&seen, "/big.bin", "src/dir/big.bin")->told.in_order);
    expect_file(&seen, "/hole", "src/hole");
    const struct seen_file *table = lab_find(&seen, "/$MFT");
    assert_true(table->told.metadata && table->told.run_count > 0 && !table->told.regular);
    lab_forget(&seen);
}

/* Deletes as Windows does in the record: no longer in use, the sequence number counted up. */
static void lists_deleted_ntfs(void **state)
{
    (void)state;
    lab_need("mkntfs");
    assert_true(make_ntfs("n.img"));
    struct seen seen;
    see(&seen, "n.img", "ntfs");
    uint64_t record =
        lab_find(&seen, "/$MFT")->told.runs[0].image_offset + lab_find(&seen, "/big.bin")->told.inode * 1024;
    lab_forget(&seen);
    FILE *image = fopen("n.img", "r+b");
    assert_non_null(image);
    uint8_t header[24];
    assert_int_equal(fseek(image, (long)record, SEEK_SET), 0);
    assert_int_equal(fread(header, 1, sizeof header, image), sizeof header);
    assert_memory_equal(header, "FILE", 4);
    header[16]++;
    header[22] &= 0xfe;
    assert_int_equal(fseek(image, (long)record, SEEK_SET), 0);
    assert_int_equal(fwrite(header, 1, sizeof header, image), sizeof header);
    fclose(image);
    see(&seen, "n.img", "ntfs");
    const struct seen_file *file = expect_file(&seen, "/big.bin", "src/dir/big.bin");
    assert_true(!file->told.allocated && file->told.in_order);
    lab_forget(&seen);
}

static void lists_iso9660(void **state)
{
    (void)state;
    lab_need("genisoimage");
    assert_true(lab_run("genisoimage -quiet -J -R -o i.iso src"));
    struct seen seen;
    see(&seen, "i.iso", "iso9660");
    assert_true(expect_file(&seen, "/dir/big.bin", "src/dir/big.bin")->told.in_order);
    expect_file(&seen, "/dir/sub/small.bin", "src/dir/sub/small.bin");
    lab_forget(&seen);
}

static void recovers_published_deleted_files(void **state)
{
    (void)state;
    const char *shared = lab_shared();
    lab_need("unzip");
    assert_true(lab_run("unzip -o %s6-undel-fat.zip && find . -name 6-fat-undel.dd -exec mv {} . ';'", shared));
    static const struct {
        const char *path;
        uint64_t size;
        const char *md5;
    } rows[] = {
        {"/_ing.dat", 780, "59b20779f69ff9f0ac5fcd2c38835a79"},
        {"/_ult1.dat", 3801, "ffd27bd782bdce67750b6b9ee069d2ef"},
        {"/_ir1/mult2.dat", 1715, "59cf0e9cd107bc1e75afb7374f6e05bb"},
    };
    struct seen seen;
    see(&seen, "6-fat-undel.dd", "fat16");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct seen_file *file = lab_find(&seen, rows[i].path);
        assert_non_null(file);
        assert_false(file->told.allocated);
        assert_int_equal(file->told.size, rows[i].size);
        assert_string_equal(file->md5, rows[i].md5);
        assert_string_equal(file->swept, rows[i].md5);
    }
    lab_forget(&seen);
}

/* Each <filename> of the published listing must be among the paths. */
static void lists_published_iso_trees(void **state)
{
    (void)state;
    const char *shared = lab_shared();
    lab_need("unzip");
    assert_true(lab_run("unzip -o %s14-iso9660-1.zip && find . -name 'iso-dirtree1.*' -exec mv {} . ';'", shared));
    struct seen seen;
    see(&seen, "iso-dirtree1.iso", "iso9660");
    FILE *listing = fopen("iso-dirtree1.xml", "r");
    assert_non_null(listing);
    char line[1024];
    size_t found = 0;
    while (fgets(line, sizeof line, listing) != NULL) {
        char name[1024] = "/";
        if (sscanf(line, " <filename>%1000[^<]", name + 1) != 1 || name[1] == '.')
            continue;
        if (lab_find(&seen, name) == NULL)
            fail_msg("%s is not listed", name);
        found++;
    }
    fclose(listing);
    assert_int_equal(found, 3);
    lab_forget(&seen);
}

/* An image maps alike twice, so that numbers may be kept. */
static void maps_alike_twice(void **state)
{
    (void)state;
    assert_true(lab_run("PATH=$PATH:/sbin:/usr/sbin mke2fs -q -t ext4 -d src t.img 8M"));
    struct seen first;
    struct seen second;
    see(&first, "t.img", "ext4");
    see(&second, "t.img", "ext4");
    assert_int_equal(first.file_count, second.file_count);
    for (size_t i = 0; i < first.file_count; i++) {
        assert_string_equal(first.files[i].told.path, second.files[i].told.path);
        assert_int_equal(first.files[i].told.inode, second.files[i].told.inode);
    }
    lab_forget(&first);
    lab_forget(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_ext),
        cmocka_unit_test(locates_ext_inline_data),
        cmocka_unit_test(lists_deleted_ext),
        cmocka_unit_test(lists_fat),
        cmocka_unit_test(lists_exfat),
        cmocka_unit_test(lists_ntfs),
        cmocka_unit_test(lists_deleted_ntfs),
        cmocka_unit_test(lists_iso9660),
        cmocka_unit_test(recovers_published_deleted_files),
        cmocka_unit_test(lists_published_iso_trees),
        cmocka_unit_test(maps_alike_twice),
    };
    return cmocka_run_group_tests_name("evidence: files", tests, make_source, lab_close);
}
