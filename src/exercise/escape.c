#include "exercise/escape.h"

#include <string.h>

#include "exercise/wrap.h"

static void write_percent(struct bytes *out, struct random *random, const char *text)
{
    bool capitals = random_below(random, 2) == 0;
    for (const char *c = text; *c != '\0'; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                     strchr("-._~", *c) != NULL;
        if (plain)
            bytes_append_char(out, *c);
        else
            bytes_format(out, capitals ? "%%%02X" : "%%%02x", (unsigned)*c);
    }
}

/* A slash behind a backslash, and what might be markup by its number. */
static void write_json(struct bytes *out, struct random *random, const char *text)
{
    (void)random;
    for (const char *c = text; *c != '\0'; c++)
        if (strchr("@&<>'+", *c) != NULL)
            bytes_format(out, "\\u%04x", (unsigned)*c);
        else
            bytes_format(out, *c == '/' || *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
}

/* All characters; or those that values are known by, and of the rest of an address of mail about every third. */
static void write_references(struct bytes *out, struct random *random, const char *text)
{
    unsigned form = random_below(random, 4), rest = random_below(random, 2) == 0 ? 1 : 3;
    bool mail = strchr(text, '@') != NULL;
    for (const char *c = text; *c != '\0'; c++) {
        bool telling = strchr("@:/+ ", *c) != NULL;
        if (!telling && rest > 1 && (!mail || random_below(random, rest) != 0))
            bytes_append_char(out, *c);
        else if (form == 3 && strchr("@:+", *c) != NULL)
            bytes_append_text(out, *c == '@' ? "&commat;" : *c == ':' ? "&colon;" : "&plus;");
        else if (form == 0 || form == 3)
            bytes_format(out, "&#%u;", (unsigned)*c);
        else
            bytes_format(out, form == 1 ? "&#%03u;" : "&#x%X;", (unsigned)*c);
    }
}

#define TAKES(kind) (1ULL << (kind))
static const struct notation {
    const char *name;
    uint64_t kinds; /* those it changes, and by which it is known */
    void (*write)(struct bytes *out, struct random *random, const char *text);
} notations[] = {
    {"percent", TAKES(SB_EMAIL) | TAKES(SB_URL) | TAKES(SB_PHONE) | TAKES(SB_CARD) | TAKES(SB_IBAN) | TAKES(SB_SEED),
     write_percent},
    {"json", TAKES(SB_EMAIL) | TAKES(SB_URL) | TAKES(SB_PHONE), write_json},
    {"entity", TAKES(SB_EMAIL) | TAKES(SB_URL) | TAKES(SB_PHONE) | TAKES(SB_CARD) | TAKES(SB_IBAN) | TAKES(SB_SEED),
     write_references},
};
_Static_assert(SB_KIND_COUNT <= 64, "a bit for each kind");

static const struct notation *find_notation(const char *container)
{
    for (size_t i = 0; i < sizeof notations / sizeof *notations; i++)
        if (strcmp(innermost(container), notations[i].name) == 0)
            return &notations[i];
    return NULL;
}

bool is_notation(const char *container)
{
    return find_notation(container) != NULL;
}

bool container_takes(const char *container, enum sb_kind kind)
{
    const struct notation *notation = find_notation(container);
    return notation == NULL || (notation->kinds & TAKES(kind)) != 0;
}

enum sb_kind notation_kind(const char *container, struct random *random)
{
    uint64_t kinds = find_notation(container)->kinds;
    for (unsigned skip = random_below(random, (unsigned)__builtin_popcountll(kinds)); skip > 0; skip--)
        kinds &= kinds - 1;
    return (enum sb_kind)__builtin_ctzll(kinds);
}

void escape_text(const char *container, struct random *random, char text[VALUE_MAX])
{
    const struct notation *notation = find_notation(container);
    struct bytes out = {0};
    if (notation == NULL)
        return;
    notation->write(&out, random, text);
    if (!out.failed && out.length < VALUE_MAX)
        memcpy(text, bytes_text(&out), out.length + 1);
    bytes_free(&out);
}
