/* An open-addressing table from (value, stretch) to the number of places kept, over an arena that holds the places. */
#include "worker/findings.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/wire.h"

enum { SLOTS = 2 * FINDINGS_BATCH, ARENA_MOST = 24 << 20 };

struct place {
    uint64_t offset;
    uint32_t file;
    uint32_t count;
    uint8_t kind;
    uint8_t encoding;
    uint16_t value_length, path_length, context_length;
    const char *value, *path, *context;
};

struct slot {
    uint64_t stretch;
    uint32_t file;
    uint32_t kept;      /* places listed of this value here */
    struct place *last; /* the last one listed: it counts the rest. NULL: the slot is free */
};

struct findings {
    struct answer *answer;
    struct arena arena;
    struct place **places;
    size_t place_count;
    struct slot *slots;
    uint32_t file;
    uint64_t stretch;
    uint64_t base;
    uint64_t notes;
    uint64_t room; /* bytes of frames that this unit may still have */
    uint64_t left_out;
    uint64_t secret; /* so that evidence cannot aim at one slot */
};

struct findings *findings_new(struct answer *answer)
{
    struct findings *findings = calloc(1, sizeof *findings);
    if (findings == NULL)
        return NULL;
    findings->answer = answer;
    (void)!getrandom(&findings->secret, sizeof findings->secret, 0);
    findings->places = calloc(FINDINGS_BATCH, sizeof *findings->places);
    findings->slots = calloc(SLOTS, sizeof *findings->slots);
    if (findings->places == NULL || findings->slots == NULL) {
        findings_free(findings);
        return NULL;
    }
    return findings;
}

void findings_free(struct findings *findings)
{
    if (findings == NULL)
        return;
    arena_free(&findings->arena);
    free(findings->places);
    free(findings->slots);
    free(findings);
}

void findings_start(struct findings *findings, uint64_t unit_bytes)
{
    uint64_t most = UINT64_MAX / FINDINGS_PER_BYTE - FINDINGS_ALWAYS;
    findings->room = FINDINGS_ALWAYS + FINDINGS_PER_BYTE * (unit_bytes < most ? unit_bytes : most);
    findings->left_out = 0;
}

void findings_begin(struct findings *findings, uint32_t file, uint64_t stretch)
{
    findings->file = file;
    findings->stretch = stretch;
}

void findings_base(struct findings *findings, uint64_t base)
{
    findings->base = base;
}

/* FNV-1a from a secret beginning; the probe length is bounded by the table's size. */
static uint64_t hash_of(const struct findings *findings, const struct sb_sighting *sighting)
{
    uint64_t hash = findings->secret ^ findings->stretch ^ ((uint64_t)findings->file << 40) ^
                    ((uint64_t)sighting->kind << 8) ^ (uint64_t)sighting->encoding;
    for (size_t i = 0; i < sighting->value_length; i++)
        hash = (hash ^ (uint8_t)sighting->value[i]) * 1099511628211u;
    return hash ^ hash >> 32;
}

static struct slot *find_slot(struct findings *findings, const struct sb_sighting *sighting)
{
    uint64_t at = hash_of(findings, sighting) % SLOTS;
    for (;; at = (at + 1) % SLOTS) {
        struct slot *slot = &findings->slots[at];
        if (slot->last == NULL)
            return slot;
        const struct place *place = slot->last;
        if (slot->stretch == findings->stretch && slot->file == findings->file && place->kind == sighting->kind &&
            place->encoding == sighting->encoding && place->value_length == sighting->value_length &&
            memcmp(place->value, sighting->value, sighting->value_length) == 0)
            return slot;
    }
}

static struct place *keep(struct findings *findings, const struct sb_sighting *sighting, const char *value)
{
    struct place *place = arena_alloc(&findings->arena, sizeof *place);
    size_t path_length = strlen(sighting->path);
    char *path = arena_text(&findings->arena, sighting->path, path_length);
    char *context = arena_text(&findings->arena, sighting->context, sighting->context_length);
    if (value == NULL)
        value = arena_text(&findings->arena, sighting->value, sighting->value_length);
    if (place == NULL || path == NULL || context == NULL || value == NULL)
        return NULL;
    *place = (struct place){.offset = findings->base + sighting->offset,
                            .file = findings->file,
                            .count = 1,
                            .kind = (uint8_t)sighting->kind,
                            .encoding = (uint8_t)sighting->encoding,
                            .value_length = (uint16_t)sighting->value_length,
                            .path_length = (uint16_t)path_length,
                            .context_length = (uint16_t)sighting->context_length,
                            .value = value,
                            .path = path,
                            .context = context};
    findings->places[findings->place_count++] = place;
    return place;
}

