/* What the audit record says was done, behind on what it was done: "zed: role examiner → analyst, blocked no → yes". A
 * text that somebody wrote stands in quotes, so that nothing in it passes for another change; cards and keys in it are
 * masked. */
#include <string.h>

#include "serve/answer.h"
#include "show/mask.h"

static void begin(struct request *request)
{
    bytes_append_text(&request->done, request->done.length == 0 ? ": " : ", ");
}

/* A word such as a code or a day as it is, everything else in quotes; what is not there as "none". */
static void append_value(struct bytes *out, const char *value)
{
    static const char word[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.@";
    if (value == NULL || value[0] == '\0') {
        bytes_append_text(out, "none");
        return;
    }
    const char *shown = shown_text(value, false);
    if (strspn(shown, word) == strlen(shown) && strcmp(shown, "none") != 0) {
        bytes_append_text(out, shown);
        return;
    }
    bytes_append_char(out, '"');
    for (; *shown != '\0'; shown++) {
        if (*shown == '"' || *shown == '\\')
            bytes_append_char(out, '\\');
        bytes_append_char(out, *shown);
    }
    bytes_append_char(out, '"');
}

void note(struct request *request, const char *text)
{
    begin(request);
    bytes_append_text(&request->done, text);
}

void note_value(struct request *request, const char *member, const char *value)
{
    begin(request);
    bytes_format(&request->done, "%s ", member);
    append_value(&request->done, value);
}

void note_change(struct request *request, const char *member, const char *before, const char *after)
{
    const char *old = before == NULL ? "" : before, *new = after == NULL ? "" : after;
    if (strcmp(old, new) == 0)
        return;
    note_value(request, member, old);
    bytes_append_text(&request->done, " → ");
    append_value(&request->done, new);
}

void note_truth(struct request *request, const char *member, bool before, bool after)
{
    note_change(request, member, before ? "yes" : "no", after ? "yes" : "no");
}

enum { CASES_NOTED = 100 };

void note_case(struct request *request, size_t *count, const char *reference, const char *handling)
{
    if (++*count <= CASES_NOTED)
        note_value(request, reference, handling);
}

void note_more_cases(struct request *request, size_t count)
{
    if (count <= CASES_NOTED)
        return;
    begin(request);
    bytes_format(&request->done, "and %zu cases more", count - CASES_NOTED);
}
