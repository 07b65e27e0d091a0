/* Rows are printed as they come, so widths are settled before the first: a column that shortens may become as narrow as
 * NARROW; when even then not all columns fit side by side, the last ones stand on a line of their own below. */
#include "cli/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

enum { GAP = 2, NARROW = 12, WIDTH_LEAST = 20, WIDTH_USUAL = 80, WIDTH_MOST = 10000 };

size_t terminal_width(int descriptor)
{
    struct winsize size = {0};
    const char *wanted = getenv("COLUMNS");
    long width = wanted == NULL ? 0 : strtol(wanted, NULL, 10);
    if (width <= 0 && ioctl(descriptor, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (width <= 0 || width > WIDTH_MOST)
        return WIDTH_USUAL;
    return width < WIDTH_LEAST ? WIDTH_LEAST : (size_t)width;
}

static size_t least_width(const struct column *column)
{
    return column->shortens && column->width > NARROW ? NARROW : (size_t)column->width;
}

/* Gives the columns of one line, [first, end), what is left of its width, up to what they would like. */
static void share_out(struct table *table, size_t first, size_t end)
{
    size_t used = GAP * (end - first - 1) + (first > 0 ? GAP : 0);
    for (size_t i = first; i < end; i++)
        used += table->widths[i] = least_width(&table->columns[i]);
    for (bool grew = true; grew && used < table->width;) {
        grew = false;
        for (size_t i = first; i < end && used < table->width; i++) {
            bool last = i + 1 == table->count;
            if (!table->columns[i].shortens || (!last && table->widths[i] >= (size_t)table->columns[i].width))
                continue;
            table->widths[i]++;
            used++;
            grew = true;
        }
    }
}

static void fit(struct table *table)
{
    size_t used = 0;
    size_t first = 0;
    for (size_t i = 0; i < table->count; i++) {
        size_t wanted = least_width(&table->columns[i]);
        if (i > first && used + GAP + wanted > table->width) {
            share_out(table, first, i);
            table->breaks[i] = true;
            first = i;
            used = GAP + wanted;
        } else {
            used += wanted + (i > first ? GAP : 0);
        }
    }
    share_out(table, first, table->count);
}

struct table table_begin(const struct column *columns)
{
    struct table table = {.columns = columns, .terminal = isatty(STDOUT_FILENO) == 1};
    while (columns[table.count].heading != NULL && table.count < COLUMNS_MAX)
        table.count++;
    if (table.terminal) {
        table.width = terminal_width(STDOUT_FILENO);
        fit(&table);
    }
    return table;
}

/* Columns on a terminal: characters, not bytes; good enough where each character is one cell wide. */
static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* The length in bytes of the first `count` characters. */
static size_t bytes_of(const char *text, size_t count)
{
    size_t at = 0;
    while (text[at] != '\0' && (count > 0 || ((unsigned char)text[at] & 0xc0) == 0x80))
        count -= ((unsigned char)text[at++] & 0xc0) != 0x80;
    return at;
}

/* Prints the text, shortened in its middle to `width` characters. */
static void print_short(const char *text, size_t length, size_t width)
{
    size_t head = width / 2;
    size_t tail = width - head - 1;
    if (length <= width)
        (void)fputs(text, stdout);
    else
        (void)printf("%.*s…%s", (int)bytes_of(text, head), text, text + bytes_of(text, length - tail));
}

/* Prints the cells of one line. What is too long for its column may take what the line has left; the rest is shortened:
 * first where the column is one that shortens, then anywhere. */
static void print_cells(struct table *table, const char *const *cells, size_t first, size_t end)
{
    size_t lengths[COLUMNS_MAX];
    size_t shown[COLUMNS_MAX];
    size_t used = GAP * (end - first - 1) + (first > 0 ? GAP : 0);
    for (size_t i = first; i < end; i++) {
        lengths[i] = characters(cells[i]);
        shown[i] = lengths[i] > table->widths[i] || i + 1 == end ? lengths[i] : table->widths[i];
        used += shown[i];
    }
    for (int any = 0; any < 2; any++) {
        for (size_t i = end; i-- > first && used > table->width;) {
            size_t over = shown[i] > table->widths[i] ? shown[i] - table->widths[i] : 0;
            size_t cut = used - table->width < over ? used - table->width : over;
            if (any == 0 && !table->columns[i].shortens)
                continue;
            shown[i] -= cut;
            used -= cut;
        }
    }
    for (size_t i = first; i < end; i++) {
        if (i > first || first > 0)
            (void)printf("%*s", GAP, "");
        print_short(cells[i], lengths[i], shown[i]);
        if (i + 1 < end && lengths[i] < shown[i])
            (void)printf("%*s", (int)(shown[i] - lengths[i]), "");
    }
    (void)putchar('\n');
}

static void print_row(struct table *table, const char *const *cells)
{
    size_t first = 0;
    for (size_t i = 1; i <= table->count; i++) {
        if (i < table->count && !table->breaks[i])
            continue;
        print_cells(table, cells, first, i);
        first = i;
    }
}

void table_text(struct table *table, const char *text)
{
    if (table->filled == table->count)
        return;
    struct bytes *cell = &table->cells[table->filled++];
    bytes_clear(cell);
    text_append_printable(cell, text, strlen(text));
}

void table_texts(struct table *table, const char *const *texts, size_t count)
{
    struct bytes joined = {0};
    for (size_t i = 0; i < count; i++) {
        bytes_append_text(&joined, i == 0 ? "" : ",");
        bytes_append_text(&joined, texts[i]);
    }
    table_text(table, bytes_text(&joined));
    bytes_free(&joined);
}

void table_number(struct table *table, int64_t number)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%lld", (long long)number);
    table_text(table, text);
}

void table_real(struct table *table, double number)
{
    char text[48];
    (void)snprintf(text, sizeof text, "%.2f", number);
    table_text(table, text);
}

void table_row(struct table *table)
{
    const char *cells[COLUMNS_MAX] = {NULL};
    for (size_t i = 0; i < table->count; i++)
        cells[i] = i < table->filled ? bytes_text(&table->cells[i]) : "";
    table->filled = 0;
    if (!table->terminal) {
        for (size_t i = 0; i < table->count; i++)
            (void)printf("%s%s", i == 0 ? "" : "\t", cells[i]);
        (void)putchar('\n');
        return;
    }
    if (!table->begun) {
        const char *headings[COLUMNS_MAX] = {NULL};
        for (size_t i = 0; i < table->count; i++)
            headings[i] = table->columns[i].heading;
        print_row(table, headings);
        table->begun = true;
    }
    print_row(table, cells);
}

void table_end(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        bytes_free(&table->cells[i]);
}

void print_json(struct json *json)
{
    (void)printf("%s\n", bytes_text(&json->out));
    json_clear(json);
}
