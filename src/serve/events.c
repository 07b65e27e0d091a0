/* Server-sent events (HTML standard, 9.2): how evidence that is being read gets on, and when a request for access
 * waits. One ticker reads the store for each authority that somebody listens from, with what that authority may read,
 * and tells each listener what changed since it was told last. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "serve/call.h"
#include "show/mask.h"
#include "store/access.h"

enum {
    LISTENERS_MOST = 1000,
    OF_ONE_PERSON = 8,
    PING_SECONDS = 15, /* a comment, so that who went away is noticed */
    SESSION_SECONDS = 5,
    PENDING_MOST = 1 << 20, /* who reads no faster is ended */
    SLOWER = 10,            /* a reading of the store that takes long is made so many times its length apart */
};

struct told {
    int64_t evidence;
    uint8_t hash[SHA256_SIZE];
    bool settled; /* told for good, as far as it is known */
};

struct listener {
    struct events *events;
    struct listener *next;
    struct MHD_Connection *connection;
    int64_t person;
    enum store_role role;
    bool by_session, case_data;
    uint8_t session[TOKEN_HASH_SIZE];
    struct store_viewer viewer;
    struct bytes pending;
    bool suspended, ended, first;
    int64_t pinged, checked, waiting;
    struct told *told;
    size_t told_count;
};

struct events {
    struct server *server;
    pthread_mutex_t lock;
    struct listener *listeners;
    size_t count;
    int64_t next_reading;
    bool ended;
};

struct events *events_new(struct server *server)
{
    struct events *events = calloc(1, sizeof *events);
    if (events == NULL)
        return NULL;
    events->server = server;
    (void)pthread_mutex_init(&events->lock, NULL);
    return events;
}

void events_free(struct events *events)
{
    free(events);
}

/* ---- one stream; under the lock ---- */

static void wake(struct listener *listener)
{
    if (!listener->suspended)
        return;
    listener->suspended = false;
    MHD_resume_connection(listener->connection);
}

static void tell(struct listener *listener, const char *event, const char *data)
{
    if (listener->pending.length > PENDING_MOST)
        listener->ended = true;
    else
        bytes_format(&listener->pending, "event: %s\ndata: %s\n\n", event, data);
    wake(listener);
}

static ssize_t read_stream(void *context, uint64_t position, char *out, size_t most)
{
    struct listener *listener = context;
    struct bytes *pending = &listener->pending;
    ssize_t result = 0;
    (void)position;
    (void)pthread_mutex_lock(&listener->events->lock);
    if (pending->failed || (listener->ended && pending->length == 0)) {
        result = MHD_CONTENT_READER_END_OF_STREAM;
    } else if (pending->length > 0) {
        size_t length = pending->length < most ? pending->length : most;
        memcpy(out, pending->data, length);
        memmove(pending->data, pending->data + length, pending->length - length);
        pending->length -= length;
        result = (ssize_t)length;
    } else {
        listener->suspended = true;
        MHD_suspend_connection(listener->connection);
    }
    (void)pthread_mutex_unlock(&listener->events->lock);
    return result;
}

static void free_listener(void *context)
{
    struct listener *listener = context;
    struct events *events = listener->events;
    (void)pthread_mutex_lock(&events->lock);
    for (struct listener **at = &events->listeners; *at != NULL; at = &(*at)->next)
        if (*at == listener) {
            *at = listener->next;
            events->count--;
            break;
        }
    (void)pthread_mutex_unlock(&events->lock);
    bytes_free(&listener->pending);
    free(listener->told);
    free(listener);
}

/* A page that is loaded again and again leaves streams that nobody reads any more, which only a write shows. So who has
 * as many as one may have gets the new one, and the oldest ends: of the same session, else of the same person. Should
 * somebody read that still, it is asked to come back later, not at once to end the next one. */
static void end_oldest(struct events *events, const struct listener *fresh)
{
    struct listener *oldest = NULL;
    size_t own = 0;
    bool of_session = false;
    for (struct listener *at = events->listeners; at != NULL; at = at->next) { /* the newest first */
        if (at->person != fresh->person || at->ended)
            continue;
        own++;
        bool same = fresh->by_session && at->by_session && memcmp(at->session, fresh->session, TOKEN_HASH_SIZE) == 0;
        if (same || !of_session)
            oldest = at;
        of_session |= same;
    }
    if (own < OF_ONE_PERSON)
        return;
    bytes_append_text(&oldest->pending, "retry: 60000\n\n");
    oldest->ended = true;
    wake(oldest);
}

