/* See pst_writer.h. A tree has one page, or one above as many as that one can name. */
#include "exercise/pst_writer.h"

#include <string.h>
#include <zlib.h>

enum { FIRST = 0x4600, INTERNAL = 2, TREE_BLOCKS = 0x80, TREE_NODES = 0x81, HEADER = 568 };

/* What the forms differ in, sizes in bytes. */
static const struct form {
    unsigned version, number, page, page_trailer, counts, trailer, alignment, root, sentinel;
} forms[] = {
    [PST_NARROW] = {14, 4, 512, 12, 4, 12, 64, 168, 460},
    [PST_WIDE] = {23, 8, 512, 16, 8, 16, 64, 184, 512},
    [PST_LARGE] = {36, 8, 4096, 24, 16, 24, 512, 184, 512},
};

static const struct form *form_of(const struct pst_writer *writer)
{
    return &forms[writer->form];
}

static void append_number(struct bytes *out, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes_append_char(out, (char)(i < sizeof number ? number >> 8 * i & 0xff : 0));
}

static void append_filling(struct bytes *out, size_t to, char byte)
{
    while (out->length < to && !out->failed)
        bytes_append_char(out, byte);
}

static uint32_t checksum(const void *data, size_t length)
{
    return (uint32_t)~crc32(UINT32_MAX, data, (uInt)length);
}

static unsigned mix(uint64_t at, uint64_t number)
{
    uint32_t mixed = (uint32_t)at ^ (uint32_t)number;
    return (mixed >> 16 ^ mixed) & 0xffff;
}

/* The content as it is stored: hidden, and compressed where that makes it shorter. */
static void append_content(struct pst_writer *writer, uint64_t number, const void *data, size_t length)
{
    size_t at = writer->file.length;
    bytes_append(&writer->file, data, length);
    if (writer->file.failed)
        return;
    if ((number & INTERNAL) == 0)
        pst_encrypt(writer->crypt, (uint32_t)number, writer->file.data + at, length);
    if (writer->form != PST_LARGE)
        return;
    struct bytes packed = {0};
    uLongf size = compressBound(length);
    if (bytes_reserve(&packed, size) != 0 || compress(packed.data, &size, writer->file.data + at, length) != Z_OK) {
        writer->file.failed = true;
    } else if (size < length) {
        writer->file.length = at;
        bytes_append(&writer->file, packed.data, size);
    }
    bytes_free(&packed);
}

static uint64_t write_block(struct pst_writer *writer, const void *data, size_t length, unsigned internal)
{
    const struct form *form = form_of(writer);
    uint64_t number = writer->next | internal;
    size_t at = writer->file.length;
    writer->next += 4;
    append_content(writer, number, data, length);
    if (writer->file.failed)
        return number;
    size_t stored = writer->file.length - at;
    uint32_t sum = checksum(writer->file.data + at, stored);
    size_t whole = (stored + form->trailer + form->alignment - 1) / form->alignment * form->alignment;
    append_filling(&writer->file, at + whole - form->trailer, 0);
    append_number(&writer->file, stored, 2);
    append_number(&writer->file, mix(at, number), 2);
    if (writer->form != PST_NARROW)
        append_number(&writer->file, sum, 4);
    append_number(&writer->file, number, form->number);
    if (writer->form == PST_NARROW)
        append_number(&writer->file, sum, 4);
    if (writer->form == PST_LARGE) {
        append_number(&writer->file, 0, 2);
        append_number(&writer->file, length, 2);
        append_number(&writer->file, 0, 4);
    }
    append_number(&writer->blocks, number, form->number);
    append_number(&writer->blocks, at, form->number);
    append_number(&writer->blocks, stored, 2);
    append_number(&writer->blocks, writer->form == PST_LARGE ? length : 2, 2);
    append_number(&writer->blocks, 2, form->number - 4);
    return number;
}

