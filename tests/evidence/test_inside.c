/* Disk images in files of evidence: whatever carries them, they are the disks that they are by themselves. */
#include "lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "evidence/inside.h"

enum { INNER_SIZE = 4 * 1024 * 1024 };

/* A disk with a partition and a FAT file system in it, in every format; then all of them as files of one disk. */
static int make_disks(void **state)
{
    if (lab_open(state) != 0)
        return 1;
    return !lab_run("PATH=$PATH:/sbin:/usr/sbin; set -e; mkdir in out; seq 1 60000 >in/text;"
                    "head -c 300000 /dev/urandom >in/random; mke2fs -q -t ext2 -d in bare.raw 4M;"
                    "truncate -s 1M table; cat table bare.raw >parted.raw;"
                    "printf '\\203\\0\\0\\0\\0\\010\\0\\0\\0\\040' | dd of=parted.raw bs=1 seek=450 conv=notrunc;"
                    "printf '\\125\\252' | dd of=parted.raw bs=1 seek=510 conv=notrunc; cp bare.raw out/bare; cp "
                    "parted.raw out/parted.jpg;"
                    "qemu-img convert -O qcow2 bare.raw out/q; qemu-img convert -c -O qcow2 bare.raw out/packed;"
                    "qemu-img convert -O vpc -o force_size=on bare.raw out/dynamic.vhd;"
                    "qemu-img convert -O vpc -o subformat=fixed,force_size=on bare.raw out/fixed.vhd;"
                    "qemu-img convert -O vhdx bare.raw out/x; qemu-img convert -O vmdk bare.raw out/sparse.vmdk;"
                    "qemu-img convert -O vmdk -o subformat=streamOptimized bare.raw out/stream.bin;"
                    "head -c 2097152 /dev/urandom >out/noise; head -c 196608 out/q >out/cut.qcow2;"
                    "cp out/noise out/sector; printf '\\353\\074\\220' | dd of=out/sector conv=notrunc status=none;"
                    "printf '\\125\\252' | dd of=out/sector bs=1 seek=510 conv=notrunc status=none;"
                    "mke2fs -q -t ext4 -d out disk.raw 64M; qemu-img convert -O qcow2 disk.raw disk.qcow2;"
                    "mkdir deep; cp disk.qcow2 deep/; mke2fs -q -t ext4 -d deep deep.raw 96M;"
                    "mkdir deeper; cp deep.raw deeper/; mke2fs -q -t ext4 -d deeper deeper.raw 160M;"
                    "mkdir deepest; cp deeper.raw deepest/; mke2fs -q -t ext4 -d deepest deepest.raw 256M");
}

static void expect_disk(const char *path, const char *const files[], size_t count, const char *format)
{
    struct seen seen;
    if (lab_see_inside(path, files, count, &seen) != 0)
        fail_msg("%s: %s", files[count - 1], seen.error.text);
    assert_string_equal(seen.info.format, format);
    const struct seen_file *file = lab_find(&seen, "/random");
    assert_non_null(file);
    assert_string_equal(file->md5, lab_md5("in/random"));
    assert_string_equal(lab_find(&seen, "/text")->md5, lab_md5("in/text"));
    if (seen.info.size == INNER_SIZE)
        assert_string_equal(seen.md5, lab_md5("bare.raw"));
    lab_forget(&seen);
}

static void reads_every_format(void **state)
{
    static const char *const formats[][2] = {
        {"/bare", "raw"},     {"/parted.jpg", "raw"},   {"/q", "qcow2"},
        {"/packed", "qcow2"}, {"/dynamic.vhd", "vhd"},  {"/fixed.vhd", "vhd"},
        {"/x", "vhd"},        {"/sparse.vmdk", "vmdk"}, {"/stream.bin", "vmdk"},
    };
    (void)state;
    lab_need("qemu-img");
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        expect_disk("disk.raw", &formats[i][0], 1, formats[i][1]);
        expect_disk("out", &formats[i][0], 1, formats[i][1]); /* the same in a folder */
    }
}

