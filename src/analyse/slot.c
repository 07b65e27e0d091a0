/* Every frame that comes is checked before it is kept; the first one that is not sound ends the worker. */
#include "analyse/slot.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/wire.h"

/* What a worker that does its best stays far below, so that one that was taken over is stopped some time. */
enum {
    TIME_FACTOR = 5,              /* times the silence that is borne … */
    BYTES_PER_SECOND = 256 << 10, /* … and the time for the bytes of the unit at this speed */
    FRAMES_OF_MAP = 64 << 20,     /* bytes of frames about a map … */
    FRAMES_ALWAYS = 256 << 20, /* … or about another unit, whose containers may hold far more than they weigh … */
    FRAMES_PER_BYTE = 64,      /* … and for each of its bytes */
};
static const int64_t frames_most = (int64_t)16 << 30, medium_most = (int64_t)1 << 47;

double slot_now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int slot_open(struct slot *slot, int64_t evidence_id, const struct opening *opening, double now, struct error *error)
{
    struct bytes request = {0};
    slot_close(slot);
    process_put_opening(opening, &request);
    int result = request.failed ? fail(error, "memory is short") : process_start(&slot->process, &request, error);
    bytes_free(&request);
    if (result != 0)
        return -1;
    slot->state = SLOT_OPENING;
    slot->evidence_id = evidence_id;
    slot->medium = (struct slot_medium){0};
    slot->last_sign = slot->asked = now;
    return 0;
}

int slot_ask(struct slot *slot, const struct bytes *request, double now)
{
    spool_free(&slot->spool);
    slot->state = SLOT_BUSY;
    slot->progress = 0;
    slot->said = 0;
    slot->last_sign = slot->asked = now;
    return process_send(&slot->process, request);
}

void slot_close(struct slot *slot)
{
    char how[sizeof slot->failure];
    if (slot->state == SLOT_EMPTY)
        return;
    process_stop(&slot->process, true, how, sizeof how);
    if (slot->process.peak_kib > slot->peak_kib)
        slot->peak_kib = slot->process.peak_kib;
    slot->state = SLOT_EMPTY;
}

/* why NULL: the worker is gone by itself. */
static enum slot_event break_off(struct slot *slot, const char *why)
{
    bool died = why == NULL;
    slot->hung = false;
    slot->unopened = slot->state == SLOT_OPENING;
    process_stop(&slot->process, !died, slot->failure, sizeof slot->failure);
    if (!died)
        (void)snprintf(slot->failure, sizeof slot->failure, "%s", why);
    if (slot->process.peak_kib > slot->peak_kib)
        slot->peak_kib = slot->process.peak_kib;
    slot->state = SLOT_EMPTY;
    return SLOT_BROKEN;
}

static enum slot_event give_up_waiting(struct slot *slot, const char *why)
{
    enum slot_event event = break_off(slot, why);
    slot->hung = true;
    return event;
}

static void copy_text(struct wire_reader *reader, char *out, size_t size)
{
    size_t length;
    const char *text = wire_get_text(reader, size - 1, &length);
    memcpy(out, text, length);
    out[length] = '\0';
}

static bool is_hex_or_empty(const char *text, size_t length)
{
    return text[0] == '\0' || (strlen(text) == length && strspn(text, "0123456789abcdef") == length);
}