int findings_sighting(void *context, const struct sb_sighting *sighting)
{
    struct findings *findings = context;
    struct slot *slot = find_slot(findings, sighting);
    if (slot->last != NULL && slot->kept >= FINDINGS_KEPT) {
        slot->last->count++;
        return 0;
    }
    if (findings->place_count == FINDINGS_BATCH || findings->arena.used > ARENA_MOST) {
        if (findings_send(findings) != 0)
            return -1;
        slot = find_slot(findings, sighting);
    }
    struct place *place = keep(findings, sighting, slot->last == NULL ? NULL : slot->last->value);
    if (place == NULL)
        return -1;
    *slot = (struct slot){findings->stretch, findings->file, slot->last == NULL ? 1 : slot->kept + 1, place};
    return 0;
}

int findings_note(void *context, uint64_t offset, const char *path, const char *reason)
{
    struct findings *findings = context;
    if (findings->notes++ >= FINDINGS_NOTES)
        return 0;
    return answer_note(findings->answer, findings->file, findings->base + offset, path, reason);
}

int findings_alive(void *context)
{
    struct findings *findings = context;
    return answer_alive(findings->answer, findings->answer->progress);
}

static int compare_places(const void *left, const void *right)
{
    const struct place *a = *(struct place *const *)left;
    const struct place *b = *(struct place *const *)right;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    int order = strcmp(a->path, b->path);
    if (order != 0)
        return order;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->encoding != b->encoding)
        return a->encoding < b->encoding ? -1 : 1;
    return strcmp(a->value, b->value);
}

static int send_place(struct findings *findings, const struct place *place)
{
    struct answer *answer = findings->answer;
    size_t bytes = 64 + (size_t)place->path_length + place->value_length + place->context_length;
    if (bytes > findings->room) {
        findings->left_out++;
        return 0;
    }
    findings->room -= bytes;
    size_t start = answer_begin(answer, FRAME_SIGHTING);
    wire_put_u32(&answer->out, place->file);
    wire_put_u64(&answer->out, place->offset);
    wire_put_u8(&answer->out, place->kind);
    wire_put_u8(&answer->out, place->encoding);
    wire_put_u32(&answer->out, place->count);
    wire_put_blob(&answer->out, place->path, place->path_length);
    wire_put_blob(&answer->out, place->value, place->value_length);
    wire_put_blob(&answer->out, place->context, place->context_length);
    return answer_end(answer, start);
}

int findings_send(struct findings *findings)
{
    if (findings->place_count > 1)
        qsort(findings->places, findings->place_count, sizeof *findings->places, compare_places);
    int result = 0;
    for (size_t i = 0; result == 0 && i < findings->place_count; i++)
        if (i == 0 || compare_places(&findings->places[i - 1], &findings->places[i]) != 0)
            result = send_place(findings, findings->places[i]);
    if (findings->place_count > 0)
        memset(findings->slots, 0, SLOTS * sizeof *findings->slots);
    findings->place_count = 0;
    arena_free(&findings->arena);
    return result;
}

int findings_finish(struct findings *findings)
{
    int result = findings_send(findings);
    if (result == 0 && findings->notes > FINDINGS_NOTES) {
        struct bytes text = {0};
        bytes_format(&text, "%llu more places were not decoded to their end",
                     (unsigned long long)(findings->notes - FINDINGS_NOTES));
        result = answer_note(findings->answer, findings->file, 0, "", bytes_text(&text));
        bytes_free(&text);
    }
    if (result == 0 && findings->left_out > 0) {
        struct bytes text = {0};
        bytes_format(&text, "%llu findings more than one unit may hold were left out",
                     (unsigned long long)findings->left_out);
        result = answer_note(findings->answer, findings->file, findings->base, "", bytes_text(&text));
        bytes_free(&text);
    }
    findings->notes = 0;
    return result;
}