/* What stands in front of the first block is not left empty: file systems would make holes of it. */
void pst_writer_begin(struct pst_writer *writer)
{
    append_filling(&writer->file, HEADER, 0);
    append_filling(&writer->file, FIRST, (char)0xff);
    writer->next = 4;
}

uint64_t pst_write_data(struct pst_writer *writer, const void *data, size_t length)
{
    return write_block(writer, data, length, 0);
}

uint64_t pst_write_list(struct pst_writer *writer, const uint64_t *numbers, size_t count)
{
    struct bytes list = {0};
    append_number(&list, 1 | 1 << 8 | count << 16, 8);
    for (size_t i = 0; i < count; i++)
        append_number(&list, numbers[i], form_of(writer)->number);
    uint64_t number = write_block(writer, list.data, list.length, INTERNAL);
    writer->file.failed |= list.failed;
    bytes_free(&list);
    return number;
}

uint64_t pst_write_long(struct pst_writer *writer, const void *data, size_t length)
{
    enum { PIECES_MAX = (PST_DATA_MAX - 8) / 8 };
    uint64_t numbers[PIECES_MAX];
    size_t count = 0;
    if (length <= PST_DATA_MAX)
        return pst_write_data(writer, data, length);
    for (size_t at = 0; at < length && count < PIECES_MAX; at += PST_DATA_MAX)
        numbers[count++] =
            pst_write_data(writer, (const uint8_t *)data + at, length - at < PST_DATA_MAX ? length - at : PST_DATA_MAX);
    writer->file.failed |= length > (size_t)PIECES_MAX * PST_DATA_MAX;
    return pst_write_list(writer, numbers, count);
}

uint64_t pst_write_children(struct pst_writer *writer, const struct pst_written *children)
{
    struct bytes list = {0};
    size_t size = form_of(writer)->number;
    size_t count = 0;
    while (children[count].number != 0)
        count++;
    append_number(&list, 2 | count << 16, size);
    for (size_t i = 0; i < count; i++) {
        append_number(&list, children[i].number, size);
        append_number(&list, children[i].data, size);
        append_number(&list, children[i].children, size);
    }
    uint64_t number = write_block(writer, list.data, list.length, INTERNAL);
    writer->file.failed |= list.failed;
    bytes_free(&list);
    return number;
}

/* A heap of one block: the header of the tree of properties, the properties, then their texts, one behind the other. */
uint64_t pst_write_properties(struct pst_writer *writer, const struct pst_property *properties, size_t count)
{
    bool wide = writer->form != PST_NARROW;
    struct bytes heap = {0};
    struct bytes places = {0};
    append_number(&heap, 0, 2); /* where the map is */
    append_number(&heap, 0xbcec, 2);
    append_number(&heap, 1 << 5, 4);
    append_number(&heap, 0, 4);
    append_number(&places, heap.length, 2);
    append_number(&heap, 0x0602b5, 4);
    append_number(&heap, 2 << 5, 4);
    append_number(&places, heap.length, 2);
    for (size_t i = 0; i < count; i++) {
        append_number(&heap, properties[i].tag, 2);
        append_number(&heap, wide ? 0x1f : 0x1e, 2);
        append_number(&heap, (i + 3) << 5, 4);
    }
    for (size_t i = 0; i < count; i++) {
        append_number(&places, heap.length, 2);
        for (const char *c = properties[i].text; *c != '\0'; c++)
            append_number(&heap, (uint8_t)*c, wide ? 2 : 1);
    }
    append_number(&places, heap.length, 2);
    size_t map = heap.length + heap.length % 2;
    append_filling(&heap, map, 0);
    if (!heap.failed) {
        heap.data[0] = (uint8_t)map;
        heap.data[1] = (uint8_t)(map >> 8);
    }
    append_number(&heap, count + 2, 4);
    bytes_append(&heap, places.data, places.length);
    uint64_t number = write_block(writer, heap.data, heap.length, 0);
    writer->file.failed |= heap.failed | places.failed;
    bytes_free(&places);
    bytes_free(&heap);
    return number;
}

