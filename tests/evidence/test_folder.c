/* A folder and a plain file as evidence, and the types of contents in a process that may open nothing more. */
#include "lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void lists_a_folder(void **state)
{
    (void)state;
    assert_true(lab_run("mkdir -p f/b/deep f/a && echo 1 > f/b/deep/x && echo 2 > f/a/y && echo 3 > f/z &&"
                        "ln -s /etc/passwd f/link && ln -s /etc f/a/out && mkfifo f/pipe && : > f/none &&"
                        "printf bytes > \"$(printf 'f/caf\\351')\""));
    struct seen seen;
    assert_int_equal(lab_see_one("f", &seen), 0);
    static const char *const expected[] = {"/a",    "/a/out", "/a/y",  "/b", "/b/deep", "/b/deep/x", "/caf\xef\xbf\xbd",
                                           "/link", "/none",  "/pipe", "/z"};
    assert_int_equal(seen.file_count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < seen.file_count; i++)
        assert_string_equal(seen.files[i].told.path, expected[i]);
    assert_string_equal(seen.info.format, "folder");
    assert_int_equal(seen.info.size, 0);
    assert_string_equal(lab_find(&seen, "/b/deep/x")->md5, lab_md5("f/b/deep/x"));
    assert_false(lab_find(&seen, "/link")->told.regular);
    assert_false(lab_find(&seen, "/pipe")->told.regular);
    assert_int_equal(lab_find(&seen, "/caf\xef\xbf\xbd")->read, 5);
    lab_forget(&seen);
}

static void leaves_access_times(void **state)
{
    (void)state;
    assert_true(lab_run("mkdir -p quiet/in && echo 1 >quiet/in/x && touch -a -d 2001-01-01 quiet/in/x quiet/in quiet"));
    struct seen seen;
    assert_int_equal(lab_see_one("quiet", &seen), 0);
    assert_int_equal(lab_find(&seen, "/in/x")->read, 2);
    lab_forget(&seen);
    assert_true(lab_run("! stat -c %%x quiet quiet/in quiet/in/x | grep -v ^2001"));
}

static void does_not_follow_links_out(void **state)
{
    (void)state;
    const char *path = "f";
    struct sb_evidence *evidence = sb_evidence_open(&path, 1, NULL);
    assert_non_null(evidence);
    static const char *const outside[] = {"/link", "/a/out/passwd", "/../disk", "/a/../z", "z", "", "//z", "/pipe"};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        struct sb_file_place place = {.path = outside[i], .size = 10};
        struct error error = {0};
        assert_null(sb_file_open(evidence, &place, &error));
        assert_true(error.text[0] != '\0');
    }
    sb_evidence_close(evidence);
}

static void lists_a_plain_file(void **state)
{
    (void)state;
    assert_true(lab_run("seq 1 5000 > 'a letter.txt'"));
    struct seen seen;
    assert_int_equal(lab_see_one("a letter.txt", &seen), 0);
    assert_true(seen.info.single_file);
    assert_int_equal(seen.volume_count, 1);
    assert_int_equal(seen.volumes[0].length, seen.info.size);
    assert_int_equal(seen.file_count, 1);
    assert_string_equal(seen.files[0].told.path, "/a letter.txt");
    assert_string_equal(seen.files[0].md5, lab_md5("a letter.txt"));
    assert_string_equal(seen.files[0].swept, seen.files[0].md5);
    lab_forget(&seen);
}

static void ends_in_deep_folders(void **state)
{
    (void)state;
    assert_true(lab_run("mkdir deep && cd deep && for i in $(seq 200); do mkdir d && cd d; done; echo end > end"));
    struct seen seen;
    assert_int_equal(lab_see_one("deep", &seen), 0);
    assert_non_null(strstr(seen.gaps, "too deeply"));
    lab_forget(&seen);
}

/* Without the right to open another file, libmagic must still tell types. */
static void tells_types_behind_the_lock(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        size_t length;
        const char *type;
    } rows[] = {
        {"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01", 16, "image/jpeg"},
        {"%PDF-1.4\n", 9, "application/pdf"},
        {"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10, "application/gzip"},
        {"Plain words and nothing else.\n", 30, "text/plain"},
        {"\x00\x01\x02\x03\x80\x90\xff", 7, "application/octet-stream"},
        {"", 0, "inode/x-empty"},
    };
    assert_int_equal(sb_type_prepare(NULL), 0);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0};
        if (setrlimit(RLIMIT_NOFILE, &none) != 0)
            _exit(100);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if (strcmp(sb_type_of(rows[i].head, rows[i].length), rows[i].type) != 0)
                _exit((int)i + 1);
        _exit(0);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_a_folder),
        cmocka_unit_test(leaves_access_times),
        cmocka_unit_test(does_not_follow_links_out),
        cmocka_unit_test(lists_a_plain_file),
        cmocka_unit_test(ends_in_deep_folders),
        cmocka_unit_test(tells_types_behind_the_lock),
    };
    return cmocka_run_group_tests_name("evidence: folder", tests, lab_open, lab_close);
}
