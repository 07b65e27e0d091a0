/* Office programs cut a text wherever its formatting, its spelling or its history changes:
 * <w:t>ann@exam</w:t></w:r><w:r><w:t>ple.org</w:t>. Here the tags of running text vanish or become line ends and tabs
 * (markup_tags.c), character references are resolved, and all other tags pass as they are, so that nothing an XML part
 * holds is lost: attributes of vanished tags and text that stands apart (instructions of fields, deleted text) follow
 * behind the line they stand in. Only the names of name spaces are left out; they are nobody's address. */
#include "decode/markup.h"

#include <stdlib.h>
#include <string.h>

#include "decode/characters.h"
#include "decode/input.h"
#include "decode/markup_tags.h"

enum { OUT_MAX = 16 * 1024, TAG_MAX = 16 * 1024, ASIDE_MAX = 8 * 1024, ENTITY_MAX = 12, HIDE_MAX = 1 << 20 };
enum { KEPT_LENGTH = 20, KEPT_DIGITS = 6 }; /* an attribute so long, or with so many digits, may hold a value */

enum state { BEGIN, RAW, TEXT, ENTITY, TAG, LONG_TAG };

struct markup {
    struct sb_output output; /* first */
    struct sb_output *next;
    int stopped;
    enum state state;
    uint8_t quote;     /* of the attribute within which a tag is being read, or 0 */
    unsigned hidden;   /* elements of formatting that are open */
    char hider[16];    /* the outermost of them */
    bool aside;        /* text goes aside */
    bool line_begins;  /* nothing was written since a line end */
    bool aside_begins; /* the text aside is another one than that before it */
    size_t out_length, tag_length, aside_length, entity_length;
    uint8_t entity[ENTITY_MAX];
    uint8_t out[OUT_MAX], tag[TAG_MAX], apart[ASIDE_MAX];
};

static void flush(struct markup *markup)
{
    if (markup->out_length > 0 && markup->stopped == 0)
        markup->stopped = output_pieces(markup->next, markup->out, markup->out_length);
    markup->out_length = 0;
}

static void put(struct markup *markup, const uint8_t *data, size_t length)
{
    while (length > 0) {
        if (markup->out_length == OUT_MAX)
            flush(markup);
        size_t room = OUT_MAX - markup->out_length;
        size_t step = length < room ? length : room;
        memcpy(markup->out + markup->out_length, data, step);
        markup->out_length += step;
        data += step;
        length -= step;
        markup->line_begins = false;
    }
}

static void put_char(struct markup *markup, char c)
{
    put(markup, (const uint8_t *)&c, 1);
}

static void put_apart(struct markup *markup)
{
    if (markup->aside_length == 0)
        return;
    put_char(markup, '\n');
    put(markup, markup->apart, markup->aside_length);
    markup->aside_length = 0;
}

static void end_line(struct markup *markup)
{
    put_apart(markup);
    if (!markup->line_begins)
        put_char(markup, '\n');
    markup->line_begins = true;
}

static void add_apart(struct markup *markup, const uint8_t *data, size_t length, bool begins)
{
    if (length + 1 > ASIDE_MAX - markup->aside_length)
        put_apart(markup);
    if (begins && markup->aside_length > 0)
        markup->apart[markup->aside_length++] = '\n';
    if (length > ASIDE_MAX - markup->aside_length) {
        put(markup, data, length);
        return;
    }
    memcpy(markup->apart + markup->aside_length, data, length);
    markup->aside_length += length;
}

static void text(struct markup *markup, const uint8_t *data, size_t length)
{
    if (!markup->aside) {
        put(markup, data, length);
        return;
    }
    add_apart(markup, data, length, markup->aside_begins);
    markup->aside_begins = false;
}

