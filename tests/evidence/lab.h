/* What the tests of this room share: a temporary folder, the tools that make real images in it, and a map kept whole.
 */
#ifndef TESTS_EVIDENCE_LAB_H
#define TESTS_EVIDENCE_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evidence/evidence.h"

#include <cmocka.h> /* last: it makes a macro of fail() */

/* Makes a temporary folder the working directory; removes it again. */
int lab_open(void **state);
int lab_close(void **state);

/* Runs a shell command in the laboratory; true if it succeeded. */
bool lab_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Skips the test, and says why, if a program is not installed. */
void lab_need(const char *program);
/* The folder of public test images with a closing '/', or the test is skipped and says so. The environment variable
 * SHARED_EVIDENCE names another than the one beside the source tree. */
const char *lab_shared(void);

/* A file as the map told it, with its content read back both ways. */
struct seen_file {
    struct sb_file told; /* path and runs are copies */
    char md5[33];        /* of the content read logically, or "" */
    char swept[33];      /* of the content read from the medium where it is told to lie in order, or "" */
    uint64_t read;       /* bytes that could be read logically */
};

struct seen {
    struct sb_evidence_info info;
    struct seen_file *files;
    size_t file_count;
    struct seen_volume {
        uint64_t start;
        uint64_t length;
        char file_system[16];
        char encryption[40];
        char description[80];
    } volumes[32];
    size_t volume_count;
    char gaps[4096];
    char md5[33]; /* of the whole medium */
    struct error error;
};

/* Opens and maps; reads all files. 0, or -1 with the sentence in seen->error. */
int lab_see(const char *const paths[], size_t count, struct seen *seen);
int lab_see_one(const char *path, struct seen *seen);
/* The disk in the file files[0] of the evidence at `path`, or in files[1] of that disk, and so on. -1 without a
 * sentence where a file is no disk. */
int lab_see_inside(const char *path, const char *const files[], size_t count, struct seen *seen);
void lab_forget(struct seen *seen);
/* The first file with this path, or NULL. */
const struct seen_file *lab_find(const struct seen *seen, const char *path);

/* The MD5 of a file in the laboratory, as hex in a buffer that the next call uses again. */
const char *lab_md5(const char *path);

#endif
