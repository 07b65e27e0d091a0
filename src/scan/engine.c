/* The engine: runs the first stage over a view and brings each anchor to those who may know what begins there. */
#include "scan/engine.h"

#include "base/digest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* How far one recogniser has come: anchors before `next` and matches that begin before `taken` are none. */
struct progress {
    size_t next;  /* behind what it looked at */
    size_t taken; /* behind its last match, or what it set aside as a whole */
};

/* Calls a recogniser, with match->end set, and reports what it finds. */
static bool try_recogniser(struct sb_scanner *scanner, const struct view *view, size_t recogniser, size_t at,
                           struct progress *seen)
{
    struct match *match = &scanner->match;
    struct progress *progress = &seen[recogniser];
    if (at < progress->next)
        return false;
    match->length = 0;
    unsigned before = cost_begin(scanner->costs, COST_VERIFY + (unsigned)recogniser);
    bool found = recognisers[recogniser].verify(&view->text, at, match);
    cost_end(scanner->costs, before, found);
    progress->next = match->end > at ? match->end : at + 1;
    size_t taken = progress->taken;
    if (found || match->end > at + 1)
        progress->taken = progress->next;
    if (found && match->begin >= taken)
        report(scanner, view, recognisers[recogniser].kind);
    return found;
}

/* A mail address was found at the anchor: may it be more than that? */
static void try_after_mail(struct sb_scanner *scanner, const struct view *view, size_t at, struct progress *seen)
{
    struct match *match = &scanner->match;
    size_t begin = match->begin;
    size_t end = match->end;
    for (uint64_t rest = scanner->after_mail; rest != 0; rest &= rest - 1) {
        match->begin = begin;
        match->end = end;
        (void)try_recogniser(scanner, view, (size_t)__builtin_ctzll(rest), at, seen);
    }
}

/* All literals of which the bytes at their anchor stand at `anchor`. */
static void try_literals(struct sb_scanner *scanner, const struct view *view, size_t anchor, struct progress *seen)
{
    const struct text *text = &view->text;
    uint64_t rest = ~0ULL;
    for (size_t i = 0; i < STARTER_BYTES; i++)
        rest &= scanner->starters_of[i][byte_at(text, anchor + i)];
    for (; rest != 0; rest &= rest - 1) {
        const struct starter *starter = &scanner->starters[__builtin_ctzll(rest)];
        const struct literal *literal = &starter->literal;
        size_t at = anchor - literal->anchor;
        const char *here = (const char *)text->data + at;
        if (anchor < literal->anchor || text->length - at < literal->length ||
            (literal->any_case ? strncasecmp(here, literal->text, literal->length)
                               : memcmp(here, literal->text, literal->length)) != 0)
            continue;
        if (starter->decoder == NULL) {
            scanner->match.end = at + 1;
            (void)try_recogniser(scanner, view, starter->recogniser, at, seen);
        } else if (at >= starter->container_offset && (view->wide == NULL || starter->decoder->text)) {
            open_container(scanner, view, at - starter->container_offset, starter->decoder);
        }
    }
}

/* Could the name before the slash at `at` be that of a messenger's site, by the letter before its last dot? */
static bool may_be_messenger(const struct text *text, size_t at)
{
    uint8_t last = to_lower(byte_at(text, at - (byte_at(text, at - 3) == '.' ? 4 : 5)));
    return last == 't' || last == 'm' || last == 'a' || last == 'p' || last == 'd';
}

/* All that may begin at one byte. */
static void try_anchor(struct sb_scanner *scanner, const struct view *view, size_t at, unsigned shapes,
                       struct progress *seen)
{
    uint64_t called = 0;
    for (unsigned rest = shapes; rest != 0; rest &= rest - 1)
        called |= scanner->called[__builtin_ctz(rest)];
    if (shapes >> SHAPE_HOST & 1 && !may_be_messenger(&view->text, at))
        called &= ~scanner->messengers;
    called &= scanner->first[view->text.data[at]] & scanner->before[byte_at(&view->text, at - 1)];
    for (; called != 0; called &= called - 1) {
        size_t recogniser = (size_t)__builtin_ctzll(called);
        scanner->match.end = at + 1;
        if (try_recogniser(scanner, view, recogniser, at, seen) && recognisers[recogniser].kind == SB_EMAIL)
            try_after_mail(scanner, view, at, seen);
    }
    if (shapes >> SHAPE_LITERAL & 1)
        try_literals(scanner, view, at, seen);
    if (shapes >> SHAPE_BASE64 & 1) {
        for (size_t i = 0; i < scanner->run_count; i++)
            open_container(scanner, view, at, scanner->runs[i]);
    }
}