static bool read_medium(struct slot_medium *medium, const uint8_t *payload, size_t length)
{
    struct wire_reader reader = {payload, length, 0, false};
    copy_text(&reader, medium->format, sizeof medium->format);
    medium->size = wire_get_u64(&reader);
    medium->sector_size = wire_get_u32(&reader);
    copy_text(&reader, medium->md5, sizeof medium->md5);
    copy_text(&reader, medium->sha1, sizeof medium->sha1);
    for (const char *at = medium->format; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            return false;
    return wire_done(&reader) && medium->size <= (uint64_t)medium_most && medium->sector_size <= 1 << 20 &&
           is_hex_or_empty(medium->md5, 32) && is_hex_or_empty(medium->sha1, 40);
}

static enum slot_event take_closing(struct slot *slot, uint8_t type, const uint8_t *payload, size_t length)
{
    struct wire_reader reader = {payload, length, 0, false};
    size_t text_length;
    if (slot->state == SLOT_OPENING && type == FRAME_READY) {
        if (!read_medium(&slot->medium, payload, length))
            return break_off(slot, "the worker described the evidence in a way no worker does");
        slot->state = SLOT_IDLE;
        return SLOT_READY;
    }
    if (slot->state == SLOT_BUSY && type == FRAME_DONE) {
        slot->state = SLOT_IDLE;
        return SLOT_DONE;
    }
    if (type == FRAME_FAILED) {
        struct bytes printable = {0};
        const char *text = wire_get_text(&reader, ERROR_TEXT_MAX, &text_length);
        text_append_printable(&printable, text, text_length);
        (void)snprintf(slot->failure, sizeof slot->failure, "%s", bytes_text(&printable));
        bytes_free(&printable);
        if (slot->state == SLOT_BUSY) {
            slot->state = SLOT_IDLE;
            return SLOT_FAILED;
        }
        char why[sizeof slot->failure];
        memcpy(why, slot->failure, sizeof why);
        return break_off(slot, why);
    }
    return break_off(slot, "the worker sent what no worker sends");
}

/* Of a map and of the digests, which are about the whole medium: its size. */
static int64_t bytes_at_hand(const struct slot *slot)
{
    return slot->state == SLOT_BUSY && slot->unit.bytes > 0 ? slot->unit.bytes : (int64_t)slot->medium.size;
}

static int64_t most_frames(const struct slot *slot)
{
    int64_t bytes = bytes_at_hand(slot);
    int64_t always = slot->unit.kind == UNIT_MAP ? FRAMES_OF_MAP : FRAMES_ALWAYS;
    return bytes > frames_most / FRAMES_PER_BYTE ? frames_most : always + FRAMES_PER_BYTE * bytes;
}

static double most_seconds(const struct slot *slot, double silence)
{
    return TIME_FACTOR * silence + (double)bytes_at_hand(slot) / BYTES_PER_SECOND;
}

static enum slot_event take_frames(struct slot *slot, double now, struct error *error)
{
    uint8_t type;
    const uint8_t *payload;
    size_t length;
    int found;
    while ((found = process_frame(&slot->process, &type, &payload, &length)) == 1) {
        slot->last_sign = now;
        if (slot->state == SLOT_BUSY && type == FRAME_PROGRESS && length == 8) {
            struct wire_reader reader = {payload, length, 0, false};
            uint64_t bytes = wire_get_u64(&reader);
            slot->progress = bytes > (uint64_t)slot->unit.bytes ? slot->unit.bytes : (int64_t)bytes;
            continue;
        }
        if (type == FRAME_READY || type == FRAME_DONE || type == FRAME_FAILED || slot->state != SLOT_BUSY)
            return take_closing(slot, type, payload, length);
        slot->said += (int64_t)length;
        if (slot->said > most_frames(slot))
            return break_off(slot, "the worker said more than the unit can hold");
        if (check_frame(&slot->check, type, payload, length) != 0)
            return break_off(slot, "the worker sent what no worker sends");
        if (spool_add(&slot->spool, type, payload, length, error) != 0)
            return break_off(slot, error->text);
    }
    return found < 0 ? break_off(slot, "the worker sent what no worker sends") : SLOT_NOTHING;
}

enum slot_event slot_look(struct slot *slot, double now, double silence, struct error *error)
{
    if (slot->state != SLOT_OPENING && slot->state != SLOT_BUSY)
        return SLOT_NOTHING;
    enum slot_event event = take_frames(slot, now, error);
    if (event != SLOT_NOTHING)
        return event;
    if (now - slot->asked > most_seconds(slot, silence))
        return give_up_waiting(slot, "the worker took longer than the unit can take");
    (void)process_flush(&slot->process);
    int came = process_receive(&slot->process, 0);
    if (came < 0)
        return break_off(slot, NULL);
    if (came > 0)
        return take_frames(slot, now, error);
    if (now - slot->last_sign > silence) {
        char why[96];
        (void)snprintf(why, sizeof why, "the worker showed no sign of life for %.0f seconds", silence);
        return give_up_waiting(slot, why);
    }
    return SLOT_NOTHING;
}

enum slot_event slot_await(struct slot *slot, double silence,
                           void (*progress)(void *context, int64_t done, int64_t all), void *context,
                           struct error *error)
{
    for (;;) {
        int64_t before = slot->progress;
        enum slot_event event = slot_look(slot, slot_now(), silence, error);
        if (event != SLOT_NOTHING)
            return event;
        if (progress != NULL && slot->progress != before)
            progress(context, slot->progress, slot->unit.bytes);
        slots_wait(slot, 1, 250);
    }
}

void slots_wait(const struct slot *slots, unsigned count, int milliseconds)
{
    struct pollfd waits[2 * SLOTS_MOST];
    nfds_t waiting = 0;
    for (unsigned i = 0; i < count; i++) {
        const struct slot *slot = &slots[i];
        if (slot->state == SLOT_OPENING || slot->state == SLOT_BUSY)
            waits[waiting++] = (struct pollfd){slot->process.from, POLLIN, 0};
        if ((slot->state == SLOT_OPENING || slot->state == SLOT_BUSY) && slot->process.out.length > 0)
            waits[waiting++] = (struct pollfd){slot->process.to, POLLOUT, 0};
    }
    (void)poll(waits, waiting, milliseconds);
}
