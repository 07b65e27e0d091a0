/* Cards and keys are found as show/mask.c finds them in any text. Other secrets (travel documents, national numbers,
 * seed phrases, passwords) have no form that tells them from other text: those that the store knows to begin here are
 * hidden. */
#include "serve/hide.h"

#include <string.h>

#include "base/bytes.h"
#include "scan/kinds.h"
#include "scan/scan.h"
#include "show/mask.h"

enum { PASSWORD_MOST = 256, SEPARATORS = 8, FOUND_MOST = 4096, REACH = 512 };

/* ---- what any text may hold ---- */

/* Every `step`-th byte from `first` on as text of the same length: what is no character of ASCII becomes one that
 * neither numbers nor words hold. */
static int hide_forms(uint8_t *bytes, size_t length, size_t first, size_t step, struct error *error)
{
    struct bytes text = {0};
    for (size_t at = first; at < length; at += step)
        bytes_append_char(&text, bytes[at] >= ' ' && bytes[at] < 0x7f ? (char)bytes[at] : '\x01');
    const char *shown = shown_context(bytes_text(&text), false);
    size_t count = text.length;
    bool sound = !text.failed && strlen(shown) == count;
    for (size_t i = 0; sound && i < count; i++)
        if (shown[i] == '*')
            bytes[first + i * step] = '*';
    bytes_free(&text);
    return sound ? 0 : fail(error, "memory is short");
}

/* ---- what was found here ---- */

struct found {
    uint8_t *bytes;
    int64_t offset, end;
    int64_t rows;
};

/* Starts behind `at`, for `length` characters, or to the end of a password's line. */
static void star(struct found *found, int64_t from, size_t length, bool line, size_t width)
{
    for (size_t i = 0; i < length * width; i++) {
        int64_t at = from + (int64_t)i;
        if (at >= found->end)
            break;
        if (at < found->offset)
            continue;
        uint8_t *byte = &found->bytes[at - found->offset];
        if (line && (*byte == '\n' || *byte == '\r'))
            break;
        if (*byte != 0)
            *byte = '*';
    }
}

static int hide_row(void *context, const struct store_sighting_row *row)
{
    struct found *found = context;
    const struct store_sighting *sighting = &row->sighting;
    enum sb_kind kind = sb_kind_of(sighting->kind);
    if (sighting->offset >= found->end)
        return 1;
    found->rows++;
    bool password = kind == SB_CREDENTIAL;
    if (sighting->path[0] != '\0' || kind == SB_KIND_COUNT || kind == SB_CARD ||
        (!password && !sb_kind_info(kind)->masked))
        return 0;
    size_t length = password ? PASSWORD_MOST : strlen(sighting->value) + SEPARATORS;
    star(found, sighting->offset, length, password, sighting->encoding == SB_UTF8 ? 1 : 2);
    return 0;
}

int hide_secrets(struct store *store, int64_t evidence_id, int64_t offset, uint8_t *bytes, size_t length,
                 struct error *error)
{
    struct found found = {bytes, offset, offset + (int64_t)length, 0};
    struct store_filter filter = {
        .evidence_id = evidence_id,
        .after = {.evidence_id = evidence_id, .offset = offset - REACH, .file = INT64_MIN, .file_offset = INT64_MIN},
        .limit = FOUND_MOST};
    if (hide_forms(bytes, length, 0, 1, error) != 0 || hide_forms(bytes, length, 0, 2, error) != 0 ||
        hide_forms(bytes, length, 1, 2, error) != 0)
        return -1;
    if (store_sighting_each(store, &filter, hide_row, &found, error) < 0)
        return -1;
    if (found.rows == FOUND_MOST) /* there may be more, and one of them a secret */
        memset(bytes, '*', length);
    return 0;
}
