/* Everything here may show what a suspect wrote: it leaves only as printable text or escaped JSON. */
#include "cli/show.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "scan/kinds.h"
#include "store/store.h"

enum { SLOTS = 8, SLOT_SIZE = 160, CARD_LEAST = 13, CARD_MOST = 19, CARD_HEAD = 6, CARD_TAIL = 4 };

static char *next_slot(void)
{
    static char slots[SLOTS][SLOT_SIZE];
    static unsigned next;
    return slots[next++ % SLOTS];
}

struct table table_begin(const char *const *headings, const int *widths)
{
    return (struct table){.headings = headings, .widths = widths, .terminal = isatty(STDOUT_FILENO) == 1};
}

/* Columns on a terminal: characters, not bytes; good enough where each character is one cell wide. */
static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static void add_cell(struct table *table, const char *text)
{
    if (table->column > 0)
        bytes_append_text(&table->line, table->terminal ? "  " : "\t");
    bytes_append_text(&table->line, text);
    bool last = table->headings[table->column + 1] == NULL;
    if (table->terminal && !last)
        for (size_t width = characters(text); width < (size_t)table->widths[table->column]; width++)
            bytes_append_char(&table->line, ' ');
    table->column++;
}

static void print_line(struct table *table)
{
    (void)printf("%s\n", bytes_text(&table->line));
    bytes_clear(&table->line);
    table->column = 0;
}

void table_text(struct table *table, const char *text)
{
    if (!table->begun && table->terminal) {
        for (size_t i = 0; table->headings[i] != NULL; i++)
            add_cell(table, table->headings[i]);
        print_line(table);
    }
    table->begun = true;
    struct bytes cell = {0};
    text_append_printable(&cell, text, strlen(text));
    add_cell(table, bytes_text(&cell));
    bytes_free(&cell);
}

void table_number(struct table *table, int64_t number)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%lld", (long long)number);
    table_text(table, text);
}

void table_row(struct table *table)
{
    print_line(table);
}

void table_end(struct table *table)
{
    bytes_free(&table->line);
}

void json_texts(struct json *json, const char *key, const char *const *texts, size_t count)
{
    json_open(json, key, '[');
    for (size_t i = 0; i < count; i++)
        json_text(json, NULL, texts[i]);
    json_close(json, ']');
}

void print_json(struct json *json)
{
    (void)printf("%s\n", bytes_text(&json->out));
    json_clear(json);
}

/* Appends all but the first six and last four characters as stars. */
static void append_starred(struct bytes *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        bytes_append_char(out, i >= CARD_HEAD && i + CARD_TAIL < length ? '*' : text[i]);
}

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Private keys of wallets by how they begin and how long they are (WIF, BIP-38, BIP-32): the length of the one that
 * begins at `text`, or 0. */
static size_t key_length(const char *text)
{
    size_t length = 0;
    while (is_letter_or_digit(text[length]))
        length++;
    bool wif = (length == 51 && text[0] == '5') || (length == 52 && (text[0] == 'K' || text[0] == 'L'));
    bool bip38 = length == 58 && text[0] == '6' && text[1] == 'P';
    bool extended = length >= 100 && length <= 113 && strncmp(text + 1, "prv", 3) == 0;
    return wif || bip38 || extended ? length : 0;
}

/* Appends text[0..length) in which all digits but the first six and last four of `digits` are masked. */
static void append_masked(struct bytes *out, const char *text, size_t length, size_t digits)
{
    size_t seen = 0;
    for (size_t i = 0; i < length; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        bool hide = digit && seen >= CARD_HEAD && seen + CARD_TAIL < digits;
        bytes_append_char(out, hide ? '*' : text[i]);
        seen += digit;
    }
}

const char *shown_value(const char *kind, const char *value, bool reveal)
{
    static struct bytes out;
    enum sb_kind known = sb_kind_of(kind);
    bytes_clear(&out);
    if (reveal)
        return value;
    if (known == SB_KIND_COUNT || !sb_kind_info(known)->masked)
        return strcmp(kind, "url") == 0 ? shown_context(value, false) : value;
    append_starred(&out, value, strlen(value));
    return bytes_text(&out);
}

const char *shown_context(const char *context, bool reveal)
{
    static struct bytes out;
    bytes_clear(&out);
    if (reveal)
        return context;
    for (const char *at = context; *at != '\0';) {
        bool begins_word = at == context || !is_letter_or_digit(at[-1]);
        size_t key = begins_word ? key_length(at) : 0;
        if (key > 0) {
            append_starred(&out, at, key);
            at += key;
            continue;
        }
        size_t length = 0;
        size_t digits = 0;
        size_t end = 0; /* behind the last digit */
        while ((at[length] >= '0' && at[length] <= '9') ||
               (digits > 0 && (at[length] == ' ' || at[length] == '-') && length == end)) {
            if (at[length] >= '0' && at[length] <= '9') {
                digits++;
                end = length + 1;
            }
            length++;
        }
        if (digits >= CARD_LEAST && digits <= CARD_MOST)
            append_masked(&out, at, end, digits);
        else if (end > 0)
            bytes_append(&out, at, end);
        else
            bytes_append(&out, at, end = 1);
        at += end;
    }
    return bytes_text(&out);
}

const char *shown_size(int64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double number = (double)bytes;
    size_t unit = 0;
    for (; number >= 1024 && unit + 1 < sizeof units / sizeof *units; unit++)
        number /= 1024;
    char *out = next_slot();
    (void)snprintf(out, SLOT_SIZE, unit == 0 ? "%.0f %s" : "%.1f %s", number, units[unit]);
    return out;
}

const char *shown_number(int64_t number)
{
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%lld", (long long)number);
    char *out = next_slot();
    size_t length = strlen(digits);
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-')
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

const char *shown_time(int64_t seconds)
{
    struct tm parts;
    time_t time = (time_t)seconds;
    if (seconds == STORE_UNKNOWN_TIME || gmtime_r(&time, &parts) == NULL)
        return NULL;
    char *out = next_slot();
    return strftime(out, SLOT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0 ? NULL : out;
}

const char *shown_digest(const uint8_t *digest, size_t length)
{
    if (digest == NULL)
        return NULL;
    char *out = next_slot();
    text_hex(digest, length, out);
    return out;
}

const char *shown_evidence(const char *case_reference, int64_t number)
{
    char *out = next_slot();
    (void)snprintf(out, SLOT_SIZE, "%s/%lld", case_reference, (long long)number);
    return out;
}

const char *allocation_name(int64_t allocation)
{
    static const char *const names[] = {"allocated", "deleted", "slack", "unallocated"};
    return allocation >= 0 && allocation < 4 ? names[allocation] : "unallocated";
}

const char *encoding_name(int64_t encoding)
{
    static const char *const names[] = {"utf-8", "utf-16le", "utf-16be"};
    return encoding >= 0 && encoding < 3 ? names[encoding] : "utf-8";
}

const char *joined(const char *const *texts, size_t count, const char *between)
{
    static struct bytes out;
    bytes_clear(&out);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            bytes_append_text(&out, between);
        bytes_append_text(&out, texts[i]);
    }
    return bytes_text(&out);
}

const char *printable(const char *text)
{
    static struct bytes out;
    bytes_clear(&out);
    text_append_printable(&out, text, strlen(text));
    return bytes_text(&out);
}
