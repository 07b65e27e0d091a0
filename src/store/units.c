/* Units of work: claimed with a lease that must be renewed, given back, or ended together with their findings. Times
 * are the database's own, so that hosts with different clocks agree. */
#include "store/room.h"

#include <string.h>

static const char *const kinds[] = {"map", "span", "files", "digest"};
static const int turns[] = {0, 2, 3, 1}; /* map, digest, span, files */

/* Units that look for set n of search terms alone come after all others, in turns 2n + 2 and 2n + 3. */
static int64_t turn_of(const struct store_unit *unit)
{
    return turns[unit->kind] + (turns[unit->kind] >= 2 ? 2 * unit->terms : 0);
}

static const struct bulk unit_bulk = {"unit",
                                      "evidence_id, turn, kind, start, length, bytes, state, worker, lease_until,"
                                      " attempts",
                                      10, .once = true};

int store_unit_add(struct store *store, const struct store_unit *unit, struct error *error)
{
    struct value values[] = {
        integer(unit->evidence_id),
        integer(turn_of(unit)),
        text(kinds[unit->kind]),
        integer(unit->start),
        integer(unit->length),
        integer(unit->bytes),
        text("open"),
        text(""),
        integer(0),
        integer(0),
    };
    return append(store, &unit_bulk, values, error);
}

/* ---- claiming ---- */

static enum store_unit_kind kind_of_turn(int64_t turn)
{
    return turn == 0 ? UNIT_MAP : turn == 1 ? UNIT_DIGEST : turn % 2 == 0 ? UNIT_SPAN : UNIT_FILES;
}

static int64_t terms_of_turn(int64_t turn)
{
    return turn < 2 ? 0 : turn / 2 - 1;
}

struct choice { /* of evidence: these alone (all when there are none), or all others */
    const int64_t *ids;
    size_t count;
    bool others;
};

/* " AND evidence_id IN ($1, $2, …)" and its values behind what is there already. */
static void restrict_evidence(struct bytes *sql, struct bytes *values, struct choice choice)
{
    if (choice.count == 0)
        return;
    bytes_append_text(sql, choice.others ? " AND evidence_id NOT IN (" : " AND evidence_id IN (");
    for (size_t i = 0; i < choice.count; i++) {
        bytes_format(sql, "%s$%zu", i == 0 ? "" : ", ", values->length / sizeof(struct value) + 1);
        struct value id = integer(choice.ids[i]);
        bytes_append(values, &id, sizeof id);
    }
    bytes_append_char(sql, ')');
}

static int find_unit(struct store *store, struct choice choice, struct store_unit *unit, bool *found, int64_t *left,
                     struct error *error)
{
    struct bytes sql = {0}, values = {0};
    bytes_append_text(&sql, "SELECT evidence_id, turn, start, length, bytes, attempts FROM unit WHERE"
                            " state IN ('open', 'claimed') AND (state = 'open' OR lease_until <= {now})");
    restrict_evidence(&sql, &values, choice);
    bytes_append_text(&sql, " ORDER BY evidence_id, turn, start, length LIMIT 1 {skip locked}");
    struct query *query = sql.failed || values.failed
                              ? (fail(error, "memory is short"), NULL)
                              : ask_rows(store, bytes_text(&sql), (const struct value *)(void *)values.data,
                                         values.length / sizeof(struct value), false, error);
    int more = query == NULL ? -1 : next_row(store, query, error);
    *found = more == 1;
    if (*found) {
        int64_t turn = row_integer(store, query, 1);
        *unit = (struct store_unit){
            .evidence_id = row_integer(store, query, 0),
            .kind = kind_of_turn(turn),
            .start = row_integer(store, query, 2),
            .length = row_integer(store, query, 3),
            .bytes = row_integer(store, query, 4),
            .attempts = row_integer(store, query, 5) + 1,
            .terms = terms_of_turn(turn),
        };
    }
    if (query != NULL)
        end_rows(store, query);
    if (more == 0) {
        bytes_clear(&sql);
        bytes_clear(&values);
        bytes_append_text(&sql, "SELECT count(*) FROM unit WHERE state IN ('open', 'claimed')");
        restrict_evidence(&sql, &values, choice);
        if (ask(store, bytes_text(&sql), (const struct value *)(void *)values.data,
                values.length / sizeof(struct value), left, error) != 0)
            more = -1;
    }
    bytes_free(&sql);
    bytes_free(&values);
    return more < 0 ? -1 : 0;
}

static int claim(struct store *store, const char *worker, int64_t lease_seconds, struct choice choice,
                 struct store_unit *unit, bool *found, int64_t *left, struct error *error)
{
    *found = false;
    *left = 0;
    if (store_begin(store, error) != 0)
        return -1;
    int result = find_unit(store, choice, unit, found, left, error);
    if (result == 0 && *found)
        result = run(store,
                     "UPDATE unit SET state = 'claimed', worker = $5, lease_until = {now} + $6, attempts = attempts + 1"
                     " WHERE evidence_id = $1 AND turn = $2 AND start = $3 AND length = $4",
                     VALUES(integer(unit->evidence_id), integer(turn_of(unit)), integer(unit->start),
                            integer(unit->length), text(worker), integer(lease_seconds)),
                     error);
    return leave(store, true, result, error);
}

