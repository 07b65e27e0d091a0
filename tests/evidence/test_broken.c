/* Hundreds of cut and bit-flipped images of every kind, made with a fixed seed. Each is opened, mapped and read in a
 * process of its own: an error is an answer, a gap is an answer, a hang or a crash is not. Libraries that parse hostile
 * structures may crash themselves, which is why they run in locked workers; here such crashes are counted and printed,
 * and only a few are borne. */
#include "lab.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VARIANTS = 60, SECONDS = 20, FILE_BYTES_MAX = 1 << 20, IMAGE_MAX = 16 << 20 };

static uint64_t seed = 0x5eed;

static uint64_t next_random(void)
{
    seed += 0x9e3779b97f4a7c15;
    uint64_t value = seed;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

static int make_images(void **state)
{
    if (lab_open(state) != 0)
        return 1;
    return !lab_run(
        "mkdir -p src/dir && seq 1 3000 > src/text && head -c 700 /dev/urandom > src/dir/r &&"
        "export PATH=$PATH:/sbin:/usr/sbin && mke2fs -q -t ext2 -d src ext2 256k &&"
        "mke2fs -q -t ext4 -O inline_data -I 256 -d src ext4 2M && truncate -s 64k fat12 &&"
        "mformat -i fat12 -T 128 -h 1 -s 8 :: && mcopy -s -i fat12 src/dir src/text :: &&"
        "mdel -i fat12 ::/text && truncate -s 36M fat32 && mformat -i fat32 -F :: && mcopy -s -i fat32 src/dir :: &&"
        "truncate -s 2M ntfs && mkntfs -q -F -f -p 0 -H 16 -S 63 ntfs; ntfscp -q ntfs src/text text;"
        "ntfscp -q -N s ntfs src/dir/r text; genisoimage -quiet -J -R -o iso src;"
        "qemu-img convert -O qcow2 ext2 qcow2; qemu-img convert -c -O qcow2 ext2 qcow2c;"
        "qemu-img convert -O vmdk ext2 vmdk; qemu-img convert -O vpc ext2 vhd;"
        "qemu-img convert -O vhdx ext2 vhdx; cp ext2 ext2.raw; affconvert -q -s 64k -o aff.aff ext2.raw;"
        " ewfacquirestream -t ewf -f encase6 -c deflate:fast < ext2");
}

static int ignore_volume(void *context, const struct sb_volume *volume)
{
    return context == NULL || volume->file_system == NULL;
}

static int ignore_gap(void *context, const char *what)
{
    return context == NULL || what[0] == '\0';
}

static int read_some(void *context, const struct sb_file *file)
{
    static uint8_t piece[65536];
    struct sb_file_place place = {.inode = file->inode,
                                  .attribute_type = file->attribute_type,
                                  .attribute_id = file->attribute_id,
                                  .path = file->path,
                                  .size = file->size};
    struct sb_file_reader *reader = sb_file_open(context, &place, NULL);
    if (reader == NULL)
        return 0;
    for (uint64_t at = 0; at < FILE_BYTES_MAX;) {
        int64_t count = sb_file_read(reader, at, piece, sizeof piece, NULL);
        if (count <= 0)
            break;
        at += (uint64_t)count;
    }
    sb_file_close(reader);
    return 0;
}

/* What a worker does with an evidence, within the limits that a worker has. */
static void visit(const char *path)
{
    struct rlimit memory = {.rlim_cur = 2048UL << 20, .rlim_max = 2048UL << 20};
#ifndef __SANITIZE_ADDRESS__
    (void)setrlimit(RLIMIT_AS, &memory);
#else
    (void)memory;
#endif
    static const int caught[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGABRT}; /* by cmocka, which would go on */
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        (void)signal(caught[i], SIG_DFL);
    alarm(SECONDS);
    struct error error = {0};
    struct sb_evidence *evidence = sb_evidence_open(&path, 1, &error);
    if (evidence == NULL)
        _exit(error.text[0] != '\0' ? 0 : 3);
    struct sb_map_sink sink = {.volume = ignore_volume, .file = read_some, .gap = ignore_gap, .context = evidence};
    (void)sb_evidence_map(evidence, &sink, &error);
    static uint8_t piece[65536];
    for (uint64_t at = 0; at < FILE_BYTES_MAX; at += sizeof piece)
        (void)sb_evidence_read(evidence, at, piece, sizeof piece, &error);
    sb_evidence_close(evidence);
    _exit(0);
}

static void write_variant(const char *path, const uint8_t *image, size_t size, int variant)
{
    static uint8_t broken[IMAGE_MAX];
    size_t length = size;
    memcpy(broken, image, size);
    if (variant % 4 == 0)
        length = 1 + (size_t)(next_random() % size);
    else /* mostly near the beginning, where the structures are */
        for (int flips = 1 << (variant % 8); flips > 0; flips--) {
            size_t within = variant % 4 == 1 ? size : size < 8192 ? size : 8192;
            broken[next_random() % within] ^= (uint8_t)(1 << (next_random() % 8));
        }
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(broken, 1, length, file), length);
    fclose(file);
}

