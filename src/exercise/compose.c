/* From values to the bytes that carry them. Lengths follow from the place: a resident file is small, a compressed one
 * large, a fragmented one so long that a value (or its container) crosses from one cluster to another. */
#include <string.h>

#include "exercise/escape.h"
#include "exercise/plan.h"

enum { HOST_TAIL = 300, RESIDENT_MAX = 480, FILE_MIN = 1200, COMPRESSED_MIN = 40000, TRIES = 12 };

/* Sentences in the middle of `padding` bytes of prose. */
static void write_text(struct bytes *out, const struct carrier *carrier, struct random *random, size_t padding)
{
    size_t at;
    if (padding > 0)
        write_prose(out, random, padding / 2);
    bytes_append_char(out, '\n');
    for (unsigned i = 0; i < carrier->item_count; i++) {
        write_sentence(out, random, carrier->items[i].kind, carrier->items[i].text, &at);
        if (padding > 0)
            write_prose(out, random, 40);
        bytes_append_char(out, '\n');
    }
    if (padding > 0)
        write_prose(out, random, padding / 2);
}

/* Places the middle of each value's text on the boundary between two clusters. */
static void write_across_clusters(struct bytes *out, const struct carrier *carrier, struct random *random,
                                  unsigned cluster)
{
    unsigned unit = carrier->encoding == SB_UTF8 ? 1 : 2;
    for (unsigned i = 0; i < carrier->item_count; i++) {
        struct bytes sentence = {0};
        size_t at, boundary = ((size_t)cluster * (i + 1) - carrier->odd) / unit;
        write_sentence(&sentence, random, carrier->items[i].kind, carrier->items[i].text, &at);
        size_t before = at + strlen(carrier->items[i].text) / 2;
        /* a text longer than a cluster begins where the last one ended */
        size_t begin = boundary > before + out->length + 16 ? boundary - before : out->length + 16;
        write_prose(out, random, begin - out->length + 16);
        out->length = begin - 1;
        bytes_append_char(out, '\n');
        bytes_append(out, sentence.data, sentence.length);
        bytes_free(&sentence);
    }
    write_prose(out, random, cluster / unit);
}

static int compose_once(struct carrier *carrier, const struct volume_plan *volume, struct random *random,
                        size_t padding)
{
    struct bytes text = {0};
    bytes_clear(&carrier->content);
    bool bare = strcmp(carrier->container, "plain") == 0 ||
                (is_notation(carrier->container) && innermost(carrier->container) == carrier->container);
    if (carrier->place == IN_FRAGMENTS && bare)
        write_across_clusters(&text, carrier, random, volume->cluster);
    else
        write_text(&text, carrier, random, padding);
    encode_text(&carrier->content, &text, carrier->encoding, carrier->odd);
    carrier->content.failed |= text.failed;
    bytes_free(&text);
    return wrap(&carrier->content, carrier->container, random);
}

int compose_carrier(struct carrier *carrier, const struct volume_plan *volume, struct random *random)
{
    size_t least = FILE_MIN, most = 1 << 20, padding = 200;
    switch (carrier->place) {
    case IN_RESIDENT:
        least = 0, most = RESIDENT_MAX, padding = 0;
        break;
    case IN_SLACK:
        least = 0, most = volume->cluster - HOST_TAIL - 64, padding = 0;
        break;
    case IN_COMPRESSED:
        least = COMPRESSED_MIN, padding = COMPRESSED_MIN / 2;
        break;
    case IN_FRAGMENTS:
        least = volume->cluster * 5 / 2, padding = volume->cluster * 3;
        break;
    default:
        break;
    }
    for (unsigned attempt = 0; attempt < TRIES; attempt++, padding *= 2) {
        if (compose_once(carrier, volume, random, padding) != 0)
            return -1;
        if (carrier->content.length >= least)
            break;
    }
    if (carrier->content.length > most) { /* too large for its place */
        carrier->place = carrier->place == IN_SLACK ? IN_FREE : IN_FILE;
        return compose_carrier(carrier, volume, random);
    }
    if (carrier->place == IN_SLACK || carrier->place == IN_STREAM) {
        size_t length = carrier->place == IN_SLACK ? volume->cluster + HOST_TAIL : FILE_MIN;
        write_prose(&carrier->host, random, length);
        carrier->host.length = length;
        for (size_t i = length - 24; i < length; i++) /* a mark to find the end by */
            carrier->host.data[i] = (uint8_t)('a' + random_below(random, 26));
    }
    return carrier->host.failed ? -1 : 0;
}
