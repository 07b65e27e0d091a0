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

/* The @ always, and every character or about every third. */
static void write_references(struct bytes *out, struct random *random, const char *text)
{
    unsigned form = random_below(random, 3), rest = random_below(random, 2) == 0 ? 1 : 3;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c != '@' && random_below(random, rest) != 0)
            bytes_append_char(out, *c);
        else if (form == 0)
            bytes_format(out, "&#%u;", (unsigned)*c);
        else
            bytes_format(out, form == 1 ? "&#%03u;" : "&#x%X;", (unsigned)*c);
    }
}

static const struct notation {
    const char *name;
    bool pages; /* addresses of pages change too */
    void (*write)(struct bytes *out, struct random *random, const char *text);
} notations[] = {{"percent", true, write_percent}, {"json", true, write_json}, {"entity", false, write_references}};

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
    return notation == NULL || kind == SB_EMAIL || (kind == SB_URL && notation->pages);
}

enum sb_kind notation_kind(const char *container, struct random *random)
{
    return container_takes(container, SB_URL) && random_below(random, 2) == 0 ? SB_URL : SB_EMAIL;
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
