/* The loop: give every idle slot a unit, look at every busy one, commit what is done, and mend what went wrong. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyse/analyse.h"
#include "analyse/commit.h"
#include "analyse/host.h"
#include "analyse/inside.h"
#include "analyse/medium.h"
#include "analyse/repair.h"
#include "analyse/request.h"
#include "analyse/slot.h"
#include "analyse/terms.h"

enum {
    LEASE_SECONDS = 120,
    RENEW_SECONDS = 30,
    DEAD_SECONDS = 5, /* how often is looked for units that a process of this machine left behind when it died */
    TRIES = 3,        /* of one unit before it is divided */
    HANG_TRIES = 2, /* … of bytes that cannot be divided, where workers hang: each costs the silence that is borne */
    COMMIT_TRIES = 5,
    DEFAULT_SILENCE = 60,
    IDLE_MILLISECONDS = 500,
};
static const uint64_t default_memory = 256u << 20;

struct supervisor {
    struct store *store;
    struct term_sets sets;
    const struct analyse_options *options;
    struct family family; /* the evidence to be analysed, and what lies in it; none: all of the store */
    char host[HOST_NAME_SIZE];
    struct slot *slots;
    unsigned slot_count;
    struct medium medium; /* of the evidence looked up last */
    struct left_alone left_alone;
    int64_t ended; /* units that ended here */
    double began, renewed, reported, looked;
    struct analyse_progress progress;
    char doing[320];
    int64_t left; /* units that others hold or that wait for them */
    struct error *error;
};

static int look_up(struct supervisor *supervisor, int64_t evidence_id)
{
    return medium_look_up(&supervisor->medium, supervisor->store, evidence_id, supervisor->error);
}

/* Which set of search terms a unit looks for. */
static int terms_of(struct supervisor *supervisor, const struct store_unit *unit, int64_t *id)
{
    *id = unit->terms;
    return unit->terms != 0 ? 0 : store_terms_swept(supervisor->store, unit->evidence_id, id, supervisor->error);
}

static void say_doing(struct supervisor *supervisor, const struct slot *slot)
{
    static const char *const words[] = {"mapping", "sweeping", "reading files of", "digesting"};
    (void)snprintf(supervisor->doing, sizeof supervisor->doing, "%s %s",
                   slot->unit.terms != 0 ? "searching" : words[slot->unit.kind], supervisor->medium.name);
}

static int ask(struct supervisor *supervisor, struct slot *slot)
{
    struct bytes request = {0};
    if (look_up(supervisor, slot->unit.evidence_id) != 0)
        return -1;
    say_doing(supervisor, slot);
    struct request_scope scope = {.size = supervisor->medium.size, .digests = supervisor->medium.digests};
    if (term_sets_get(&supervisor->sets, supervisor->store, slot->terms, &scope.terms, supervisor->error) != 0)
        return -1;
    int result = request_unit(supervisor->store, &slot->unit, &scope, &request, &slot->check, supervisor->error);
    if (result == 0)
        (void)slot_ask(slot, &request, slot_now());
    bytes_free(&request);
    return result;
}

/* The evidence is looked up. */
static int open_slot(struct supervisor *supervisor, struct slot *slot)
{
    uint64_t memory = supervisor->options->memory != 0 ? supervisor->options->memory : default_memory;
    const struct terms *terms;
    struct bytes lines = {0};
    slot->terms_only = slot->unit.terms != 0;
    if (terms_of(supervisor, &slot->unit, &slot->terms) != 0 ||
        term_sets_get(&supervisor->sets, supervisor->store, slot->terms, &terms, supervisor->error) != 0)
        return -1;
    if (terms != NULL)
        terms_write(terms, &lines);
    struct opening opening = {.paths = supervisor->medium.paths,
                              .inside = &supervisor->medium.inside,
                              .memory = memory,
                              .terms = bytes_text(&lines),
                              .compiled = term_sets_compiled(&supervisor->sets, slot->terms),
                              .terms_only = slot->terms_only};
    int result = slot_open(slot, slot->unit.evidence_id, &opening, slot_now(), supervisor->error);
    bytes_free(&lines);
    return result;
}

