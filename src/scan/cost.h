/* Where the scanner's time goes, for bench/scan_cost.c: at any moment one part of it is at work, and when another takes
 * over, the time since the last change is that part's. So no time counts twice, however deep containers nest. Nobody
 * who scans has `costs`, and then all this is one comparison. */
#ifndef SCAN_COST_H
#define SCAN_COST_H

#include <stdint.h>

#include "scan/recognise.h"

enum { COST_DECODERS = 64 };

/* The parts: these, a recogniser each (COST_VERIFY + its row), and of a decoder (its row) two. */
enum cost_part {
    COST_OTHER,       /* the engine itself */
    COST_FIRST_STAGE, /* classes and shapes */
    COST_NARROW,      /* collecting UTF-16 */
    COST_REPORT,      /* paths, contexts, and the sink */
    COST_VERIFY,
    COST_SNIFF = COST_VERIFY + RECOGNISER_COUNT,
    COST_DECODE = COST_SNIFF + COST_DECODERS,
    COST_PARTS = COST_DECODE + COST_DECODERS
};

struct costs {
    uint64_t (*clock)(void);
    uint64_t since;
    unsigned now; /* the part at work */
    struct {
        uint64_t time;    /* in the clock's unit */
        uint64_t entered; /* how often it began, or came back after another */
        uint64_t calls;   /* how often it began */
        uint64_t found;   /* how often it had a result: a match, a container that was opened */
    } of[COST_PARTS];
};

/* The part that begins; returns the one it takes over from. */
static inline unsigned cost_begin(struct costs *costs, unsigned part)
{
    if (__builtin_expect(costs == NULL, 1))
        return 0;
    uint64_t now = costs->clock();
    unsigned before = costs->now;
    costs->of[before].time += now - costs->since;
    costs->of[part].entered++;
    costs->of[part].calls++;
    costs->now = part;
    costs->since = now;
    return before;
}

/* The part that goes on when the one at work has ended. */
static inline void cost_end(struct costs *costs, unsigned before, bool found)
{
    if (__builtin_expect(costs == NULL, 1))
        return;
    uint64_t now = costs->clock();
    costs->of[costs->now].time += now - costs->since;
    costs->of[costs->now].found += found;
    costs->of[before].entered++;
    costs->now = before;
    costs->since = now;
}

#endif
