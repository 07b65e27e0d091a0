/* Search terms on Hyperscan: all terms, each in three encodings, are one automaton over bytes. (Its own UTF-8 mode is
 * not used: on bytes that are not UTF-8 its behaviour is undefined, and a disk is full of them.) */
#include "scan/terms.h"

#include <hs/hs.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "scan/engine.h"
#include "scan/term_pattern.h"
#include "scan/terms_pack.h"

enum { PIECE = 16 << 20 }; /* bytes owned by one look at a view */

/* A match that may still become longer. */
struct pending {
    size_t found;      /* where the match begins */
    size_t begin, end; /* what of it is told next; end 0: nothing */
};

struct sb_terms {
    hs_database_t *database;
    hs_scratch_t *scratch;
    size_t count;
    char **texts;
    struct pending *pending; /* by pattern: SB_ENCODING_COUNT for each term */
    unsigned *touched;       /* patterns with something pending */
    size_t touched_count;
};

struct look {
    struct sb_scanner *scanner;
    struct sb_terms *terms;
    const struct view *view;
    size_t base, length;       /* of the bytes looked at, in the view */
    size_t own_begin, own_end; /* where matches may begin */
};

/* ---- compiling ---- */

void sb_terms_free(struct sb_terms *terms)
{
    if (terms == NULL)
        return;
    for (size_t i = 0; terms->texts != NULL && i < terms->count; i++)
        free(terms->texts[i]);
    free(terms->texts);
    free(terms->pending);
    free(terms->touched);
    (void)hs_free_scratch(terms->scratch);
    (void)hs_free_database(terms->database);
    free(terms);
}

static int write_patterns(struct sb_terms *terms, struct bytes *patterns, struct sb_term_problem *problem,
                          struct error *error)
{
    size_t sum = 0;
    for (size_t i = 0; i < terms->count; i++) {
        problem->term = i;
        size_t cost;
        if (write_term(terms->texts[i], strlen(terms->texts[i]), &patterns[i * SB_ENCODING_COUNT], &cost,
                       &problem->column, error) != 0)
            return -1;
        sum += cost;
        if (sum > SB_TERMS_COST)
            return fail(error,
                        "up to here the search terms are more than can be searched for at once: shorten the regular "
                        "expressions or what they repeat, or give the terms in several helpings");
    }
    problem->term = terms->count;
    return 0;
}

static int compile(struct sb_terms *terms, struct bytes *patterns, struct sb_term_problem *problem, struct error *error)
{
    size_t count = terms->count * SB_ENCODING_COUNT;
    const char **texts = calloc(count, sizeof *texts);
    unsigned *flags = calloc(count, sizeof *flags);
    unsigned *numbers = calloc(count, sizeof *numbers);
    int result = texts == NULL || flags == NULL || numbers == NULL ? fail(error, "memory is short") : 0;
    for (size_t i = 0; result == 0 && i < count; i++) {
        texts[i] = bytes_text(&patterns[i]);
        flags[i] = HS_FLAG_SOM_LEFTMOST;
        numbers[i] = (unsigned)i;
    }
    hs_compile_error_t *bad = NULL;
    if (result == 0 && hs_compile_multi(texts, flags, numbers, (unsigned)count, HS_MODE_BLOCK, NULL, &terms->database,
                                        &bad) != HS_SUCCESS) {
        bool one = bad != NULL && bad->expression >= 0;
        *problem = (struct sb_term_problem){one ? (size_t)bad->expression / SB_ENCODING_COUNT : terms->count, 0};
        const char *message = bad == NULL ? "memory is short" : bad->message;
        if (one && strstr(message, "empty buffer") != NULL)
            message = "this would match nothing at all, that is, everywhere";
        result = fail(error, "%s", message);
        (void)hs_free_compile_error(bad);
    }
    if (result == 0 && hs_alloc_scratch(terms->database, &terms->scratch) != HS_SUCCESS)
        result = fail(error, "memory is short");
    free(texts);
    free(flags);
    free(numbers);
    return result;
}

static int copy_terms(struct sb_terms *copy, const char *const terms[], size_t count, struct error *error)
{
    copy->texts = calloc(count, sizeof *copy->texts);
    copy->pending = calloc(count * SB_ENCODING_COUNT, sizeof *copy->pending);
    copy->touched = calloc(count * SB_ENCODING_COUNT, sizeof *copy->touched);
    if (copy->texts == NULL || copy->pending == NULL || copy->touched == NULL)
        return fail(error, "memory is short");
    copy->count = count;
    for (size_t i = 0; i < count; i++) {
        copy->texts[i] = strdup(terms[i]);
        if (copy->texts[i] == NULL)
            return fail(error, "memory is short");
    }
    return 0;
}

struct sb_terms *sb_terms_new(const char *const terms[], size_t count, struct sb_term_problem *problem,
                              struct error *error)
{
    *problem = (struct sb_term_problem){.term = count};
    if (count == 0 || count > SB_TERMS_MAX) {
        (void)fail(error, "%zu search terms: there must be 1 to %d", count, (int)SB_TERMS_MAX);
        return NULL;
    }
    if (hs_valid_platform() != HS_SUCCESS) {
        (void)fail(error, "search terms need a processor with SSSE3");
        return NULL;
    }
    struct sb_terms *copy = calloc(1, sizeof *copy);
    struct bytes *patterns = calloc(count * SB_ENCODING_COUNT, sizeof *patterns);
    int result = copy == NULL || patterns == NULL ? fail(error, "memory is short") : 0;
    if (result == 0)
        result = copy_terms(copy, terms, count, error);
    if (result == 0)
        result = write_patterns(copy, patterns, problem, error);
    if (result == 0)
        result = compile(copy, patterns, problem, error);
    for (size_t i = 0; patterns != NULL && i < count * SB_ENCODING_COUNT; i++)
        bytes_free(&patterns[i]);
    free(patterns);
    if (result != 0) {
        sb_terms_free(copy);
        return NULL;
    }
    (void)malloc_trim(0); /* compiling takes many times what its result does */
    return copy;
}