/* The character that a reference, without its '&' and ';', stands for; 0 when it is none. */
static uint32_t resolve(const uint8_t *name, size_t length)
{
    static const struct {
        const char *name;
        uint32_t character;
    } names[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}};
    if (length < 2)
        return 0;
    if (name[0] != '#') {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (strlen(names[i].name) == length && memcmp(names[i].name, name, length) == 0)
                return names[i].character;
        return 0;
    }
    unsigned base = (name[1] | 0x20) == 'x' ? 16 : 10;
    uint32_t character = 0;
    for (size_t i = base == 16 ? 2 : 1; i < length; i++) {
        int digit = hex_value(name[i]);
        if (digit < 0 || digit >= (int)base || character > 0x110000)
            return 0;
        character = character * base + (uint32_t)digit;
    }
    return character == 0xa0 ? ' ' : character;
}

/* Copies a text and resolves its references on the way; `out` has room for `length` bytes. */
static size_t resolve_all(const uint8_t *data, size_t length, uint8_t *out)
{
    size_t written = 0;
    for (size_t i = 0; i < length;) {
        const uint8_t *end =
            data[i] == '&' ? memchr(data + i, ';', length - i < ENTITY_MAX ? length - i : ENTITY_MAX) : NULL;
        uint32_t character = end == NULL ? 0 : resolve(data + i + 1, (size_t)(end - data) - i - 1);
        if (character == 0) {
            out[written++] = data[i++];
            continue;
        }
        written += write_utf8(character, out + written);
        i = (size_t)(end - data) + 1;
    }
    return written;
}

static bool begins(const uint8_t *data, size_t length, const char *with)
{
    size_t size = strlen(with);
    return length >= size && memcmp(data, with, size) == 0;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct attribute {
    size_t begin, end; /* in the tag, from the space in front of it to behind its quote */
    const uint8_t *name, *value;
    size_t name_length, value_length;
};

/* The attribute that begins at or behind tag[at]. */
static bool next_attribute(const struct markup *markup, size_t at, struct attribute *attribute)
{
    const uint8_t *tag = markup->tag;
    size_t length = markup->tag_length;
    attribute->begin = at;
    while (at < length && is_space(tag[at]))
        at++;
    size_t name = at;
    while (at < length && tag[at] != '=' && !is_space(tag[at]))
        at++;
    attribute->name = tag + name;
    attribute->name_length = at - name;
    while (at < length && (is_space(tag[at]) || tag[at] == '='))
        at++;
    if (at >= length || (tag[at] != '"' && tag[at] != '\''))
        return false;
    const uint8_t *end = memchr(tag + at + 1, tag[at], length - at - 1);
    if (end == NULL)
        return false;
    attribute->value = tag + at + 1;
    attribute->value_length = (size_t)(end - attribute->value);
    attribute->end = (size_t)(end - tag) + 1;
    return true;
}

/* The name of a name space, of a relationship's type, or a revision's number. */
static bool is_format(const struct attribute *attribute)
{
    static const char *const schemas[] = {"http://schemas.openxmlformats.org/", "http://schemas.microsoft.com/",
                                          "http://purl.oclc.org/ooxml/"};
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++)
        if (begins(attribute->value, attribute->value_length, schemas[i]))
            return true;
    const uint8_t *colon = memchr(attribute->name, ':', attribute->name_length);
    const uint8_t *local = colon == NULL ? attribute->name : colon + 1;
    size_t length = attribute->name_length - (size_t)(local - attribute->name);
    return begins(attribute->name, attribute->name_length, "xmlns") || begins(local, length, "rsid") ||
           begins(local, length, "paraId") || begins(local, length, "textId");
}

static bool worth_keeping(const struct attribute *attribute)
{
    size_t digits = 0;
    for (size_t i = 0; i < attribute->value_length; i++)
        digits += attribute->value[i] >= '0' && attribute->value[i] <= '9';
    return attribute->value_length >= KEPT_LENGTH || digits >= KEPT_DIGITS ||
           memchr(attribute->value, '@', attribute->value_length) != NULL;
}

