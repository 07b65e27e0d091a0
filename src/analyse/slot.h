/* One worker and the unit it is at. */
#ifndef ANALYSE_SLOT_H
#define ANALYSE_SLOT_H

#include "analyse/check.h"
#include "analyse/process.h"
#include "analyse/spool.h"

enum { SLOTS_MOST = 256 };

enum slot_state {
    SLOT_EMPTY,   /* no process */
    SLOT_OPENING, /* the process was told what to open */
    SLOT_IDLE,
    SLOT_BUSY,
};

/* What has become of a slot since it was looked at last. */
enum slot_event {
    SLOT_NOTHING,
    SLOT_READY,  /* the evidence is open */
    SLOT_DONE,   /* the unit is done: slot->spool holds what it found */
    SLOT_FAILED, /* the worker is well, but the unit cannot be done: slot->failure */
    SLOT_BROKEN, /* the worker died, fell silent or sent what no worker sends: slot->failure. The process is gone */
};

/* Evidence as READY describes it. */
struct slot_medium {
    char format[64];
    uint64_t size;
    uint32_t sector_size;
    char md5[33], sha1[41];
};

struct slot {
    enum slot_state state;
    struct process process;
    int64_t evidence_id;
    int64_t terms;   /* the set of search terms that the process looks for, 0: none; … */
    bool terms_only; /* … and nothing else */
    struct store_unit unit;
    bool has_unit;
    int tries;     /* of this unit that broke the worker */
    bool hung;     /* the last one fell silent or took too long */
    bool unopened; /* … and broke before it had opened the evidence: the unit is not to blame */
    struct check check;
    struct spool spool;
    struct slot_medium medium;
    int64_t progress; /* bytes of the unit behind the worker */
    double last_sign; /* of life, in seconds of the monotonic clock */
    double asked;     /* when the process got what it is at */
    int64_t said;     /* bytes of frames about the unit */
    char failure[ERROR_TEXT_MAX];
    long peak_kib; /* the most memory a process of this slot had */
};

/* Starts a process for the evidence. */
int slot_open(struct slot *slot, int64_t evidence_id, const struct opening *opening, double now, struct error *error);
/* Sends a request; the check must be set. -1: the worker is gone (the next look says so). */
int slot_ask(struct slot *slot, const struct bytes *request, double now);
/* Reads what came. Call again until SLOT_NOTHING. A worker is broken when it is silent for `silence` seconds, and when
 * it takes longer or says more than its unit can account for. */
enum slot_event slot_look(struct slot *slot, double now, double silence, struct error *error);
/* Waits for what becomes of the slot. `progress` (NULL is allowed) is called when bytes of the unit are behind the
 * worker. */
enum slot_event slot_await(struct slot *slot, double silence,
                           void (*progress)(void *context, int64_t done, int64_t all), void *context,
                           struct error *error);
void slot_close(struct slot *slot);
/* Waits until a worker of these sent something or can take something, or for so long. */
void slots_wait(const struct slot *slots, unsigned count, int milliseconds);
/* Seconds of the monotonic clock. */
double slot_now(void);

#endif