/* ---- to other processes and back ---- */

int terms_pack(const struct sb_terms *terms, struct bytes *out, struct error *error)
{
    char *packed = NULL;
    size_t length = 0;
    if (hs_serialize_database(terms->database, &packed, &length) != HS_SUCCESS)
        return fail(error, "memory is short");
    if (length <= TERMS_PACKED_MAX)
        bytes_append(out, packed, length);
    free(packed);
    if (length > TERMS_PACKED_MAX)
        return fail(error, "the search terms are more than can be searched for at once: give them in several helpings");
    return out->failed ? fail(error, "memory is short") : 0;
}

struct sb_terms *terms_unpack(const char *const terms[], size_t count, const uint8_t *packed, size_t length,
                              struct error *error)
{
    size_t size = 0;
    struct sb_terms *copy = calloc(1, sizeof *copy);
    int result = copy == NULL || copy_terms(copy, terms, count, error) != 0 ? fail(error, "memory is short") : 0;
    if (result == 0 &&
        (hs_serialized_database_size((const char *)packed, length, &size) != HS_SUCCESS || size > TERMS_PACKED_MAX ||
         hs_deserialize_database((const char *)packed, length, &copy->database) != HS_SUCCESS ||
         hs_alloc_scratch(copy->database, &copy->scratch) != HS_SUCCESS))
        result = fail(error, "the search terms could not be taken over as they were compiled");
    if (result == 0)
        return copy;
    sb_terms_free(copy);
    return NULL;
}

/* ---- looking ---- */

/* Does the match begin in what a container's decoder has read already? Then it was found there, decoded. */
static bool in_payload(const struct look *look, size_t begin)
{
    const struct level *level = look->scanner->levels[look->view->depth];
    const struct payload *payloads = (const struct payload *)(const void *)level->payloads.data;
    size_t count = level->payloads.length / sizeof *payloads;
    uint64_t place = look->view->offset + begin;
    size_t low = 0;
    for (size_t high = count; low < high;) { /* the first one that ends behind the place */
        size_t middle = low + (high - low) / 2;
        if (payloads[middle].end <= place)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && payloads[low].begin <= place;
}

static void tell(struct look *look, unsigned pattern)
{
    const struct pending *pending = &look->terms->pending[pattern];
    const char *term = look->terms->texts[pattern / SB_ENCODING_COUNT];
    enum sb_encoding encoding = (enum sb_encoding)(pattern % SB_ENCODING_COUNT);
    const struct view *view = look->view;
    if (look->scanner->status != 0 || pending->begin < look->own_begin || pending->begin >= look->own_end ||
        pending->end <= view->seam || in_payload(look, pending->begin) ||
        (encoding != SB_UTF8 && is_other_order(view, pending->begin, pending->end, encoding == SB_UTF16BE)))
        return;
    report_place(look->scanner, view,
                 &(struct place){SB_TERM, term, strlen(term), pending->begin, pending->end, encoding});
}

/* Ends come in ascending order. Of those with one beginning the last counts; a match that overlaps the one before it is
 * left out. */
static int take_match(unsigned pattern, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
    struct look *look = context;
    struct sb_terms *terms = look->terms;
    if (pattern >= terms->count * SB_ENCODING_COUNT || from > to || to > look->length)
        return 1; /* not what was compiled from these terms */
    size_t begin = look->base + (size_t)from;
    size_t end = look->base + (size_t)to;
    (void)flags;
    struct pending *pending = &terms->pending[pattern];
    bool longer = pending->end != 0 && begin == pending->found;
    if (longer && end - pending->begin <= SB_TERM_MATCH_MAX) {
        pending->end = end;
        return 0;
    }
    if (pending->end != 0 && !longer && begin < pending->end)
        return 0;
    if (pending->end == 0)
        terms->touched[terms->touched_count++] = pattern;
    else
        tell(look, pattern);
    size_t told = longer ? pending->end : begin;
    *pending = (struct pending){begin, end - told > SB_TERM_MATCH_MAX ? end - SB_TERM_MATCH_MAX : told, end};
    return look->scanner->status;
}

void scan_terms(struct sb_scanner *scanner, const struct view *view)
{
    struct sb_terms *terms = scanner->options.terms;
    for (size_t at = view->own_begin; at < view->own_end && scanner->status == 0;) {
        size_t own_end = view->own_end - at < PIECE ? view->own_end : at + PIECE;
        size_t base = at > SB_MARGIN ? at - SB_MARGIN : 0;
        size_t end = view->text.length - own_end < SB_MARGIN ? view->text.length : own_end + SB_MARGIN;
        struct look look = {scanner, terms, view, base, end - base, at, own_end};
        hs_error_t problem = hs_scan(terms->database, (const char *)view->text.data + base, (unsigned)(end - base), 0,
                                     terms->scratch, take_match, &look);
        for (size_t i = 0; i < terms->touched_count; i++) {
            tell(&look, terms->touched[i]);
            terms->pending[terms->touched[i]].end = 0;
        }
        terms->touched_count = 0;
        if (problem != HS_SUCCESS && problem != HS_SCAN_TERMINATED)
            scanner->status = -1;
        at = own_end;
    }
}