void scan_view(struct sb_scanner *scanner, const struct view *view)
{
    const struct text *text = &view->text;
    struct level *level = level_at(scanner, view->depth);
    if (level == NULL)
        return;
    unsigned outer = cost_begin(scanner->costs, COST_OTHER);
    struct progress seen[RECOGNISER_COUNT] = {{0, 0}};
    scanner->hidden.data = NULL; /* the same buffer may hold other bytes now */
    size_t wide_end = 0;
    if (view->wide == NULL) {
        struct payload before = {0, level->skip};
        bytes_clear(&level->payloads);
        bytes_append(&level->payloads, &before, sizeof before);
    }
    /* Starting a margin early, so that matches overlapping the first owned one are settled as they were for whoever
     * owns them. */
    size_t at = view->own_begin > SB_MARGIN ? (view->own_begin - SB_MARGIN) / BLOCK * BLOCK : 0;
    size_t stop = text->length - view->own_end > LOOKAHEAD ? view->own_end + LOOKAHEAD : text->length;
    while (at < stop && scanner->status == 0) {
        /* Within a container's payload there is nothing to find: on to the block its end is in. */
        if (view->wide == NULL && level->skip > view->offset + at + BLOCK) {
            uint64_t skip = level->skip - view->offset;
            if (skip >= stop)
                break;
            at = (size_t)skip / BLOCK * BLOCK;
        }
        size_t blocks = (stop - at + BLOCK - 1) / BLOCK;
        blocks = blocks < BATCH ? blocks : BATCH;
        unsigned before = cost_begin(scanner->costs, COST_FIRST_STAGE);
        size_t count = scanner->classifier->find(scanner->classifier, text->data, text->length, at, blocks, view->hits);
        cost_end(scanner->costs, before, false);
        for (size_t h = 0; h < count; h++) {
            const struct hit *hit = &view->hits[h];
            for (uint64_t any = hit->any; any != 0 && scanner->status == 0; any &= any - 1) {
                unsigned bit = (unsigned)__builtin_ctzll(any);
                size_t place = hit->at + bit;
                if (view->wide == NULL && view->offset + place < level->skip)
                    continue;
                unsigned shapes = 0;
                for (unsigned rest = hit->present; rest != 0; rest &= rest - 1) {
                    unsigned shape = (unsigned)__builtin_ctz(rest);
                    shapes |= (unsigned)(hit->shape[shape] >> bit & 1) << shape;
                }
                if (shapes >> SHAPE_WIDE & 1 && view->wide == NULL && place >= wide_end) {
                    before = cost_begin(scanner->costs, COST_NARROW);
                    wide_end = collect_wide(scanner, view, place);
                    cost_end(scanner->costs, before, true);
                }
                if (shapes & ~(1U << SHAPE_WIDE))
                    try_anchor(scanner, view, place, shapes, seen);
            }
        }
        at += blocks * BLOCK;
    }
    if (view->wide == NULL)
        flush_wide(scanner, view);
    if (view->wide == NULL && scanner->options.terms != NULL)
        scan_terms(scanner, view);
    cost_end(scanner->costs, outer, false);
}

const struct wide_run *run_at(const struct wide *wide, size_t at)
{
    size_t low = 0;
    for (size_t high = wide->count; high - low > 1;) {
        size_t middle = low + (high - low) / 2;
        *(wide->runs[middle].text <= at ? &low : &high) = middle;
    }
    return &wide->runs[low];
}

/* Hands the match over, if this view owns it. */
void report(struct sb_scanner *scanner, const struct view *view, enum sb_kind kind)
{
    const struct match *match = &scanner->match;
    const struct view *data = view;
    size_t begin = match->begin;
    size_t end = match->end;
    enum sb_encoding encoding = SB_UTF8;
    if (view->wide != NULL) {
        const struct wide_run *run = run_at(view->wide, begin);
        if (begin < run->own_begin || begin >= run->own_end)
            return;
        data = view->around;
        encoding = run->big_endian ? SB_UTF16BE : SB_UTF16LE;
        end = run->data + 2 * (end - run->text);
        begin = run->data + 2 * (begin - run->text);
    }
    if (begin < data->own_begin || begin >= data->own_end)
        return;
    report_place(scanner, data, &(struct place){kind, match->value, match->length, begin, end, encoding});
}