static void survives_broken_images(void **state)
{
    (void)state;
    static const char *const images[] = {"ext2",   "ext4", "fat12", "fat32", "ntfs",    "iso",    "qcow2",
                                         "qcow2c", "vmdk", "vhd",   "vhdx",  "aff.aff", "ewf.E01"};
    static uint8_t image[IMAGE_MAX];
    int crashed = 0;
    int hung = 0;
    int failed = 0;
    int visited = 0;
    for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
        FILE *file = fopen(images[i], "rb");
        if (file == NULL) {
            print_message("skipped: the tool that makes %s is not installed\n", images[i]);
            continue;
        }
        size_t size = fread(image, 1, sizeof image, file);
        fclose(file);
        assert_true(size > 0);
        for (int variant = 0; variant < VARIANTS; variant++) {
            const char *path = i + 1 == sizeof images / sizeof *images ? "broken.E01" : "broken";
            write_variant(path, image, size, variant);
            pid_t child = fork();
            if (child == 0) {
                if (freopen("/dev/null", "w", stderr) == NULL)
                    _exit(4);
                visit(path);
            }
            int status = 0;
            assert_int_equal(waitpid(child, &status, 0), child);
            visited++;
            if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0) {
                int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
                print_message("%s, variant %d: signal %d, exit %d\n", images[i], variant, signal,
                              WIFEXITED(status) ? WEXITSTATUS(status) : -1);
                if (getenv("KEEP") != NULL)
                    assert_true(lab_run("cp %s kept-%s-%d", path, images[i], variant));
                if (signal == SIGALRM)
                    hung++;
                else if (signal != 0)
                    crashed++;
                else
                    failed++;
            }
        }
    }
    print_message("%d broken images: %d crashes inside libraries, %d hangs\n", visited, crashed, hung);
    assert_int_equal(hung, 0);
    assert_int_equal(failed, 0);
    assert_in_range(crashed, 0, visited / 50);
}

/* A disc without path tables has no directories: its root would be libtsk's directory of orphans, which then waits for
 * a lock that it holds itself. */
static void ends_where_the_root_is_impossible(void **state)
{
    (void)state;
    lab_need("genisoimage");
    assert_true(lab_run("for at in 32768 34816; do"
                        " dd if=/dev/zero of=iso bs=1 seek=$((at + 132)) count=8 conv=notrunc; done"));
    alarm(SECONDS);
    struct seen seen;
    assert_int_equal(lab_see_one("iso", &seen), 0);
    alarm(0);
    assert_non_null(strstr(seen.gaps, "impossible"));
    lab_forget(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_broken_images),
        cmocka_unit_test(ends_where_the_root_is_impossible),
    };
    return cmocka_run_group_tests_name("evidence: broken images", tests, make_images, lab_close);
}
