/* A sweep line over the runs, by start. Where several files claim a byte (a deleted file under a living one, a resident
 * file inside $MFT), the highest priority owns it: so every byte has one owner, and a sighting one place. */
#include "analyse/plan.h"

#include <stdio.h>
#include <string.h>

#include "analyse/repair.h"

/* A run that covers the line, and what it lost that its file may still claim. */
struct covering {
    struct store_run run;
    bool shared; /* with a file that is no better: to hash it is to hash what both claim */
    bool taken;  /* by a living file, from a deleted one: its content is gone */
};

enum { ACTIVE_MOST = 4096, CUT_ALIGNMENT = 1 << 20 };

struct planner {
    struct store *store;
    int64_t evidence_id, size;
    struct covering active[ACTIVE_MOST];
    size_t active_count;
    int64_t line; /* everything before it has its owner */
    int64_t span_start;
    int64_t covered;               /* everything before it is in a segment that is closed, or free */
    struct store_segment open;     /* the segment that may still grow; length 0: none */
    const struct plan_hole *holes; /* those that are not behind the sweep yet */
    size_t hole_count;
    int64_t crowded_out; /* runs that own nothing because too many others lie there */
    struct error *error;
};

static int add_span(struct planner *planner, int64_t end)
{
    if (end <= planner->span_start)
        return 0;
    struct store_unit unit = {.evidence_id = planner->evidence_id,
                              .kind = UNIT_SPAN,
                              .start = planner->span_start,
                              .length = end - planner->span_start,
                              .bytes = end - planner->span_start};
    planner->span_start = end;
    return store_unit_add(planner->store, &unit, planner->error);
}

static int cut_anywhere(struct planner *planner, int64_t from, int64_t to)
{
    while (to - planner->span_start > SPAN_SIZE) {
        int64_t cut = (planner->span_start + SPAN_SIZE) / CUT_ALIGNMENT * CUT_ALIGNMENT;
        if (add_span(planner, cut > from ? cut : from) != 0)
            return -1;
    }
    return 0;
}

/* Ends spans at `from`, and up to `to` where these bytes may be cut anywhere: there holes are left out, too. */
static int cut_spans(struct planner *planner, int64_t from, int64_t to, bool cuttable)
{
    if (from - planner->span_start >= SPAN_SIZE && add_span(planner, from) != 0)
        return -1;
    if (!cuttable)
        return 0;
    for (; planner->hole_count > 0 && planner->holes->start < to; planner->holes++, planner->hole_count--) {
        int64_t start = planner->holes->start > from ? planner->holes->start : from;
        int64_t end = planner->holes->end < to ? planner->holes->end : to;
        if (start < end) {
            if (cut_anywhere(planner, from, start) != 0 || add_span(planner, start) != 0)
                return -1;
            planner->span_start = end;
        }
        if (planner->holes->end > to)
            break; /* it goes on behind these bytes */
    }
    return cut_anywhere(planner, from, to);
}

static int close_segment(struct planner *planner)
{
    struct store_segment *segment = &planner->open;
    if (segment->length == 0)
        return 0;
    int64_t end = segment->start + segment->length;
    if (cut_spans(planner, planner->covered, segment->start, true) != 0 ||
        cut_spans(planner, segment->start, end, !segment->whole) != 0 ||
        store_segment_add(planner->store, planner->evidence_id, segment, planner->error) != 0)
        return -1;
    planner->covered = end;
    segment->length = 0;
    return 0;
}

static int own(struct planner *planner, const struct store_run *run, int64_t start, int64_t end)
{
    int64_t file_offset = run->file_offset + (start - run->start);
    struct store_segment *segment = &planner->open;
    if (segment->length > 0 && segment->file == run->file && segment->start + segment->length == start &&
        segment->file_offset + segment->length == file_offset) {
        segment->length += end - start;
        return 0;
    }
    if (close_segment(planner) != 0)
        return -1;
    *segment = (struct store_segment){.start = start,
                                      .length = end - start,
                                      .file = run->file,
                                      .file_offset = file_offset,
                                      .file_size = run->file_size,
                                      .allocated = run->allocated,
                                      .apart = run->apart,
                                      .whole = run->whole};
    return 0;
}

static bool is_better(const struct store_run *run, const struct store_run *other)
{
    return run->priority > other->priority || (run->priority == other->priority && run->file < other->file);
}

static const struct store_run *owner(const struct planner *planner)
{
    const struct store_run *best = &planner->active[0].run;
    for (size_t i = 1; i < planner->active_count; i++)
        if (is_better(&planner->active[i].run, best))
            best = &planner->active[i].run;
    return best;
}