static void reads_disks_in_disks_in_disks(void **state)
{
    (void)state;
    lab_need("qemu-img");
    expect_disk("deep.raw", (const char *const[]){"/disk.qcow2", "/dynamic.vhd"}, 2, "vhd");
    expect_disk("deeper.raw", (const char *const[]){"/deep.raw", "/disk.qcow2", "/packed"}, 3, "qcow2");
    struct seen seen; /* one more is left as a file */
    assert_int_equal(
        lab_see_inside("deepest.raw", (const char *const[]){"/deeper.raw", "/deep.raw", "/disk.qcow2", "/q"}, 4, &seen),
        -1);
    assert_string_equal(seen.error.text, "");
}

static void tells_what_is_none(void **state)
{
    (void)state;
    struct seen seen;
    assert_int_equal(lab_see_inside("disk.raw", (const char *const[]){"/noise"}, 1, &seen), -1);
    assert_string_equal(seen.error.text, "");
    assert_int_equal(lab_see_inside("disk.raw", (const char *const[]){"/sector"}, 1, &seen), -1);
    assert_string_equal(seen.error.text, ""); /* begins as a disk, and holds none */
}

/* Each by its magic a disk, and each says why it is not opened. */
static void says_what_is_broken(void **state)
{
    static const struct {
        const char *file, *words;
    } broken[] = {
        {"/old", "version 1"}, {"/change", "backing file"}, {"/cut.vmdk", "damaged"}, {"/cut.vhdx", "damaged"}};
    (void)state;
    lab_need("qemu-img");
    assert_true(
        lab_run("mkdir broken && cp out/q broken/old && cp out/sparse.vmdk broken/cut.vmdk &&"
                "printf '\\0\\0\\0\\1' | dd of=broken/old bs=1 seek=4 conv=notrunc &&"
                "qemu-img create -q -f qcow2 -F raw -b ../bare.raw broken/change && truncate -s %%512 broken/change &&"
                "dd if=/dev/zero of=broken/cut.vmdk bs=512 seek=1 count=40 conv=notrunc &&"
                "head -c 131072 out/x >broken/cut.vhdx"));
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct seen seen;
        assert_int_equal(lab_see_inside("broken", &broken[i].file, 1, &seen), -1);
        if (strstr(seen.error.text, broken[i].words) == NULL)
            fail_msg("%s: %s", broken[i].file, seen.error.text);
    }
}

/* A disk of which little was written claims many times the bytes of its file, and holds few. */
static void reads_what_is_sparse(void **state)
{
    (void)state;
    lab_need("qemu-img");
    assert_true(lab_run("PATH=$PATH:/sbin:/usr/sbin; set -e; mkdir thin few; echo few words >few/words;"
                        "mke2fs -q -t ext4 -d few thin.raw 200M;"
                        "qemu-img convert -O vmdk -o subformat=streamOptimized thin.raw thin/stream;"
                        "qemu-img convert -O vmdk thin.raw thin/sparse; qemu-img convert -c -O qcow2 thin.raw thin/q"));
    static const char *const files[] = {"/stream", "/sparse", "/q"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct seen seen;
        if (lab_see_inside("thin", &files[i], 1, &seen) != 0)
            fail_msg("%s: %s", files[i], seen.error.text);
        assert_string_equal(lab_find(&seen, "/words")->md5, lab_md5("few/words"));
        assert_string_equal(seen.md5, lab_md5("thin.raw"));
        lab_forget(&seen);
    }
}

