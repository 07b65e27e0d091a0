/* Errors are values. A function that can fail takes a `struct error *` and returns -1 (or NULL) after it has said, in
 * one sentence, what failed and what the user can do. Nothing below cli/ prints or exits. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum { ERROR_TEXT_MAX = 512 };

struct error {
    char text[ERROR_TEXT_MAX]; /* one sentence without a newline; empty while nothing has failed */
};

/* Writes the sentence into `error` (which may be NULL), cut to ERROR_TEXT_MAX and freed of control characters, since
 * parts of it may come from evidence. Always returns -1, so that a caller can write `return fail(error, …)`. */
int fail(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
