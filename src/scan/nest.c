/* Containers within containers: runs decoders, keeps their budgets, and scans what they hand out one depth deeper.
 * Decoded bytes pass through a window; when it is full its first half is scanned, with the second half in sight, and
 * moved on. */
#include "scan/engine.h"

#include <stdlib.h>
#include <string.h>

static const char stopped_depth[] = "decoding stopped: depth";
static const char stopped_output[] = "decoding stopped: output budget";
static const char stopped_stream[] = "decoding stopped: stream budget";
static const char stopped_ratio[] = "decoding stopped: ratio";
static const char stopped_input[] = "decoding stopped: input budget";
static const char is_encrypted[] = "encrypted";
static const char is_unknown[] = "method not supported";
static const char is_too_large[] = "more memory needed than a worker may use";

enum { RATIO_FREE = 16 * 1024 * 1024 }; /* decoded bytes before the ratio counts */

enum { INPUT_LEAP = 512 }; /* bytes of a view that a decoder looks at which then goes elsewhere */

const char *const sb_note_reasons[] = {stopped_depth, stopped_output, stopped_stream, stopped_ratio, stopped_input,
                                       is_encrypted,  is_unknown,     is_too_large,   NULL};

static int write_level(struct sb_output *output, const uint8_t *data, size_t length);
static int begin_member(struct sb_output *output, const char *name, size_t length);
static void mark_level(struct sb_output *output, size_t length);

struct level *level_at(struct sb_scanner *scanner, unsigned depth)
{
    if (scanner->levels[depth] == NULL) {
        struct level *level = calloc(1, sizeof *level);
        if (level == NULL) {
            scanner->status = -1;
            return NULL;
        }
        level->output = (struct sb_output){write_level, begin_member, mark_level};
        level->scanner = scanner;
        level->depth = depth;
        scanner->levels[depth] = level;
    }
    return scanner->levels[depth];
}

void level_free(struct level *level)
{
    if (level == NULL)
        return;
    free(level->buffer);
    free(level->wide);
    bytes_free(&level->payloads);
    bytes_free(&level->marks);
    free(level);
}

enum { MARK_NEAR = 2 }; /* bytes in front of a match that decide whether it stands alone */