/* The same of grains: a directory that leads to one table again and again, which leads to one grain. */
static void refuses_grains_without_end(void **state)
{
    (void)state;
    lab_need("qemu-img");
    assert_true(lab_run("mkdir grains && qemu-img create -q -f vmdk grains/v 256G && python3 -c \""
                        "import struct,os;f=open('grains/v','r+b');h=f.read(79);end=os.path.getsize('grains/v')//512;"
                        "f.seek(end*512);f.write(struct.pack('<I',end+4)*512);f.write(b'x'*65536);"
                        "[(f.seek(512*struct.unpack('<Q',h[at:at+8])[0]),f.write(struct.pack('<I',end)*8192))"
                        " for at in (48,56)]\""));
    struct seen seen;
    assert_int_equal(lab_see_inside("grains", (const char *const[]){"/v"}, 1, &seen), -1);
    if (strstr(seen.error.text, "a hundred times") == NULL)
        fail_msg("%s", seen.error.text);
}

/* A table that leads to one cluster a million times. */
static void refuses_what_is_inflated(void **state)
{
    (void)state;
    lab_need("qemu-img");
    assert_true(lab_run("mkdir bomb && qemu-img create -f qcow2 bomb/q 1T && python3 -c \""
                        "import struct;f=open('bomb/q','r+b');h=f.read(72);l1=struct.unpack('>Q',h[40:48])[0];"
                        "n=struct.unpack('>I',h[36:40])[0];f.seek(0x100000);"
                        "f.write(struct.pack('>Q',1<<63|0x110000)*8192);f.write(b'x'*65536);"
                        "f.seek(l1);f.write(struct.pack('>Q',1<<63|0x100000)*n)\""));
    struct seen seen;
    assert_int_equal(lab_see_inside("bomb", (const char *const[]){"/q"}, 1, &seen), -1);
    assert_non_null(strstr(seen.error.text, "a hundred times"));
}

/* A size that none has is refused before its tables are walked: these reach over millions of gigabytes, one cluster of
 * 2 MiB a table. */
static void refuses_what_is_endless_at_once(void **state)
{
    (void)state;
    assert_true(lab_run("mkdir endless && python3 -c \""
                        "import struct;c=1<<21;f=open('endless/q','wb');"
                        "f.write(struct.pack('>4sIQIIQIIQ',b'QFI\\xfb',2,0,0,21,1<<62,0,1<<18,c));"
                        "f.seek(c);f.write(struct.pack('>Q',2*c)*(1<<18));f.truncate(3*c)\""));
    struct seen seen;
    clock_t before = clock();
    assert_int_equal(lab_see_inside("endless", (const char *const[]){"/q"}, 1, &seen), -1);
    assert_non_null(strstr(seen.error.text, "which none has"));
    assert_true(clock() - before < 60 * CLOCKS_PER_SEC); /* walked, they would take days */
}

/* A file of 2 GiB whose extents are the same 6 MiB of a disk of 8, again and again, and begin as a disk does. */
static void refuses_a_file_of_the_same_bytes(void **state)
{
    (void)state;
    lab_need("mkfs.ext4");
    lab_need("debugfs");
    assert_true(lab_run("truncate -s 8M same && mkfs.ext4 -q -F -b 4096 -O ^metadata_csum,^64bit,^has_journal same &&"
                        "head -c 8192 /dev/urandom >leaf && debugfs -w -R 'write leaf disk' same &&"
                        "debugfs -w -R 'write leaf leaf' same &&"
                        "dd if=/dev/urandom of=same bs=4096 seek=500 count=1500 conv=notrunc && python3 -c \""
                        "import re,struct,subprocess as s;"
                        "ask=lambda q:s.run(['debugfs','-R',q,'same'],capture_output=True,text=True).stdout;"
                        "leaf=int(ask('blocks leaf').split()[0]);"
                        "place=re.search(r'block (\\d+), offset 0x([0-9a-f]+)',ask('imap disk'));"
                        "inode=int(place[1])*4096+int(place[2],16);n,blocks,first=340,1500,500;size=n*blocks*4096;"
                        "f=open('same','r+b');f.seek(first*4096+446);"
                        "f.write(bytes(4)+struct.pack('<BxxxII',131,64,size//512-64)+bytes(48)+b'\\x55\\xaa');"
                        "f.seek(inode+4);f.write(struct.pack('<I',size));"
                        "f.seek(inode+40);f.write(struct.pack('<HHHHIIIHH',0xf30a,1,4,1,0,0,leaf,0,0));"
                        "f.seek(leaf*4096);f.write(struct.pack('<HHHHI',0xf30a,n,340,0,0)+"
                        "b''.join(struct.pack('<IHHI',i*blocks,blocks,0,first) for i in range(n)))\""));
    struct seen seen;
    assert_int_equal(lab_see_inside("same", (const char *const[]){"/disk"}, 1, &seen), -1);
    assert_non_null(strstr(seen.error.text, "than can lie"));
}