static void hand_over(struct sb_scanner *scanner, const struct view *view, const struct place *place)
{
    char path[SB_PATH_MAX];
    write_path(scanner, view->depth, view->offset + place->begin, path);
    bytes_clear(&scanner->context);
    enum secrecy secrecy = HIDE_PASSWORDS;
    if (place->kind == SB_SEED)
        secrecy = HIDE_MATCH;
    else if (place->kind == SB_MRZ || place->kind == SB_NATIONAL_ID)
        secrecy = HIDE_PAPERS;
    write_context(&view->text, place->begin, place->end, place->encoding, secrecy, &scanner->hidden, &scanner->context);
    if (scanner->context.failed) {
        scanner->status = -1;
        return;
    }
    struct sb_sighting sighting = {
        .kind = place->kind,
        .value = place->value,
        .value_length = place->length,
        .offset = view->depth == 0 ? view->offset + place->begin : scanner->root,
        .length = view->depth == 0 ? place->end - place->begin : 0,
        .path = path,
        .encoding = place->encoding,
        .context = bytes_text(&scanner->context),
        .context_length = scanner->context.length,
    };
    scanner->status = scanner->sink->sighting(scanner->sink->context, &sighting);
}

void report_place(struct sb_scanner *scanner, const struct view *view, const struct place *place)
{
    if (!touches_mark(scanner, view->depth, view->offset + place->begin, view->offset + place->end))
        return;
    unsigned before = cost_begin(scanner->costs, COST_REPORT);
    hand_over(scanner, view, place);
    cost_end(scanner->costs, before, true);
}

int sb_scan_chunk(struct sb_scanner *scanner, const struct sb_stream *stream, const struct sb_chunk *chunk,
                  const struct sb_sink *sink)
{
    struct level *level = level_at(scanner, 0);
    if (level == NULL)
        return -1;
    size_t own_end = chunk->own_end < chunk->length ? chunk->own_end : chunk->length;
    if (chunk->own_begin >= own_end)
        return 0;
    if (chunk->offset + chunk->own_begin != scanner->next)
        level->skip = level->skip_base64 = level->skip_wide = level->skip_once =
            0; /* not the continuation of the chunk before */
    scanner->next = chunk->offset + own_end;
    scanner->sink = sink;
    scanner->status = 0;
    scan_view(scanner, &(struct view){
                           .text = {.data = chunk->data, .length = chunk->length},
                           .own_begin = chunk->own_begin,
                           .own_end = own_end,
                           .offset = chunk->offset,
                           .stream = stream,
                           .hits = level->hits,
                       });
    scanner->scanned += own_end - chunk->own_begin;
    return scanner->status;
}

int sb_scan_seam(struct sb_scanner *scanner, const struct sb_chunk *chunk, const struct sb_sink *sink)
{
    if (level_at(scanner, 0) == NULL)
        return -1;
    if (scanner->options.terms == NULL || chunk->own_begin >= chunk->own_end || chunk->own_end > chunk->length)
        return 0;
    bytes_clear(&scanner->levels[0]->payloads);
    scanner->sink = sink;
    scanner->status = 0;
    scan_terms(scanner, &(struct view){
                            .text = {chunk->data, chunk->length},
                            .own_begin = chunk->own_begin,
                            .own_end = chunk->own_end,
                            .offset = chunk->offset,
                            .seam = chunk->own_end,
                        });
    return scanner->status;
}

static void add_starter(struct sb_scanner *scanner, const struct starter *starter)
{
    assert(scanner->starter_count < STARTERS_MAX); /* the tables have more rows than there are bits */
    uint64_t bit = 1ULL << scanner->starter_count;
    const struct literal *literal = &starter->literal;
    for (size_t i = 0; i < STARTER_BYTES; i++) {
        for (unsigned any = 0; any < 256 && literal->anchor + i >= literal->length; any++)
            scanner->starters_of[i][any] |= bit; /* behind the literal's end */
        if (literal->anchor + i >= literal->length)
            break;
        uint8_t byte = (uint8_t)literal->text[literal->anchor + i];
        bool letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
        scanner->starters_of[i][byte] |= bit;
        if (literal->any_case && letter)
            scanner->starters_of[i][byte ^ 0x20] |= bit;
    }
    scanner->starters[scanner->starter_count++] = *starter;
}

