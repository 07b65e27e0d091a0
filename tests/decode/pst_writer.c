/* See pst_writer.h. Both trees have one page each. */
#include "pst_writer.h"

#include <string.h>
#include <zlib.h>

enum { FIRST = 0x4600, PAGE = 512, INTERNAL = 2 };

static void append_number(struct bytes *out, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes_append_char(out, (char)(number >> 8 * i));
}

static void append_zeros(struct bytes *out, size_t to)
{
    while (out->length < to)
        bytes_append_char(out, 0);
}

static size_t number_size(const struct pst_writer *writer)
{
    return writer->wide ? 8 : 4;
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

/* Hides the bytes: the permutation is turned round, the other way undoes itself. */
static void hide(struct pst_writer *writer, uint64_t number, uint8_t *data, size_t length)
{
    uint8_t shown[256];
    uint8_t hidden[256];
    if (writer->crypt != PST_PERMUTE) {
        pst_decrypt(writer->crypt, (uint32_t)number, data, length);
        return;
    }
    for (unsigned i = 0; i < 256; i++)
        shown[i] = (uint8_t)i;
    pst_decrypt(PST_PERMUTE, 0, shown, sizeof shown);
    for (unsigned i = 0; i < 256; i++)
        hidden[shown[i]] = (uint8_t)i;
    for (size_t i = 0; i < length; i++)
        data[i] = hidden[data[i]];
}

static uint64_t write_block(struct pst_writer *writer, const void *data, size_t length, unsigned internal)
{
    uint64_t number = writer->next | internal;
    size_t at = writer->file.length;
    size_t trailer = writer->wide ? 16 : 12;
    writer->next += 4;
    bytes_append(&writer->file, data, length);
    if (internal == 0)
        hide(writer, number, writer->file.data + at, length);
    append_zeros(&writer->file, at + (length + trailer + 63) / 64 * 64 - trailer);
    append_number(&writer->file, length, 2);
    append_number(&writer->file, mix(at, number), 2);
    uint32_t sum = checksum(writer->file.data + at, length);
    if (writer->wide)
        append_number(&writer->file, sum, 4);
    append_number(&writer->file, number, number_size(writer));
    if (!writer->wide)
        append_number(&writer->file, sum, 4);
    append_number(&writer->blocks, number, number_size(writer));
    append_number(&writer->blocks, at, number_size(writer));
    append_number(&writer->blocks, length, 2);
    append_number(&writer->blocks, 2, writer->wide ? 6 : 2);
    return number;
}

void pst_writer_begin(struct pst_writer *writer)
{
    append_zeros(&writer->file, FIRST);
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
        append_number(&list, numbers[i], number_size(writer));
    uint64_t number = write_block(writer, list.data, list.length, INTERNAL);
    bytes_free(&list);
    return number;
}

uint64_t pst_write_children(struct pst_writer *writer, const struct pst_node *children)
{
    struct bytes list = {0};
    size_t count = 0;
    while (children[count].number != 0)
        count++;
    append_number(&list, 2 | count << 16, number_size(writer));
    for (size_t i = 0; i < count; i++) {
        append_number(&list, children[i].number, number_size(writer));
        append_number(&list, children[i].data, number_size(writer));
        append_number(&list, children[i].children, number_size(writer));
    }
    uint64_t number = write_block(writer, list.data, list.length, INTERNAL);
    bytes_free(&list);
    return number;
}

/* A heap of one block: the header of the tree of properties, the properties, then their texts, one behind the other. */
uint64_t pst_write_properties(struct pst_writer *writer, const struct pst_property *properties, size_t count)
{
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
        append_number(&heap, writer->wide ? 0x1f : 0x1e, 2);
        append_number(&heap, (i + 3) << 5, 4);
    }
    for (size_t i = 0; i < count; i++) {
        append_number(&places, heap.length, 2);
        for (const char *c = properties[i].text; *c != '\0'; c++)
            append_number(&heap, (uint8_t)*c, writer->wide ? 2 : 1);
    }
    append_number(&places, heap.length, 2);
    size_t map = heap.length + heap.length % 2;
    append_zeros(&heap, map);
    heap.data[0] = (uint8_t)map;
    heap.data[1] = (uint8_t)(map >> 8);
    append_number(&heap, count + 2, 4);
    bytes_append(&heap, places.data, places.length);
    uint64_t number = write_block(writer, heap.data, heap.length, 0);
    bytes_free(&places);
    bytes_free(&heap);
    return number;
}

void pst_add_node(struct pst_writer *writer, struct pst_node node)
{
    append_number(&writer->nodes, node.number, number_size(writer));
    append_number(&writer->nodes, node.data, number_size(writer));
    append_number(&writer->nodes, node.children, number_size(writer));
    append_number(&writer->nodes, node.parent, number_size(writer));
}

void pst_forget_block(struct pst_writer *writer)
{
    writer->blocks.length -= writer->wide ? 24 : 12;
}

static uint64_t write_page(struct pst_writer *writer, const struct bytes *entries, size_t entry, unsigned type)
{
    size_t at = (writer->file.length + PAGE - 1) / PAGE * PAGE;
    size_t trailer = writer->wide ? 16 : 12;
    append_zeros(&writer->file, at);
    bytes_append(&writer->file, entries->data, entries->length);
    append_zeros(&writer->file, at + PAGE - trailer - (writer->wide ? 8 : 4));
    append_number(&writer->file, entries->length / entry | (uint64_t)entry << 16, writer->wide ? 8 : 4);
    append_number(&writer->file, type | type << 8, 2);
    append_zeros(&writer->file, at + PAGE);
    return at;
}

void pst_writer_end(struct pst_writer *writer)
{
    size_t size = number_size(writer);
    uint64_t nodes = write_page(writer, &writer->nodes, 4 * size, 0x81);
    uint64_t blocks = write_page(writer, &writer->blocks, writer->wide ? 24 : 12, 0x80);
    struct bytes root = {0};
    append_number(&root, writer->file.length, size);
    for (int i = 0; i < 3; i++)
        append_number(&root, 0, size);
    append_number(&root, 1, size);
    append_number(&root, nodes, size);
    append_number(&root, 2, size);
    append_number(&root, blocks, size);
    memcpy(writer->file.data, "!BDN\0\0\0\0SM\x17\0\x13\0\1\1", 16);
    writer->file.data[10] = writer->wide ? 23 : 14;
    memcpy(writer->file.data + (writer->wide ? 184 : 168), root.data, root.length);
    writer->file.data[writer->wide ? 512 : 460] = 0x80;
    writer->file.data[writer->wide ? 513 : 461] = (uint8_t)writer->crypt;
    bytes_free(&root);
}

void pst_writer_free(struct pst_writer *writer)
{
    bytes_free(&writer->file);
    bytes_free(&writer->nodes);
    bytes_free(&writer->blocks);
}