/* The first mark of a level that ends at `from` or behind it. */
static size_t first_mark(const struct level *level, uint64_t from)
{
    const struct mark *marks = (const struct mark *)(const void *)level->marks.data;
    size_t low = 0;
    for (size_t high = level->marks.length / sizeof *marks; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (marks[middle].end < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool touches_mark(const struct sb_scanner *scanner, unsigned depth, uint64_t begin, uint64_t end)
{
    const struct level *level = scanner->levels[depth];
    if (depth == 0 || !level->marked)
        return true;
    const struct mark *marks = (const struct mark *)(const void *)level->marks.data;
    if (level->parted && end != UINT64_MAX) { /* what ends beside one, or begins so, does not count */
        begin++;
        end--;
    } else {
        begin -= begin < MARK_NEAR ? begin : MARK_NEAR;
    }
    size_t next = first_mark(level, begin);
    return next < level->marks.length / sizeof *marks && marks[next].begin <= end;
}

static void mark_level(struct sb_output *output, size_t length)
{
    struct level *level = (struct level *)(void *)output;
    uint64_t begin = level->offset + level->length;
    struct mark mark = {begin, begin + length};
    level->marked = true;
    bytes_append(&level->marks, &mark, sizeof mark);
    if (level->marks.failed)
        level->scanner->status = -1;
}

static void forget_marks(struct level *level)
{
    size_t gone = first_mark(level, level->offset) * sizeof(struct mark);
    memmove(level->marks.data, level->marks.data + gone, level->marks.length - gone);
    level->marks.length -= gone;
}

/* Scans what the level owns: all of it at the stream's end, else the first half, and makes room. */
static void scan_level(struct level *level, bool last)
{
    size_t own_end = last ? level->length : level->length / 2;
    scan_view(level->scanner, &(struct view){
                                  .text = {level->buffer, level->length},
                                  .own_begin = level->own_begin,
                                  .own_end = own_end,
                                  .offset = level->offset,
                                  .depth = level->depth,
                                  .hits = level->hits,
                              });
    struct sb_scanner *scanner = level->scanner;
    if (last)
        return;
    if (scanner->status == 0 && scanner->sink->alive != NULL)
        scanner->status = scanner->sink->alive(scanner->sink->context);
    size_t gone = own_end - SB_MARGIN;
    memmove(level->buffer, level->buffer + gone, level->length - gone);
    level->length -= gone;
    level->offset += gone;
    level->own_begin = SB_MARGIN;
    if (level->marked)
        forget_marks(level);
}

/* Makes room for more bytes. False when none can be had. */
static bool make_room(struct level *level)
{
    size_t most = level->depth == 1 ? WINDOW_FIRST : WINDOW_DEEPER;
    if (level->length < level->capacity)
        return true;
    if (level->capacity >= most) {
        scan_level(level, false);
        return level->scanner->status == 0;
    }
    size_t capacity = level->capacity == 0 ? WINDOW_SMALLEST : level->capacity * 2;
    uint8_t *buffer = realloc(level->buffer, capacity);
    if (buffer == NULL) {
        level->scanner->status = -1;
        return false;
    }
    level->buffer = buffer;
    level->capacity = capacity;
    return true;
}

/* How many bytes the budgets still allow; says why if none. */
static size_t allowance(struct level *level, size_t wanted)
{
    const struct sb_scanner *scanner = level->scanner;
    const struct sb_scan_options *limits = &scanner->options;
    uint64_t most = budget_output_left(scanner);
    const char *reason = stopped_output;
    uint64_t stream = limits->stream_bytes > level->written ? limits->stream_bytes - level->written : 0;
    if (stream < most) {
        most = stream;
        reason = stopped_stream;
    }
    uint64_t ratio;
    if (__builtin_mul_overflow(level->feed->seen, (uint64_t)limits->ratio, &ratio))
        ratio = UINT64_MAX;
    ratio = ratio < RATIO_FREE ? RATIO_FREE : ratio;
    ratio = ratio > level->written ? ratio - level->written : 0;
    if (ratio < most) {
        most = ratio;
        reason = stopped_ratio;
    }
    if (most == 0)
        level->stopped = reason;
    return most < wanted ? (size_t)most : wanted;
}

static int write_level(struct sb_output *output, const uint8_t *data, size_t length)
{
    struct level *level = (struct level *)(void *)output;
    while (length > 0) {
        size_t step = allowance(level, length);
        if (step == 0 || level->scanner->status != 0 || !make_room(level))
            return 1;
        size_t room = level->capacity - level->length;
        step = step < room ? step : room;
        memcpy(level->buffer + level->length, data, step);
        level->length += step;
        level->written += step;
        level->scanner->decoded += step;
        level->scanner->share.output += step;
        data += step;
        length -= step;
    }
    return 0;
}

/* Empties the level for a stream that begins: the container's first or another one. */
static void begin_stream(struct level *level)
{
    level->length = 0;
    level->own_begin = 0;
    level->offset = 0;
    level->skip = 0;
    level->skip_base64 = 0;
    level->skip_wide = 0;
    bytes_clear(&level->marks);
    level->skip_once = 0;
}

/* Budgets are the container's, whatever number of streams it has. */
static int begin_member(struct sb_output *output, const char *name, size_t length)
{
    struct level *level = (struct level *)(void *)output;
    struct sb_scanner *scanner = level->scanner;
    if (level->length > level->own_begin && scanner->status == 0)
        scan_level(level, true);
    begin_stream(level);
    name_path(level, name, length);
    return scanner->status != 0;
}

/* Counts a view that begins at `offset`. Of one, little is looked at; all of it when the next one goes on where it
 * ended, or a little behind. */
static void count_view(struct feed *feed, uint64_t offset, size_t available)
{
    struct share *share = &feed->scanner->share;
    uint64_t on = offset > feed->high ? offset - feed->high : 0; /* so far the decoder got on */
    if (feed->view->depth == 0)
        share->passed += on <= feed->last + INPUT_LEAP ? on : INPUT_LEAP;
    feed->high += on;
    uint64_t looked = offset >= feed->next && offset - feed->next < INPUT_LEAP ? feed->last : 0;
    looked += available < INPUT_LEAP ? available : INPUT_LEAP;
    share->input += looked;
    feed->scanner->shown += looked;
    feed->last = available;
    feed->next = offset + available;
}

static const uint8_t *view_feed(struct sb_input *input, uint64_t offset, size_t *available)
{
    struct feed *feed = (struct feed *)(void *)input;
    struct sb_scanner *scanner = feed->scanner;
    uint64_t at;
    *available = 0;
    if (__builtin_add_overflow(feed->begin, offset, &at))
        return NULL;
    if (budget_input_spent(scanner)) {
        feed->starved = true;
        return NULL;
    }
    const uint8_t *data = NULL;
    size_t most = feed->view->depth == 0 ? budget_view(scanner) : VIEW_PIECE;
    if (at < feed->end) {
        size_t rest = feed->end - (size_t)at;
        *available = rest < most ? rest : most;
        data = feed->view->text.data + at;
    } else if (feed->view->stream != NULL) {
        if (scanner->read_buffer == NULL)
            scanner->read_buffer = malloc(VIEW_PIECE);
        uint64_t place;
        const struct sb_stream *stream = feed->view->stream;
        if (scanner->read_buffer == NULL || __builtin_add_overflow(feed->view->offset, at, &place) ||
            place >= stream->size)
            return NULL;
        *available = stream->read(stream->context, place, scanner->read_buffer, most);
        data = *available == 0 ? NULL : scanner->read_buffer;
    }
    uint64_t seen;
    if (data != NULL && !__builtin_add_overflow(offset, *available, &seen) && seen > feed->seen)
        feed->seen = seen;
    count_view(feed, offset, *available);
    return data;
}

/* Notes that the container of this level was not decoded to its end. */
static void note(struct sb_scanner *scanner, unsigned depth, uint64_t offset, const char *reason)
{
    if (reason == stopped_output || reason == stopped_input) {
        if (scanner->share.spent)
            return; /* said once of what lies in one container */
        scanner->share.spent = true;
    }
    char path[SB_PATH_MAX];
    write_path(scanner, depth, offset, path);
    if (scanner->status == 0 && scanner->sink->note != NULL)
        scanner->status =
            scanner->sink->note(scanner->sink->context, depth == 0 ? offset : scanner->root, path, reason);
}

/* Where in the stream of the view's depth its byte `at` stands; in narrowed text, where its first unit does. */
static uint64_t place_of(const struct view *view, size_t at, const struct view **data)
{
    *data = view;
    if (view->wide == NULL)
        return view->offset + at;
    const struct wide_run *run = run_at(view->wide, at);
    *data = view->around;
    return view->around->offset + run->data + 2 * (at - run->text);
}

/* How many bytes of the unit a place at depth 0 has before it, in whatever streams they were. */
static uint64_t place_in_unit(const struct sb_scanner *scanner, const struct view *data, uint64_t place)
{
    uint64_t begin = data->offset + data->own_begin;
    return scanner->scanned + (place > begin ? place - begin : 0);
}

static bool owns(const struct view *data, uint64_t place)
{
    return place >= data->offset + data->own_begin && place < data->offset + data->own_end;
}

/* Of a long run in UTF-16, neighbouring pieces see some of each other. (Of a run of base64 they continue what was
 * begun.) */
static bool piece_owns(const struct view *view, size_t at, bool base64)
{
    const struct wide_run *run = view->wide == NULL || base64 ? NULL : run_at(view->wide, at);
    return run == NULL || (at >= run->own_begin && at < run->own_end);
}

/* The first row in the table that has the decoder's name: some have several beginnings. */
static unsigned row_of(const struct sb_decoder *decoder)
{
    unsigned row = 0;
    while (row < COST_DECODERS - 1 && strcmp(sb_decoders[row]->name, decoder->name) != 0)
        row++;
    return row;
}

static bool sniff(struct sb_scanner *scanner, const struct text *text, size_t at, const struct sb_decoder *decoder,
                  struct sb_container *container)
{
    unsigned before = scanner->costs == NULL ? 0 : cost_begin(scanner->costs, COST_SNIFF + row_of(decoder));
    bool found = decoder->sniff(text->data, text->length, at, container);
    cost_end(scanner->costs, before, found);
    return found;
}

void open_container(struct sb_scanner *scanner, const struct view *view, size_t at, const struct sb_decoder *decoder)
{
    const struct view *data;
    uint64_t place = place_of(view, at, &data);
    unsigned depth = data->depth;
    struct level *outer = scanner->levels[depth];
    bool base64 = decoder->literal == NULL;
    struct sb_container container = {.label_length = 0};
    /* Narrowed text was gathered outside of payloads; those behind it have been read by now. */
    uint64_t *skip_base64 = view->wide == NULL ? &outer->skip_base64 : &outer->skip_wide;
    if (!owns(data, place) || !piece_owns(view, at, base64) || (view->wide == NULL && place < outer->skip) ||
        (base64 && place < *skip_base64) || (decoder->once && place < outer->skip_once) ||
        !sniff(scanner, &view->text, at, decoder, &container))
        return;
    if (container.before > 0 && container.before <= at) {
        at -= container.before;
        place = place_of(view, at, &data);
    }
    if (!touches_mark(scanner, depth, place, UINT64_MAX))
        return; /* it was opened where it stands as it is */
    if (depth == 0)
        scanner->root = place;
    if (depth >= scanner->options.depth) {
        note(scanner, depth, place, stopped_depth);
        return;
    }
    if (depth == 0)
        budget_open(scanner, place_in_unit(scanner, data, place));
    if (scanner->share.spent)
        return;
    if (budget_input_spent(scanner)) {
        note(scanner, depth, place, stopped_input);
        return;
    }
    struct level *inner = level_at(scanner, depth + 1);
    if (inner == NULL)
        return;
    struct feed feed = {.input = {view_feed}, .scanner = scanner, .view = view, .begin = at, .end = view->text.length};
    char path[SB_PATH_MAX];
    write_path(scanner, depth, place, path);
    begin_path(inner, path, decoder, &container);
    begin_stream(inner);
    inner->feed = &feed;
    inner->written = 0;
    inner->stopped = NULL;
    inner->marked = false;
    inner->parted = decoder->parts;

    uint64_t consumed = 0;
    unsigned before = scanner->costs == NULL ? 0 : cost_begin(scanner->costs, COST_DECODE + row_of(decoder));
    enum sb_decode_result result = decoder->decode(&container, &feed.input, &inner->output, &consumed);
    cost_end(scanner->costs, before, result == SB_DECODE_DONE);
    if (inner->length > inner->own_begin && scanner->status == 0)
        scan_level(inner, true);
    if (result == SB_DECODE_NO_MEMORY && scanner->status == 0)
        scanner->status = -1;
    if (depth == 0)
        budget_close(scanner, consumed < feed.seen ? consumed : feed.seen);
    if (scanner->status != 0)
        return;
    if (feed.starved)
        note(scanner, depth, place, stopped_input);
    else if (result == SB_DECODE_STOPPED && inner->stopped != NULL)
        note(scanner, depth, place, inner->stopped);
    else if (result == SB_DECODE_ENCRYPTED)
        note(scanner, depth, place, is_encrypted);
    else if (result == SB_DECODE_UNKNOWN)
        note(scanner, depth, place, is_unknown);
    else if (result == SB_DECODE_TOO_LARGE)
        note(scanner, depth, place, is_too_large);

    /* A payload decoded to its end is not looked at again. One that broke may have been overwritten where it broke, so
     * its bytes are; but a run of base64 is not sniffed again at each of its lines. */
    uint64_t length = view->wide == NULL ? consumed : consumed * 2;
    uint64_t end;
    if (__builtin_add_overflow(place, length, &end))
        return;
    if (decoder->consumes && result == SB_DECODE_DONE && view->wide == NULL && end > outer->skip) {
        struct payload payload = {place + container.skip, end};
        if (!base64) /* whose bytes are text that someone may look for */
            bytes_append(&outer->payloads, &payload, sizeof payload);
        outer->skip = end;
    }
    if (decoder->once && view->wide == NULL && end > outer->skip_once)
        outer->skip_once = end;
    if (base64 && end > *skip_base64)
        *skip_base64 = end;
}