/* Commits with a few tries: on a shared PostgreSQL two commits may deadlock, which costs one of them a repetition. */
static int in_transaction(struct supervisor *supervisor, const struct store_unit *unit, const char *state,
                          int (*work)(struct supervisor *, const struct store_unit *, void *), void *context)
{
    for (int try = 1;; try++) {
        bool ours = false;
        int result = store_begin(supervisor->store, supervisor->error);
        if (result == 0)
            result = store_unit_finish(supervisor->store, unit, supervisor->host, state, &ours, supervisor->error);
        if (result == 0 && ours)
            result = work(supervisor, unit, context);
        if (result == 0 && ours)
            result = store_commit(supervisor->store, supervisor->error);
        if (result == 0 && ours) {
            supervisor->ended++;
            return 0;
        }
        bool again = result != 0 && store_retryable(supervisor->store);
        store_rollback(supervisor->store);
        if (result == 0)
            return 0; /* the lease ran out and another did the unit: what it found is the same */
        if (!again || try == COMMIT_TRIES)
            return -1;
    }
}

static int commit_refusal(struct supervisor *supervisor, const struct store_unit *unit, void *context)
{
    const char *reason = context;
    if (store_unit_abandon(supervisor->store, unit->evidence_id, supervisor->error) != 0)
        return -1;
    return store_evidence_state(supervisor->store, unit->evidence_id, "failed", reason, supervisor->error);
}

/* The evidence cannot be opened at all. Who was told to analyse it says so in the store; who only helps has no say in
 * what others can open. */
static int refuse_evidence(struct supervisor *supervisor, struct slot *slot)
{
    bool fresh = false;
    slot->has_unit = false;
    if (supervisor->family.count != 0)
        return in_transaction(supervisor, &slot->unit, "failed", commit_refusal, slot->failure);
    if (store_unit_release(supervisor->store, &slot->unit, supervisor->host, false, supervisor->error) != 0 ||
        look_up(supervisor, slot->unit.evidence_id) != 0 ||
        leave_alone(&supervisor->left_alone, slot->unit.evidence_id, &fresh, supervisor->error) != 0)
        return -1;
    if (fresh && supervisor->options->left_alone != NULL)
        supervisor->options->left_alone(supervisor->options->context, supervisor->medium.shown, slot->failure);
    return 0;
}

/* Afterwards the slot may have no unit: its evidence was refused. */
static int start_unit(struct supervisor *supervisor, struct slot *slot)
{
    int64_t terms = 0;
    if (slot->state == SLOT_IDLE && terms_of(supervisor, &slot->unit, &terms) != 0)
        return -1;
    if (slot->state == SLOT_IDLE && slot->evidence_id == slot->unit.evidence_id && slot->terms == terms &&
        slot->terms_only == (slot->unit.terms != 0))
        return ask(supervisor, slot);
    if (look_up(supervisor, slot->unit.evidence_id) != 0)
        return -1;
    if (medium_has_changed(&supervisor->medium)) {
        (void)snprintf(slot->failure, sizeof slot->failure,
                       "its files are not those that its analysis began with (their names, sizes or times are others)");
        return refuse_evidence(supervisor, slot);
    }
    return open_slot(supervisor, slot);
}

static int claim_once(struct supervisor *supervisor, struct slot *slot)
{
    const struct left_alone *others = &supervisor->left_alone;
    if (supervisor->family.count == 0)
        return store_unit_claim_other(supervisor->store, supervisor->host, LEASE_SECONDS, others->ids, others->count,
                                      &slot->unit, &slot->has_unit, &supervisor->left, supervisor->error);
    return store_unit_claim(supervisor->store, supervisor->host, LEASE_SECONDS, supervisor->family.ids,
                            supervisor->family.count, &slot->unit, &slot->has_unit, &supervisor->left,
                            supervisor->error);
}

static int claim(struct supervisor *supervisor, struct slot *slot)
{
    do {
        int result = -1;
        for (int try = 1; result != 0; try++) {
            result = claim_once(supervisor, slot);
            if (result != 0 && (try == COMMIT_TRIES || !store_retryable(supervisor->store)))
                return -1;
        }
        bool grown = false;
        if (!slot->has_unit && family_gather(&supervisor->family, supervisor->store, &grown, supervisor->error) != 0)
            return -1;
        if (!slot->has_unit && !grown)
            return 0;
        slot->tries = 0;
        if (slot->has_unit && start_unit(supervisor, slot) != 0)
            return -1;
    } while (!slot->has_unit); /* refused, or more evidence was found: another one */
    return 0;
}