int store_unit_claim(struct store *store, const char *worker, int64_t lease_seconds, const int64_t *evidence_ids,
                     size_t evidence_count, struct store_unit *unit, bool *found, int64_t *left, struct error *error)
{
    return claim(store, worker, lease_seconds, (struct choice){evidence_ids, evidence_count, false}, unit, found, left,
                 error);
}

int store_unit_claim_other(struct store *store, const char *worker, int64_t lease_seconds, const int64_t *evidence_ids,
                           size_t evidence_count, struct store_unit *unit, bool *found, int64_t *left,
                           struct error *error)
{
    return claim(store, worker, lease_seconds, (struct choice){evidence_ids, evidence_count, true}, unit, found, left,
                 error);
}

/* Changes a unit that this worker holds; *ours is false when it does not hold it any more. */
static int change_ours(struct store *store, const char *sql, const struct store_unit *unit, const char *worker,
                       struct value extra, bool *ours, struct error *error)
{
    int64_t changed = 0;
    if (run_counted(store, sql,
                    VALUES(integer(unit->evidence_id), integer(turn_of(unit)), integer(unit->start),
                           integer(unit->length), text(worker), extra),
                    &changed, error) != 0)
        return -1;
    *ours = changed == 1;
    return 0;
}

#define OURS                                                                                                           \
    " WHERE evidence_id = $1 AND turn = $2 AND start = $3 AND length = $4 AND worker = $5 AND state = 'claimed'"

int store_unit_renew(struct store *store, const struct store_unit *unit, const char *worker, int64_t lease_seconds,
                     bool *ours, struct error *error)
{
    return change_ours(store, "UPDATE unit SET lease_until = {now} + $6" OURS, unit, worker, integer(lease_seconds),
                       ours, error);
}

int store_unit_release(struct store *store, const struct store_unit *unit, const char *worker, bool tried,
                       struct error *error)
{
    bool ours = false;
    return change_ours(store,
                       "UPDATE unit SET state = 'open', worker = '', lease_until = 0, attempts = attempts - $6" OURS,
                       unit, worker, integer(tried ? 0 : 1), &ours, error);
}

struct claimed_listing {
    int (*row)(void *, const struct store_unit *, const char *worker);
    void *context;
};

static int claimed_row(struct store *store, struct query *query, void *context)
{
    const struct claimed_listing *listing = context;
    return listing->row(listing->context,
                        &(struct store_unit){
                            .evidence_id = row_integer(store, query, 0),
                            .kind = kind_of_turn(row_integer(store, query, 1)),
                            .start = row_integer(store, query, 2),
                            .length = row_integer(store, query, 3),
                            .terms = terms_of_turn(row_integer(store, query, 1)),
                        },
                        row_text(store, query, 4));
}

int store_unit_claimed_each(struct store *store, int (*row)(void *, const struct store_unit *, const char *worker),
                            void *context, struct error *error)
{
    struct claimed_listing listing = {row, context};
    return each_row(store,
                    "SELECT evidence_id, turn, start, length, worker FROM unit WHERE state = 'claimed'"
                    " ORDER BY evidence_id, turn, start, length",
                    NO_VALUES, false, claimed_row, &listing, error);
}

/* Whether a gap is one that the unit of that name left. Of a part of a file (length below 0, see analyse/part.h) the
 * file counts: its parts are tried again together. */
#define LEFT_BY(unit)                                                                                                  \
    "(gap.unit = " unit ".kind AND (" unit ".kind = 'digest'"                                                          \
    " OR (" unit ".kind = 'span' AND gap.start < " unit ".start + " unit ".length"                                     \
    "  AND (gap.start >= " unit ".start OR gap.start + gap.length > " unit ".start))"                                  \
    " OR (" unit ".kind = 'files' AND ((" unit ".length < 0 AND gap.file = (" unit ".start & 4294967295))"             \
    "  OR (gap.file >= " unit ".start AND gap.file < " unit ".start + " unit ".length)))))"

/* A part of a file leaves a gap that begins where it does (PART_LEAST bytes make one of its numbers). */
#define LEFT_BY_OPENED                                                                                                 \
    LEFT_BY("u")                                                                                                       \
    " AND (u.turn < 2 OR u.length >= 0 OR (gap.start >= (u.start >> 32) * 65536"                                       \
    "  AND gap.start < (u.start >> 32) * 65536 - u.length))"

/* The map is made once. Where a unit that is done reaches what one that is opened left, the gap may be the former's,
 * who will not write it again. */
