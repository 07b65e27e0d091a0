/* The buffer slides: what a new view shares with the old one is moved, the rest is read. */
#include "worker/source.h"

#include <string.h>

int source_end(struct source *source)
{
    if (source->unsaid.end == 0)
        return 0;
    uint64_t length = source->unsaid.end - source->unsaid.start;
    source->unsaid.end = 0;
    return answer_unread(source->answer, source->file, source->unsaid.start, length, source->unsaid.reason.text);
}

void source_forget_bad(struct source *source, uint64_t offset)
{
    size_t gone = 0;
    while (gone < source->bad_count && source->bad[gone].end <= offset)
        gone++;
    source->bad_count -= gone;
    memmove(source->bad, source->bad + gone, source->bad_count * sizeof *source->bad);
}

static void remember_bad(struct source *source, uint64_t start, uint64_t end)
{
    if (source->bad_count > 0 && source->bad[source->bad_count - 1].end == start) {
        source->bad[source->bad_count - 1].end = end;
        return;
    }
    if (source->bad_count == SOURCE_BAD_MOST) {
        /* The oldest two lie before the buffer, both in the content that is at hand: as one they say the same of it. */
        source->bad[0].end = source->bad[1].end;
        source->bad_count--;
        memmove(source->bad + 1, source->bad + 2, (source->bad_count - 1) * sizeof *source->bad);
    }
    source->bad[source->bad_count].start = start;
    source->bad[source->bad_count++].end = end;
}

static int give_up(struct source *source, uint64_t start, uint64_t end, const char *reason)
{
    remember_bad(source, start, end);
    start = start > source->report_begin ? start : source->report_begin;
    end = end < source->report_end ? end : source->report_end;
    if (start >= end)
        return 0;
    if (source->unsaid.end != 0 && source->unsaid.end == start) {
        source->unsaid.end = end;
        return 0;
    }
    if (source_end(source) != 0)
        return -1;
    source->unsaid.start = start;
    source->unsaid.end = end;
    (void)fail(&source->unsaid.reason, "%s", reason);
    return 0;
}

/* Fills `length` bytes: where a read fails, piece by piece, with zeros for what stays unreadable. */
static int fill(struct source *source, uint64_t offset, uint8_t *buffer, size_t length)
{
    struct error error = {0};
    for (size_t at = 0; at < length;) {
        struct sb_extent extent;
        if (answer_alive(source->answer, source->answer->progress) != 0)
            return -1;
        source->extent(source->context, offset + at, &extent);
        size_t wanted = length - at < extent.length ? length - at : (size_t)extent.length;
        if (extent.kind != SB_DATA) {
            memset(buffer + at, 0, wanted);
            if (extent.kind == SB_LOST && give_up(source, offset + at, offset + at + wanted, extent.reason) != 0)
                return -1;
            at += wanted;
            continue;
        }
        int64_t got = source->read(source->context, offset + at, buffer + at, wanted, &error);
        if (got > 0 && (size_t)got <= wanted) {
            at += (size_t)got;
            continue;
        }
        uint64_t piece_end = ((offset + at) / SOURCE_PIECE + 1) * SOURCE_PIECE;
        size_t piece = piece_end - (offset + at) < wanted ? (size_t)(piece_end - (offset + at)) : wanted;
        got = source->read(source->context, offset + at, buffer + at, piece, &error);
        if (got <= 0) {
            memset(buffer + at, 0, piece);
            const char *reason =
                got < 0 && error.text[0] != '\0' ? error.text : "the evidence ends here, before its size";
            if (give_up(source, offset + at, offset + at + piece, reason) != 0)
                return -1;
            got = (int64_t)piece;
        }
        at += (size_t)got <= piece ? (size_t)got : piece;
    }
    return 0;
}

uint64_t source_hole(struct source *source, uint64_t offset)
{
    struct sb_extent extent;
    if (offset >= source->size)
        return 0;
    source->extent(source->context, offset, &extent);
    return extent.kind != SB_ZEROS ? 0 : extent.length < source->size - offset ? extent.length : source->size - offset;
}

const uint8_t *source_view(struct source *source, uint64_t offset, size_t length, size_t *available)
{
    *available = 0;
    if (offset >= source->size || length > SOURCE_BUFFER)
        return source->buffer;
    if (length > source->size - offset)
        length = (size_t)(source->size - offset);
    if (offset < source->start || offset + length > source->start + source->length) {
        size_t keep = 0;
        if (offset >= source->start && offset < source->start + source->length) {
            keep = source->length - (size_t)(offset - source->start);
            memmove(source->buffer, source->buffer + (offset - source->start), keep);
        }
        uint64_t want_end = offset + SOURCE_BUFFER;
        if (want_end > source->read_end)
            want_end = source->read_end > offset + length ? source->read_end : offset + length;
        if (want_end > source->size)
            want_end = source->size;
        size_t wanted = (size_t)(want_end - offset);
        source->start = offset;
        source->length = 0;
        if (fill(source, offset + keep, source->buffer + keep, wanted - keep) != 0)
            return NULL;
        source->length = wanted;
    }
    *available = length;
    return source->buffer + (offset - source->start);
}

bool source_bad(const struct source *source, uint64_t start, uint64_t end)
{
    for (size_t i = 0; i < source->bad_count; i++)
        if (source->bad[i].start < end && start < source->bad[i].end)
            return true;
    return false;
}

size_t source_peek(struct source *source, uint64_t offset, uint8_t *buffer, size_t length)
{
    if (offset >= source->size)
        return 0;
    if (length > source->size - offset)
        length = (size_t)(source->size - offset);
    if (offset >= source->start && offset + length <= source->start + source->length) {
        memcpy(buffer, source->buffer + (offset - source->start), length);
        return length;
    }
    int64_t got = source->read(source->context, offset, buffer, length, NULL);
    return got > 0 && (size_t)got <= length ? (size_t)got : 0;
}