static int commit_spool(struct supervisor *supervisor, const struct store_unit *unit, void *context)
{
    const struct medium *medium = &supervisor->medium;
    struct commit commit = {.store = supervisor->store,
                            .unit = unit,
                            .case_id = medium->case_id,
                            .size = medium->size,
                            .digests = medium->digests,
                            .folder = medium->folder};
    return commit_unit(&commit, context, &supervisor->progress.sightings, supervisor->error);
}

static int settle(struct supervisor *supervisor, int64_t evidence_id)
{
    for (int try = 1;; try++) {
        if (store_evidence_settle(supervisor->store, evidence_id, supervisor->error) == 0)
            return 0;
        if (try == COMMIT_TRIES || !store_retryable(supervisor->store))
            return -1;
    }
}

struct trouble {
    const char *reason;
    struct spool *spool; /* of a map that broke off: what came before is kept */
};

static int commit_trouble(struct supervisor *supervisor, const struct store_unit *unit, void *context)
{
    const struct trouble *trouble = context;
    if (unit->kind == UNIT_MAP) {
        if (repair_gap(supervisor->store, unit, 0, trouble->reason, supervisor->error) != 0)
            return -1;
        return commit_spool(supervisor, unit, trouble->spool);
    }
    return repair_unit(supervisor->store, unit, trouble->reason, supervisor->error);
}

/* A unit that cannot be done as it is: split when it can be, else what it holds is recorded as not read. */
static int give_up_unit(struct supervisor *supervisor, const struct store_unit *unit, struct trouble trouble)
{
    if (look_up(supervisor, unit->evidence_id) != 0)
        return -1;
    bool divided = false;
    if (repair_can_split(supervisor->store, unit, &divided, supervisor->error) != 0)
        return -1;
    int result = in_transaction(supervisor, unit, divided ? "split" : "failed", commit_trouble, &trouble);
    return result == 0 ? settle(supervisor, unit->evidence_id) : -1;
}

/* The store will not have what was found in a unit: that is the unit's trouble, not everybody's. */
static int refuse_findings(struct supervisor *supervisor, const struct store_unit *unit)
{
    struct spool nothing = {0};
    char reason[ERROR_TEXT_MAX];
    (void)snprintf(reason, sizeof reason, "what was found could not be stored: %.400s", supervisor->error->text);
    if (unit->attempts < TRIES)
        return store_unit_release(supervisor->store, unit, supervisor->host, true, supervisor->error);
    return give_up_unit(supervisor, unit, (struct trouble){reason, &nothing});
}

/* The unit is done: the slot gets its next one before the findings are committed, so that the worker never waits. */
static int finish_unit(struct supervisor *supervisor, struct slot *slot)
{
    struct spool spool = slot->spool;
    struct store_unit unit = slot->unit;
    slot->spool = (struct spool){0};
    slot->has_unit = false;
    int result = unit.kind == UNIT_MAP ? 0 : claim(supervisor, slot);
    if (result == 0)
        result = look_up(supervisor, unit.evidence_id);
    bool refused = false;
    if (result == 0) {
        result = in_transaction(supervisor, &unit, "done", commit_spool, &spool);
        refused = result != 0 && store_refused(supervisor->store);
    }
    spool_free(&spool);
    if (refused)
        return refuse_findings(supervisor, &unit);
    return result == 0 ? settle(supervisor, unit.evidence_id) : -1;
}

/* The worker is well, but cannot do the unit; or no worker survives it. */
static int worker_gave_up(struct supervisor *supervisor, struct slot *slot, bool keep_map)
{
    struct spool nothing = {0};
    slot->has_unit = false;
    int result =
        give_up_unit(supervisor, &slot->unit, (struct trouble){slot->failure, keep_map ? &slot->spool : &nothing});
    if (result != 0 && keep_map && store_refused(supervisor->store))
        result = give_up_unit(supervisor, &slot->unit, (struct trouble){slot->failure, &nothing});
    spool_free(&slot->spool);
    return result;
}

/* To divide a unit costs little, to give it up costs evidence: one over which a worker hung is divided at once, so that
 * what it hangs on is found in the time of two or three silences, and only then another one is spent on it. */