_Static_assert(STARTERS_MAX <= 64, "one bit each in scanner->starters_of");

_Static_assert(RECOGNISER_COUNT <= 64, "one bit each in scanner->called");

/* Brings together the literals of recognisers and decoders, and who is called at each shape. */
static void collect_starters(struct sb_scanner *scanner)
{
    for (size_t i = 0; i < RECOGNISER_COUNT && !scanner->options.terms_only; i++) {
        if (recognisers[i].literal.text != NULL)
            add_starter(scanner, &(struct starter){.literal = recognisers[i].literal, .recogniser = i});
        for (unsigned shape = 0; shape < SHAPE_COUNT; shape++)
            scanner->called[shape] |= (uint64_t)(recognisers[i].shapes >> shape & 1) << i;
        scanner->after_mail |= (uint64_t)recognisers[i].after_mail << i;
        scanner->messengers |= (uint64_t)recognisers[i].messenger << i;
        for (unsigned byte = 0; byte < 256; byte++) {
            const char *first = recognisers[i].first;
            const char *before = recognisers[i].before;
            scanner->first[byte] |= (uint64_t)(first == NULL || strchr(first, (int)byte) != NULL) << i;
            scanner->before[byte] |=
                (uint64_t)(before == NULL || !is_alnum((uint8_t)byte) || strchr(before, (int)byte) != NULL) << i;
        }
    }
    for (const struct sb_decoder *const *decoder = sb_decoders; *decoder != NULL; decoder++) {
        if ((*decoder)->literal == NULL && scanner->run_count < DECODERS_MAX)
            scanner->runs[scanner->run_count++] = *decoder;
        if ((*decoder)->literal != NULL)
            add_starter(scanner, &(struct starter){.literal = {(*decoder)->literal, (*decoder)->literal_length,
                                                               (*decoder)->any_case, (*decoder)->literal_anchor},
                                                   .container_offset = (*decoder)->literal_offset,
                                                   .decoder = *decoder});
    }
}

struct sb_scanner *sb_scanner_new(const struct sb_scan_options *options, struct error *error)
{
    struct sb_scanner *scanner = calloc(1, sizeof *scanner);
    if (scanner != NULL)
        scanner->classifier = aligned_alloc(_Alignof(struct classifier), sizeof(struct classifier));
    if (scanner == NULL || scanner->classifier == NULL) {
        sb_scanner_free(scanner);
        (void)fail(error, "no memory for a scanner");
        return NULL;
    }
    scanner->options = *options;
    struct sb_scan_options *limits = &scanner->options;
    limits->depth = limits->depth == 0 ? 8 : limits->depth < DEPTH_LIMIT ? limits->depth : DEPTH_LIMIT;
    limits->output_bytes = limits->output_bytes == 0 ? 4ULL << 30 : limits->output_bytes;
    limits->stream_bytes = limits->stream_bytes == 0 ? 1ULL << 30 : limits->stream_bytes;
    limits->ratio = limits->ratio == 0 ? 250 : limits->ratio;
    budget_start(scanner);
    collect_starters(scanner);
    struct literal literals[STARTERS_MAX];
    for (size_t i = 0; i < scanner->starter_count; i++)
        literals[i] = scanner->starters[i].literal;
    classifier_prepare(scanner->classifier, literals, scanner->starter_count, (int)limits->path);
    return scanner;
}

void sb_scanner_free(struct sb_scanner *scanner)
{
    if (scanner == NULL)
        return;
    for (unsigned depth = 0; depth <= DEPTH_LIMIT; depth++)
        level_free(scanner->levels[depth]);
    bytes_free(&scanner->context);
    free(scanner->read_buffer);
    free(scanner->classifier);
    free(scanner);
}

void sb_scan_start(struct sb_scanner *scanner)
{
    scanner->decoded = 0;
    scanner->scanned = 0;
    scanner->shown = 0;
    budget_start(scanner);
    for (unsigned depth = 0; depth <= DEPTH_LIMIT && scanner->levels[depth] != NULL; depth++) {
        struct level *level = scanner->levels[depth];
        level->skip = 0;
        level->skip_base64 = 0;
        level->skip_wide = 0;
        level->skip_once = 0;
        if (level->capacity > WINDOW_KEPT) {
            free(level->buffer);
            level->buffer = NULL;
            level->capacity = 0;
        }
    }
}

uint64_t sb_scan_decoded(const struct sb_scanner *scanner)
{
    return scanner->decoded;
}