/* The others lose these bytes; what is slack to them they do not miss. */
static void mark_losers(struct planner *planner, const struct store_run *winner)
{
    for (size_t i = 0; i < planner->active_count; i++) {
        struct covering *active = &planner->active[i];
        int64_t content_end = active->run.start + (active->run.file_size - active->run.file_offset);
        if (&active->run == winner || !active->run.whole || planner->line >= content_end)
            continue;
        if (winner->allocated && !active->run.allocated)
            active->taken = true;
        else
            active->shared = true;
    }
}

/* The sweep will not see it whole, but it can be hashed: by a unit of its own. */
static int hash_apart(struct planner *planner, const struct store_run *run)
{
    return repair_hash_apart(planner->store, planner->evidence_id, run->file, run->file_size, planner->error);
}

static int forget_passed(struct planner *planner)
{
    size_t kept = 0;
    for (size_t i = 0; i < planner->active_count; i++) {
        const struct covering *active = &planner->active[i];
        if (active->run.start + active->run.length > planner->line)
            planner->active[kept++] = *active;
        else if (active->shared && !active->taken && hash_apart(planner, &active->run) != 0)
            return -1;
    }
    planner->active_count = kept;
    return 0;
}

/* Gives every byte before `until` its owner. */
static int advance(struct planner *planner, int64_t until)
{
    if (forget_passed(planner) != 0)
        return -1;
    while (planner->active_count > 0 && planner->line < until) {
        const struct store_run *run = owner(planner);
        int64_t end = run->start + run->length;
        /* A run that begins later may own from there on: stop at `until`, where the next one begins. */
        if (end > until)
            end = until;
        mark_losers(planner, run);
        if (own(planner, run, planner->line, end) != 0)
            return -1;
        planner->line = end;
        if (forget_passed(planner) != 0)
            return -1;
    }
    if (planner->line < until)
        planner->line = until;
    return 0;
}

/* Thousands of files over one byte is not a file system: the worst of them owns nothing from here on. It is hashed all
 * the same, and that its bytes may be listed as nobody's is noted once. */
static int crowd_out(struct planner *planner, const struct store_run *run)
{
    struct covering *worst = &planner->active[0];
    for (size_t i = 1; i < planner->active_count; i++)
        if (is_better(&worst->run, &planner->active[i].run))
            worst = &planner->active[i];
    struct covering loser = {.run = *run};
    if (is_better(run, &worst->run)) {
        loser = *worst;
        worst->run = *run;
        worst->shared = worst->taken = false;
    }
    planner->crowded_out++;
    return loser.run.whole && !loser.taken ? hash_apart(planner, &loser.run) : 0;
}

static int note_crowded_out(struct planner *planner)
{
    char reason[128];
    if (planner->crowded_out == 0)
        return 0;
    (void)snprintf(reason, sizeof reason,
                   "%lld extents lie where more than %d files do: what they hold may be listed as unallocated",
                   (long long)planner->crowded_out, ACTIVE_MOST);
    struct store_gap gap = {
        .evidence_id = planner->evidence_id, .unit = "map", .path = "", .reason = reason, .read = true};
    return store_gap_add(planner->store, &gap, planner->error);
}

static int take_run(void *context, const struct store_run *run)
{
    struct planner *planner = context;
    struct store_run clipped = *run;
    if (clipped.start < 0 || clipped.length <= 0 || clipped.start >= planner->size)
        return 0;
    if (clipped.length > planner->size - clipped.start)
        clipped.length = planner->size - clipped.start;
    if (advance(planner, clipped.start) != 0)
        return -1;
    if (planner->active_count == ACTIVE_MOST)
        return crowd_out(planner, &clipped);
    planner->active[planner->active_count++] = (struct covering){.run = clipped};
    return 0;
}

int plan_spans(struct store *store, int64_t evidence_id, int64_t size, const struct plan_hole *holes, size_t hole_count,
               struct error *error)
{
    static struct planner planner; /* large; a supervisor makes one plan at a time */
    planner = (struct planner){.store = store,
                               .evidence_id = evidence_id,
                               .size = size,
                               .holes = holes,
                               .hole_count = hole_count,
                               .error = error};
    if (store_run_each(store, evidence_id, take_run, &planner, error) != 0 || advance(&planner, size) != 0 ||
        close_segment(&planner) != 0 || cut_spans(&planner, planner.covered, size, true) != 0 ||
        add_span(&planner, size) != 0 || note_crowded_out(&planner) != 0)
        return -1;
    return store_run_clear(store, evidence_id, error);
}