static int most_tries(const struct slot *slot, bool can_split)
{
    if (!slot->hung || slot->unopened || slot->unit.kind == UNIT_MAP || slot->unit.kind == UNIT_DIGEST)
        return TRIES;
    return can_split ? 1 : HANG_TRIES;
}

/* One that cannot even open the evidence says nothing about the unit, but about where the evidence is kept. */
static int worker_broke(struct supervisor *supervisor, struct slot *slot)
{
    bool can_split = false;
    if (!slot->has_unit)
        return 0;
    if (repair_can_split(supervisor->store, &slot->unit, &can_split, supervisor->error) != 0)
        return -1;
    if (++slot->tries < most_tries(slot, can_split))
        return start_unit(supervisor, slot);
    return slot->unopened ? refuse_evidence(supervisor, slot) : worker_gave_up(supervisor, slot, false);
}

static int evidence_is_open(struct supervisor *supervisor, struct slot *slot)
{
    const struct slot_medium *found = &slot->medium;
    if (look_up(supervisor, slot->unit.evidence_id) != 0)
        return -1;
    if (!supervisor->medium.described) {
        if (store_evidence_describe(supervisor->store, slot->unit.evidence_id, found->format, (int64_t)found->size,
                                    found->sector_size, found->md5, found->sha1, supervisor->error) != 0)
            return -1;
    } else if ((int64_t)found->size != supervisor->medium.size) {
        (void)snprintf(slot->failure, sizeof slot->failure,
                       "the evidence has %llu bytes now, but had %lld when it was mapped: analyse it as new evidence",
                       (unsigned long long)found->size, (long long)supervisor->medium.size);
        slot_close(slot);
        return refuse_evidence(supervisor, slot);
    }
    return ask(supervisor, slot);
}

static int take_event(struct supervisor *supervisor, struct slot *slot, enum slot_event event)
{
    switch (event) {
    case SLOT_READY:
        return evidence_is_open(supervisor, slot);
    case SLOT_DONE:
        return finish_unit(supervisor, slot);
    case SLOT_FAILED:
        return worker_gave_up(supervisor, slot, true);
    case SLOT_BROKEN:
        return worker_broke(supervisor, slot);
    default:
        return 0;
    }
}

static int look_at_slots(struct supervisor *supervisor, bool *anything)
{
    unsigned silence = supervisor->options->silence_seconds;
    double patience = silence != 0 ? silence : DEFAULT_SILENCE;
    for (unsigned i = 0; i < supervisor->slot_count; i++) {
        struct slot *slot = &supervisor->slots[i];
        enum slot_event event = slot_look(slot, slot_now(), patience, supervisor->error);
        if (event == SLOT_NOTHING)
            continue;
        *anything = true;
        if (take_event(supervisor, slot, event) != 0)
            return -1;
    }
    return 0;
}

static int feed_slots(struct supervisor *supervisor, bool *busy)
{
    bool more = true;
    *busy = false;
    for (unsigned i = 0; i < supervisor->slot_count; i++) {
        struct slot *slot = &supervisor->slots[i];
        if (!slot->has_unit && more) {
            if (claim(supervisor, slot) != 0)
                return -1;
            more = slot->has_unit;
        }
        *busy |= slot->has_unit;
    }
    return 0;
}

static int renew_leases(struct supervisor *supervisor)
{
    if (slot_now() - supervisor->renewed < RENEW_SECONDS)
        return 0;
    supervisor->renewed = slot_now();
    for (unsigned i = 0; i < supervisor->slot_count; i++) {
        struct slot *slot = &supervisor->slots[i];
        bool ours = true;
        if (slot->has_unit && store_unit_renew(supervisor->store, &slot->unit, supervisor->host, LEASE_SECONDS, &ours,
                                               supervisor->error) != 0)
            return -1;
        if (!ours) { /* this machine slept, and another took the unit over */
            slot_close(slot);
            spool_free(&slot->spool);
            slot->has_unit = false;
        }
    }
    return 0;
}

/* Whoever waits for what others hold looks whether they live: one that died after this one began is found here. */
static int release_dead(struct supervisor *supervisor)
{
    if (supervisor->left == 0 || slot_now() - supervisor->looked < DEAD_SECONDS)
        return 0;
    supervisor->looked = slot_now();
    return host_release_dead(supervisor->store, supervisor->host, supervisor->error);
}