/* Puts what a vanishing tag says of itself aside. */
static void keep_attributes(struct markup *markup, size_t at)
{
    struct attribute attribute;
    for (; next_attribute(markup, at, &attribute); at = attribute.end) {
        if (!worth_keeping(&attribute) || is_format(&attribute))
            continue;
        uint8_t resolved[KEPT_LENGTH * 100];
        if (attribute.value_length > sizeof resolved)
            add_apart(markup, attribute.value, attribute.value_length, true);
        else
            add_apart(markup, resolved, resolve_all(attribute.value, attribute.value_length, resolved), true);
        markup->aside_begins = true;
    }
}

/* Passes a tag as it is, references resolved and without what is_format. */
static void pass_tag(struct markup *markup, size_t at)
{
    struct attribute attribute;
    size_t written = at; /* in place: it only becomes shorter */
    for (; next_attribute(markup, at, &attribute); at = attribute.end)
        if (!is_format(&attribute))
            written +=
                resolve_all(markup->tag + attribute.begin, attribute.end - attribute.begin, markup->tag + written);
    written += resolve_all(markup->tag + at, markup->tag_length - at, markup->tag + written);
    put(markup, markup->tag, written);
}

/* The name of an element without its prefix; *end is behind it. */
static const char *read_name(const struct markup *markup, size_t begin, size_t *length, size_t *end)
{
    const uint8_t *tag = markup->tag;
    size_t at = begin;
    while (at < markup->tag_length && !is_space(tag[at]) && tag[at] != '>' && tag[at] != '/') {
        if (tag[at] == ':')
            begin = at + 1;
        at++;
    }
    *length = at - begin;
    *end = at;
    return (const char *)tag + begin;
}

/* A whole tag, from '<' to '>'. */
static void read_tag(struct markup *markup)
{
    bool closes = markup->tag[1] == '/';
    bool empty = markup->tag[markup->tag_length - 2] == '/';
    size_t length;
    size_t end;
    const char *name = read_name(markup, closes ? 2 : 1, &length, &end);
    enum markup_action action = markup_action(name, length);
    if (markup->hidden > 0) {
        /* Only its own kind is counted: what stands within need not be well-formed. */
        bool same = length == strlen(markup->hider) && memcmp(markup->hider, name, length) == 0;
        if (same && closes)
            markup->hidden--;
        else if (same && !empty && markup->hidden < HIDE_MAX)
            markup->hidden++;
        keep_attributes(markup, end);
        return;
    }
    switch (action) {
    case MARKUP_PASS:
        pass_tag(markup, end);
        return;
    case MARKUP_LINE:
        end_line(markup);
        break;
    case MARKUP_TAB:
        put_char(markup, '\t');
        break;
    case MARKUP_SPACE:
        put_char(markup, ' ');
        break;
    case MARKUP_HYPHEN:
        put_char(markup, '-');
        break;
    case MARKUP_HIDE:
        if (!closes && !empty && length < sizeof markup->hider) {
            markup->hidden = 1;
            memcpy(markup->hider, name, length);
            markup->hider[length] = '\0';
        }
        break;
    case MARKUP_ASIDE:
        markup->aside = !closes && !empty;
        break;
    case MARKUP_VANISH:
        break;
    }
    keep_attributes(markup, end);
}

/* One byte of a tag. */
static void add_to_tag(struct markup *markup, uint8_t byte)
{
    markup->tag[markup->tag_length++] = byte;
    bool declares = markup->tag_length > 1 && (markup->tag[1] == '!' || markup->tag[1] == '?');
    if (begins(markup->tag, markup->tag_length, "<![CDATA[")) {
        markup->state = TEXT;
        return;
    }
    if (markup->quote != 0) {
        if (byte == markup->quote)
            markup->quote = 0;
    } else if ((byte == '"' || byte == '\'') && !declares) {
        markup->quote = byte;
    } else if (byte == '>') {
        if (declares)
            put(markup, markup->tag, markup->tag_length);
        else
            read_tag(markup);
        markup->state = TEXT;
        return;
    }
    bool is_tag = markup->tag_length != 2 || (byte | 0x20) >= 'a' || byte == '/' || declares || byte == '_' ||
                  (byte >= 'A' && byte <= 'Z');
    if (!is_tag || markup->tag_length == TAG_MAX) {
        put(markup, markup->tag, markup->tag_length);
        markup->state = is_tag ? LONG_TAG : TEXT;
    }
}