struct leftovers {
    uint64_t end, sum;
    size_t count;
};

static int add_leftover(void *context, uint64_t start, uint64_t length)
{
    struct leftovers *leftovers = context;
    assert_true(start >= leftovers->end && length > 0);
    leftovers->end = start + length;
    leftovers->sum += length;
    leftovers->count++;
    return 0;
}

/* Header and tables of a fresh qcow2 are a few clusters; of a dynamic VHD all but its blocks. */
static void tells_what_no_table_leads_to(void **state)
{
    static const struct {
        const char *path;
        uint64_t least, most;
    } images[] = {
        {"out/q", 3 * 65536, 6 * 65536}, {"out/packed", 3 * 65536, 6 * 65536}, {"out/dynamic.vhd", 2048, 4096}};
    (void)state;
    lab_need("qemu-img");
    for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
        const char *path = images[i].path;
        struct leftovers leftovers = {0};
        struct error error = {0};
        struct medium *file = medium_open_raw(&path, 1, &error);
        assert_non_null(file);
        uint64_t size = file->size;
        struct medium *disk = strstr(path, "vhd") != NULL ? medium_open_vhd_within(file, "disk", &error)
                                                          : medium_open_qcow(file, "disk", &error);
        assert_non_null(disk);
        assert_int_equal(disk->unused(disk, add_leftover, &leftovers, &error), 0);
        if (leftovers.sum < images[i].least || leftovers.sum > images[i].most || leftovers.end > size)
            fail_msg("%s: %llu bytes in %zu parts", path, (unsigned long long)leftovers.sum, leftovers.count);
        medium_close(disk);
    }
}

static void judges_first_bytes(void **state)
{
    (void)state;
    uint8_t head[DISK_HEAD] = {0};
    head[510] = 0x55;
    head[511] = 0xaa;
    assert_false(disk_is_likely(head, sizeof head, 2 << 20)); /* no table, no jump */
    head[446 + 4] = 0x83;
    head[446 + 8] = 63;
    head[446 + 12] = 100;
    assert_true(disk_is_likely(head, sizeof head, 2 << 20));
    assert_false(disk_is_likely(head, sizeof head, (2 << 20) + 1)); /* disks have whole sectors */
    assert_false(disk_is_likely(head, sizeof head, 512 << 10));
    head[446 + 16] = 0x12; /* neither active nor not */
    assert_false(disk_is_likely(head, sizeof head, 2 << 20));
    memcpy(head, "QFI\xfb", 4);
    assert_true(disk_is_likely(head, sizeof head, 128 << 10));
    assert_false(disk_is_likely(head, 100, 128 << 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_format),
        cmocka_unit_test(reads_disks_in_disks_in_disks),
        cmocka_unit_test(tells_what_is_none),
        cmocka_unit_test(reads_what_is_sparse),
        cmocka_unit_test(refuses_grains_without_end),
        cmocka_unit_test(refuses_what_is_inflated),
        cmocka_unit_test(refuses_what_is_endless_at_once),
        cmocka_unit_test(refuses_a_file_of_the_same_bytes),
        cmocka_unit_test(says_what_is_broken),
        cmocka_unit_test(judges_first_bytes),
        cmocka_unit_test(tells_what_no_table_leads_to),
    };
    return cmocka_run_group_tests(tests, make_disks, lab_close);
}