static int report(struct supervisor *supervisor, bool last)
{
    const struct analyse_options *options = supervisor->options;
    if (options->progress == NULL || (!last && slot_now() - supervisor->reported < 0.25))
        return 0;
    struct store_totals totals;
    if (store_unit_totals(supervisor->store, supervisor->family.ids, supervisor->family.count, &totals,
                          supervisor->error) != 0)
        return -1;
    struct analyse_progress *progress = &supervisor->progress;
    progress->bytes_all = totals.bytes;
    progress->bytes_done = totals.bytes_done;
    progress->units_all = totals.units;
    progress->units_done = totals.units_done;
    for (unsigned i = 0; i < supervisor->slot_count; i++)
        if (supervisor->slots[i].has_unit && supervisor->slots[i].unit.kind != UNIT_DIGEST)
            progress->bytes_done += supervisor->slots[i].progress;
    progress->seconds = slot_now() - supervisor->began;
    progress->doing = supervisor->doing;
    supervisor->reported = slot_now();
    options->progress(options->context, progress);
    return 0;
}

static int run(struct supervisor *supervisor)
{
    for (;;) {
        bool busy = false;
        bool anything = false;
        if (supervisor->options->stop != NULL && *supervisor->options->stop != 0)
            return 0;
        if (feed_slots(supervisor, &busy) != 0)
            return -1;
        if (!busy && supervisor->left == 0 && !supervisor->options->wait)
            return report(supervisor, true);
        if (look_at_slots(supervisor, &anything) != 0 || renew_leases(supervisor) != 0 ||
            release_dead(supervisor) != 0 || report(supervisor, false) != 0)
            return -1;
        if (!anything)
            slots_wait(supervisor->slots, supervisor->slot_count, busy ? 250 : IDLE_MILLISECONDS);
    }
}

static void close_slots(struct supervisor *supervisor, struct analyse_outcome *outcome)
{
    for (unsigned i = 0; i < supervisor->slot_count; i++) {
        struct slot *slot = &supervisor->slots[i];
        slot_close(slot);
        spool_free(&slot->spool);
        check_free(&slot->check);
        if (slot->has_unit)
            (void)store_unit_release(supervisor->store, &slot->unit, supervisor->host, false, NULL);
        if (slot->peak_kib > outcome->peak_kib)
            outcome->peak_kib = slot->peak_kib;
    }
}

int analyse_run(struct store *store, const int64_t *evidence_ids, size_t evidence_count,
                const struct analyse_options *options, struct analyse_outcome *outcome, struct error *error)
{
    struct analyse_outcome own = {0};
    struct supervisor supervisor = {
        .store = store, .options = options, .error = error, .began = slot_now(), .renewed = slot_now()};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    supervisor.slot_count = options->workers != 0 ? options->workers : processors > 0 ? (unsigned)processors : 1;
    if (supervisor.slot_count > SLOTS_MOST)
        return fail(error, "%u workers are too many: at most %d", supervisor.slot_count, SLOTS_MOST);
    supervisor.slots = calloc(supervisor.slot_count, sizeof *supervisor.slots);
    if (supervisor.slots == NULL)
        return fail(error, "memory is short");
    (void)signal(SIGPIPE, SIG_IGN); /* a dead worker is seen by its closed pipe */
    host_name(supervisor.host);
    bool ready = host_release_dead(store, supervisor.host, error) == 0 &&
                 family_add(&supervisor.family, evidence_ids, evidence_count, error) == 0;
    int result = ready ? run(&supervisor) : -1;
    for (size_t i = 0; result == 0 && i < supervisor.family.count; i++) /* who did its last unit may have died then */
        result = settle(&supervisor, supervisor.family.ids[i]);
    close_slots(&supervisor, &own);
    own.ended = supervisor.ended;
    own.left_alone = supervisor.left_alone.count;
    if (outcome != NULL)
        *outcome = own;
    free(supervisor.left_alone.ids);
    family_free(&supervisor.family);
    term_sets_free(&supervisor.sets);
    free(supervisor.slots);
    medium_free(&supervisor.medium);
    return result;
}