static void end_entity(struct markup *markup, bool whole)
{
    uint32_t character = whole ? resolve(markup->entity + 1, markup->entity_length - 1) : 0;
    uint8_t utf8[4];
    if (character != 0) {
        text(markup, utf8, write_utf8(character, utf8));
    } else {
        text(markup, markup->entity, markup->entity_length);
        if (whole)
            text(markup, (const uint8_t *)";", 1);
    }
    markup->entity_length = 0;
    markup->state = TEXT;
}

/* Reads on from data[at]; returns where it came to. */
static size_t step(struct markup *markup, const uint8_t *data, size_t length, size_t at)
{
    size_t begin = at;
    switch (markup->state) {
    case BEGIN: /* UTF-16 is left to the view that knows it */
        markup->state = data[at] == 0xff || data[at] == 0xfe || data[at] == 0 ? RAW : TEXT;
        return at;
    case RAW:
        put(markup, data + at, length - at);
        return length;
    case TEXT:
        while (at < length && data[at] != '<' && data[at] != '&')
            at++;
        if (at > begin)
            text(markup, data + begin, at - begin);
        if (at == length)
            return at;
        markup->state = data[at] == '<' ? TAG : ENTITY;
        markup->quote = 0;
        markup->tag[0] = data[at];
        markup->tag_length = 1;
        markup->entity[0] = data[at];
        markup->entity_length = 1;
        return at + 1;
    case ENTITY:
        if (data[at] == ';') {
            end_entity(markup, true);
            return at + 1;
        }
        if (markup->entity_length == ENTITY_MAX || data[at] == '<' || data[at] == '&' || is_space(data[at]))
            end_entity(markup, false);
        else
            markup->entity[markup->entity_length++] = data[at++];
        return at;
    case TAG:
        add_to_tag(markup, data[at]);
        return at + 1;
    case LONG_TAG:
        while (at < length && data[at] != '>')
            at++;
        put(markup, data + begin, at - begin);
        if (at < length)
            markup->state = TEXT;
        return at;
    }
    return length;
}

static int write_markup(struct sb_output *output, const uint8_t *data, size_t length)
{
    struct markup *markup = (struct markup *)(void *)output;
    for (size_t at = 0; at < length && markup->stopped == 0;)
        at = step(markup, data, length, at);
    return markup->stopped;
}

struct markup *markup_new(struct sb_output *next)
{
    struct markup *markup = malloc(sizeof *markup);
    if (markup == NULL)
        return NULL;
    memset(markup, 0, offsetof(struct markup, out));
    markup->output.write = write_markup;
    markup->next = next;
    markup->line_begins = true;
    return markup;
}

struct sb_output *markup_output(struct markup *markup)
{
    return &markup->output;
}

int markup_end(struct markup *markup)
{
    if (markup->state == TAG)
        put(markup, markup->tag, markup->tag_length);
    if (markup->state == ENTITY)
        end_entity(markup, false);
    put_apart(markup);
    flush(markup);
    return markup->stopped;
}

void markup_free(struct markup *markup)
{
    free(markup);
}

bool markup_named(const char *name, size_t length)
{
    static const char *const endings[] = {".xml", ".rels", ".xhtml", ".vml"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t size = strlen(endings[i]);
        if (length > size && memcmp(name + length - size, endings[i], size) == 0)
            return true;
    }
    return false;
}