struct MHD_Response *events_listen(struct events *events, const struct call *call, struct MHD_Connection *connection)
{
    struct listener *listener = calloc(1, sizeof *listener);
    struct MHD_Response *response = NULL;
    if (listener == NULL)
        return NULL;
    *listener = (struct listener){.events = events,
                                  .connection = connection,
                                  .person = call->person.id,
                                  .role = call->person.role,
                                  .by_session = call->by_session,
                                  .case_data = (ROLE(call->person.role) & ROLES_CASE_DATA) != 0,
                                  .viewer = {call->person.authority, call->person.centre},
                                  .first = true,
                                  .pinged = call->request.now,
                                  .checked = call->request.now};
    memcpy(listener->session, call->session.hash, TOKEN_HASH_SIZE);
    bytes_append_text(&listener->pending, "retry: 3000\n\n");
    (void)pthread_mutex_lock(&events->lock);
    if (!events->ended && events->count < LISTENERS_MOST)
        response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16 * 1024, read_stream, listener, free_listener);
    if (response != NULL) {
        end_oldest(events, listener);
        listener->next = events->listeners;
        events->listeners = listener;
        events->count++;
        events->next_reading = 0;
    }
    (void)pthread_mutex_unlock(&events->lock);
    if (response == NULL) {
        bytes_free(&listener->pending);
        free(listener);
    }
    return response;
}

void events_end(struct events *events)
{
    (void)pthread_mutex_lock(&events->lock);
    events->ended = true;
    for (struct listener *at = events->listeners; at != NULL; at = at->next) {
        at->ended = true;
        wake(at);
    }
    (void)pthread_mutex_unlock(&events->lock);
}

/* ---- what changed ---- */

struct change {
    int64_t evidence;
    bool settled;
    char *text;
    uint8_t hash[SHA256_SIZE];
};

struct reading {
    struct change *changes;
    size_t count, capacity;
    int64_t authority, waiting;
};

static int add_change(void *context, const struct store_evidence *row)
{
    struct reading *reading = context;
    struct json json = {0};
    if (reading->count == reading->capacity) {
        size_t capacity = reading->capacity == 0 ? 64 : 2 * reading->capacity;
        struct change *more = realloc(reading->changes, capacity * sizeof *more);
        if (more == NULL)
            return -1;
        reading->changes = more;
        reading->capacity = capacity;
    }
    json_open(&json, NULL, '{');
    json_int(&json, "id", row->id);
    json_text(&json, "case", row->case_reference);
    json_int(&json, "evidence", row->number);
    json_text(&json, "name", shown_text(row->name, false));
    json_text(&json, "state", row->state);
    json_int(&json, "bytes", row->bytes_all);
    json_int(&json, "bytes_done", row->bytes_done);
    json_int(&json, "units", row->units);
    json_int(&json, "units_done", row->units_done);
    json_int(&json, "files", row->files);
    json_int(&json, "sightings", row->sightings);
    json_int(&json, "gaps", row->gaps);
    json_close(&json, '}');
    struct change *change = &reading->changes[reading->count];
    change->evidence = row->id;
    change->settled = strcmp(row->state, "new") != 0 && strcmp(row->state, "mapped") != 0;
    digest_sha256(json.out.data, json.out.length, change->hash);
    change->text = strdup(bytes_text(&json.out));
    json_free(&json);
    reading->count += change->text != NULL;
    return change->text != NULL ? 0 : -1;
}

static int count_request(void *context, const struct store_request *request)
{
    struct reading *reading = context;
    reading->waiting += request->owning == reading->authority && strcmp(request->state, "asked") == 0;
    return 0;
}

static struct told *told_of(struct listener *listener, int64_t evidence)
{
    for (size_t i = 0; i < listener->told_count; i++)
        if (listener->told[i].evidence == evidence)
            return &listener->told[i];
    struct told *more = realloc(listener->told, (listener->told_count + 1) * sizeof *more);
    if (more == NULL)
        return NULL;
    listener->told = more;
    more[listener->told_count] = (struct told){.evidence = evidence};
    return &more[listener->told_count++];
}

/* What was settled before somebody listened is no news. */
static void tell_changes(struct listener *listener, const struct reading *reading)
{
    char waiting[64];
    for (size_t i = 0; i < reading->count; i++) {
        const struct change *change = &reading->changes[i];
        struct told *told = told_of(listener, change->evidence);
        if (told == NULL || memcmp(told->hash, change->hash, SHA256_SIZE) == 0)
            continue;
        bool settles = change->settled && !told->settled;
        memcpy(told->hash, change->hash, SHA256_SIZE);
        told->settled = change->settled;
        if (!(listener->first && change->settled))
            tell(listener, settles ? "evidence" : "progress", change->text);
    }
    (void)snprintf(waiting, sizeof waiting, "{\"waiting\":%lld}", (long long)reading->waiting);
    if (listener->waiting != reading->waiting)
        tell(listener, "request", waiting);
    listener->waiting = reading->waiting;
    listener->first = false;
}