int store_unit_reopen(struct store *store, int64_t evidence_id, struct error *error)
{
    bool own;
    struct value evidence[] = {integer(evidence_id)};
    if (enter(store, &own, error) != 0)
        return -1;
    int result = run(store,
                     "UPDATE unit SET state = 'open', worker = '', lease_until = 0, attempts = 0"
                     " WHERE evidence_id = $1 AND state = 'failed' AND (turn > 0 OR NOT " MAP_IS_DONE("$1") ")",
                     evidence, 1, error);
    if (result == 0)
        result = run(store,
                     "DELETE FROM gap WHERE evidence_id = $1 AND was_read = 0 AND EXISTS (SELECT 1 FROM unit u WHERE"
                     " u.evidence_id = $1 AND u.state = 'open' AND " LEFT_BY_OPENED ") AND NOT EXISTS"
                     " (SELECT 1 FROM unit d WHERE d.evidence_id = $1 AND d.state = 'done' AND d.length >= 0 AND"
                     " " LEFT_BY("d") ")",
                     evidence, 1, error);
    if (result == 0)
        result =
            run(store,
                "UPDATE evidence SET problem = '', state = CASE WHEN " MAP_IS_DONE("$1") " THEN 'mapped' ELSE 'new'"
                                                                                         " END WHERE id = $1",
                evidence, 1, error);
    if (result == 0)
        result = store_evidence_settle(store, evidence_id, error);
    return leave(store, own, result, error);
}

int store_unit_retry(struct store *store, int64_t evidence_id, int64_t *units, struct error *error)
{
    bool own;
    struct value evidence[] = {integer(evidence_id)};
    *units = 0;
    if (enter(store, &own, error) != 0)
        return -1;
    int result = run_counted(store,
                             "UPDATE unit SET state = 'open', worker = '', lease_until = 0, attempts = 0"
                             " WHERE evidence_id = $1 AND turn > 0 AND EXISTS"
                             "  (SELECT 1 FROM evidence e WHERE e.id = $1 AND e.state = 'incomplete')"
                             " AND (state = 'failed' OR (state = 'done' AND EXISTS (SELECT 1 FROM gap WHERE"
                             "  gap.evidence_id = $1 AND gap.was_read = 0 AND " LEFT_BY("unit") ")))",
                             evidence, 1, units, error);
    if (result == 0 && *units > 0)
        result = run(store,
                     "DELETE FROM gap WHERE evidence_id = $1 AND EXISTS (SELECT 1 FROM unit u WHERE u.evidence_id = $1"
                     " AND u.state = 'open' AND " LEFT_BY("u") ")",
                     evidence, 1, error);
    if (result == 0 && *units > 0)
        result = run(store, "UPDATE evidence SET state = 'mapped' WHERE id = $1", evidence, 1, error);
    return leave(store, own, result, error);
}

int store_unit_abandon(struct store *store, int64_t evidence_id, struct error *error)
{
    return run(store,
               "UPDATE unit SET state = 'failed', worker = '', lease_until = 0 WHERE evidence_id = $1"
               " AND state IN ('open', 'claimed')",
               VALUES(integer(evidence_id)), error);
}

static int add_total(struct store *store, struct query *query, void *context)
{
    struct store_totals *totals = context;
    *totals = (struct store_totals){
        .units = row_integer(store, query, 0),
        .units_done = row_integer(store, query, 1),
        .bytes = row_integer(store, query, 2),
        .bytes_done = row_integer(store, query, 3),
    };
    return 0;
}

int store_unit_totals(struct store *store, const int64_t *evidence_ids, size_t evidence_count,
                      struct store_totals *totals, struct error *error)
{
    struct bytes sql = {0}, values = {0};
    *totals = (struct store_totals){0};
    bytes_append_text(&sql, "SELECT count(*), coalesce(sum(CASE WHEN state = 'done' THEN 1 ELSE 0 END), 0),"
                            " CAST(coalesce(sum(bytes), 0) AS bigint),"
                            " CAST(coalesce(sum(CASE WHEN state = 'done' THEN bytes ELSE 0 END), 0) AS bigint)"
                            " FROM unit WHERE state <> 'split' AND turn >= 2");
    restrict_evidence(&sql, &values, (struct choice){evidence_ids, evidence_count, false});
    int result = sql.failed || values.failed
                     ? fail(error, "memory is short")
                     : each_row(store, bytes_text(&sql), (const struct value *)(void *)values.data,
                                values.length / sizeof(struct value), false, add_total, totals, error);
    bytes_free(&sql);
    bytes_free(&values);
    return result;
}

int store_unit_finish(struct store *store, const struct store_unit *unit, const char *worker, const char *state,
                      bool *ours, struct error *error)
{
    return change_ours(store, "UPDATE unit SET state = $6, lease_until = 0" OURS, unit, worker, text(state), ours,
                       error);
}