void pst_add_node(struct pst_writer *writer, struct pst_written node)
{
    size_t size = form_of(writer)->number;
    append_number(&writer->nodes, node.number, size);
    append_number(&writer->nodes, node.data, size);
    append_number(&writer->nodes, node.children, size);
    append_number(&writer->nodes, node.parent, size);
}

void pst_forget_block(struct pst_writer *writer)
{
    writer->blocks.length -= 3 * (size_t)form_of(writer)->number;
}

static uint64_t write_page(struct pst_writer *writer, const uint8_t *entries, size_t count, size_t entry, unsigned type,
                           unsigned level)
{
    const struct form *form = form_of(writer);
    size_t at = (writer->file.length + form->page - 1) / form->page * form->page;
    append_filling(&writer->file, at, 0);
    bytes_append(&writer->file, entries, count * entry);
    append_filling(&writer->file, at + form->page - form->page_trailer - form->counts, 0);
    size_t width = writer->form == PST_LARGE ? 2 : 1;
    append_number(&writer->file, count, width);
    append_number(&writer->file, count, width);
    append_number(&writer->file, entry, 1);
    append_number(&writer->file, level, 1);
    append_filling(&writer->file, at + form->page - form->page_trailer, 0);
    append_number(&writer->file, type | type << 8, 2);
    append_filling(&writer->file, at + form->page, 0);
    return at;
}

/* Returns where the root stands. */
static uint64_t write_tree(struct pst_writer *writer, const struct bytes *entries, size_t entry, unsigned type)
{
    const struct form *form = form_of(writer);
    size_t room = form->page - form->page_trailer - form->counts;
    size_t count = entries->length / entry;
    if (count * entry <= room)
        return write_page(writer, entries->data, count, entry, type, 0);
    struct bytes pages = {0};
    size_t named = 0;
    for (size_t at = 0; at < count; at += room / entry) {
        const uint8_t *first = entries->data + at * entry;
        size_t many = count - at < room / entry ? count - at : room / entry;
        uint64_t page = write_page(writer, first, many, entry, type, 0);
        bytes_append(&pages, first, form->number);
        append_number(&pages, page / form->page, form->number); /* the page's own number */
        append_number(&pages, page, form->number);
        named++;
    }
    writer->file.failed |= pages.failed || pages.length > room;
    uint64_t root = writer->file.failed ? 0 : write_page(writer, pages.data, named, 3 * (size_t)form->number, type, 1);
    bytes_free(&pages);
    return root;
}

void pst_writer_end(struct pst_writer *writer)
{
    const struct form *form = form_of(writer);
    size_t size = form->number;
    uint64_t nodes = write_tree(writer, &writer->nodes, 4 * size, TREE_NODES);
    uint64_t blocks = write_tree(writer, &writer->blocks, 3 * size, TREE_BLOCKS);
    struct bytes root = {0};
    append_number(&root, writer->file.length, size);
    for (int i = 0; i < 3; i++)
        append_number(&root, 0, size);
    append_number(&root, 1, size);
    append_number(&root, nodes, size);
    append_number(&root, 2, size);
    append_number(&root, blocks, size);
    writer->file.failed |= root.failed | writer->nodes.failed | writer->blocks.failed;
    if (!writer->file.failed) {
        memcpy(writer->file.data, "!BDN\0\0\0\0SM\x17\0\x13\0\1\1", 16);
        writer->file.data[9] = writer->form == PST_LARGE ? 'O' : 'M';
        writer->file.data[10] = (uint8_t)form->version;
        memcpy(writer->file.data + form->root, root.data, root.length);
        writer->file.data[form->sentinel] = 0x80;
        writer->file.data[form->sentinel + 1] = (uint8_t)writer->crypt;
    }
    bytes_free(&root);
}

void pst_writer_free(struct pst_writer *writer)
{
    bytes_free(&writer->file);
    bytes_free(&writer->nodes);
    bytes_free(&writer->blocks);
}