/* ---- the ticker ---- */

static bool same_viewer(const struct store_viewer *one, const struct store_viewer *other)
{
    return one->authority == other->authority && one->centre == other->centre;
}

static bool read_for(struct events *events, struct store *store, const struct store_viewer *viewer)
{
    struct reading reading = {.authority = viewer->authority};
    struct error error = {0};
    bool done = false;
    if (store_view_as(store, viewer, &error) != 0 ||
        store_evidence_each(store, NULL, add_change, &reading, &error) != 0 ||
        store_request_each(store, count_request, &reading, &error) != 0) {
        server_log(events->server, "events: %s", error.text);
    } else {
        (void)pthread_mutex_lock(&events->lock);
        for (struct listener *at = events->listeners; at != NULL; at = at->next)
            if (at->case_data && same_viewer(&at->viewer, viewer))
                tell_changes(at, &reading);
        (void)pthread_mutex_unlock(&events->lock);
        done = true;
    }
    for (size_t i = 0; i < reading.count; i++)
        free(reading.changes[i].text);
    free(reading.changes);
    return done;
}

/* The viewers that somebody listens as, each once; how many. */
static size_t viewers_of(struct events *events, struct store_viewer viewers[LISTENERS_MOST])
{
    size_t count = 0;
    for (const struct listener *at = events->listeners; at != NULL; at = at->next) {
        size_t i = 0;
        while (i < count && !same_viewer(&viewers[i], &at->viewer))
            i++;
        if (at->case_data && i == count)
            viewers[count++] = at->viewer;
    }
    return count;
}

static int ignore_session(void *context, const struct store_session *session)
{
    (void)context, (void)session;
    return 0;
}

static int compare_listener(void *context, const struct store_person *person)
{
    const struct listener *listener = context;
    return person->blocked || person->role != listener->role || person->authority != listener->viewer.authority ||
           person->centre != listener->viewer.centre;
}

/* Is it still who it was when the stream began, and may as much? False too when that cannot be found out. */
static bool is_still(struct listener *listener, struct store *store)
{
    struct error error = {0};
    bool found = false;
    return store_person_find(store, NULL, NULL, listener->person, &found, compare_listener, listener, &error) == 0 &&
           found;
}

/* A stream lives no longer than the session that opened it, and than the rights it was opened with; listening alone
 * does not keep a session alive. */
static void check_sessions(struct events *events, struct store *store, int64_t now)
{
    for (struct listener *at = events->listeners; at != NULL; at = at->next) {
        struct error error = {0};
        bool found = true;
        if (now - at->pinged >= PING_SECONDS) {
            at->pinged = now;
            bytes_append_text(&at->pending, ": still here\n\n");
            wake(at);
        }
        if (now - at->checked < SESSION_SECONDS)
            continue;
        at->checked = now;
        if (!is_still(at, store)) {
            at->ended = true;
            wake(at);
            continue;
        }
        if (at->by_session &&
            store_session_use(store, at->session, 0, now - SESSION_LONGEST, now - SESSION_IDLE, &found, ignore_session,
                              NULL, &error) == 0 &&
            !found) {
            at->ended = true;
            wake(at);
        }
    }
}

bool events_tick(struct events *events, struct store *store, int64_t now)
{
    bool done = true;
    static struct store_viewer viewers[LISTENERS_MOST]; /* one ticker */
    struct timespec begin, end;
    (void)pthread_mutex_lock(&events->lock);
    check_sessions(events, store, now);
    size_t count = now >= events->next_reading ? viewers_of(events, viewers) : 0;
    (void)pthread_mutex_unlock(&events->lock);
    if (count == 0)
        return true;
    (void)clock_gettime(CLOCK_MONOTONIC, &begin);
    for (size_t i = 0; i < count; i++)
        done = read_for(events, store, &viewers[i]) && done;
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    events->next_reading = now + SLOWER * (end.tv_sec - begin.tv_sec);
    return done;
}

static int listen_to_events(struct request *request, struct error *error)
{
    (void)error;
    request->type = "text/event-stream";
    return 0;
}

const struct route event_routes[] = {
    {"GET", "/api/events", ROLES_ALL, "view",
     "Server-sent events: progress and evidence (an item of evidence), request (how many wait for an answer)", NULL,
     "Events", listen_to_events},
    {NULL},
};
