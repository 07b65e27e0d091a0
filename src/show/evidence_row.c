/* One evidence item with everything that is to be known of how it was read. */
#include <string.h>

#include "base/bytes.h"
#include "show/mask.h"
#include "show/rows.h"
#include "show/show.h"

struct parts {
    struct json *json;
    bool reveal;
};

static int add_volume(void *context, const struct store_volume *row)
{
    struct json *json = ((struct parts *)context)->json;
    json_open(json, NULL, '{');
    json_int(json, "number", row->number);
    json_int(json, "start", row->start);
    json_int(json, "length", row->length);
    json_text(json, "description", row->description);
    json_text_or_null(json, "file_system", row->file_system);
    json_text_or_null(json, "encryption", row->encryption);
    json_close(json, '}');
    return 0;
}

static int add_gap(void *context, const struct store_gap *row)
{
    const struct parts *parts = context;
    struct json *json = parts->json;
    json_open(json, NULL, '{');
    json_bool(json, "read", row->read);
    json_text(json, "unit", row->unit);
    json_int(json, "start", row->start);
    json_int(json, "length", row->length);
    json_text(json, "file", shown_text(row->file_path, parts->reveal));
    json_text(json, "path", shown_text(row->path, parts->reveal));
    json_text(json, "reason", shown_text(row->reason, parts->reveal));
    json_close(json, '}');
    return 0;
}

/* A set of search terms, one a line. */
static int add_terms(void *context, const char *lines)
{
    const struct parts *parts = context;
    struct bytes term = {0};
    for (const char *at = lines; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        bytes_clear(&term);
        bytes_append(&term, at, length);
        json_text(parts->json, NULL, shown_text(bytes_text(&term), parts->reveal));
        at += length + (at[length] == '\n');
    }
    bytes_free(&term);
    return 0;
}

static void add_paths(struct json *json, const char *lines)
{
    json_open(json, "paths", '[');
    for (const char *at = lines; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        json_text_n(json, NULL, at, length);
        at += length + (at[length] == '\n');
    }
    json_close(json, ']');
}

const char *evidence_match(const struct store_evidence *row)
{
    if (row->sha1[0] != '\0' && row->recorded_sha1[0] != '\0')
        return strcmp(row->sha1, row->recorded_sha1) == 0 ? "yes" : "no";
    if (row->md5[0] != '\0' && row->recorded_md5[0] != '\0')
        return strcmp(row->md5, row->recorded_md5) == 0 ? "yes" : "no";
    return "";
}

static int64_t number_of_parent(int64_t number)
{
    int level = store_evidence_depth(number);
    int64_t rank = store_evidence_rank(number, level);
    return number - (rank << (STORE_ITEM_BITS + STORE_RANK_BITS * (STORE_INSIDE_MOST - level)));
}

int json_evidence(struct json *json, struct store *store, const struct store_evidence *row, bool reveal,
                  struct error *error)
{
    struct parts parts = {json, reveal};
    const char *match = evidence_match(row);
    json_text(json, "case", row->case_reference);
    json_text(json, "evidence", shown_text(row->name, reveal));
    json_text(json, "evidence_id", shown_evidence(row->case_reference, row->number));
    if (row->parent == 0)
        json_null(json, "inside");
    else
        json_text(json, "inside", shown_evidence(row->case_reference, number_of_parent(row->number)));
    json_text(json, "inside_file", row->parent == 0 ? NULL : shown_text(row->parent_path, reveal));
    add_paths(json, shown_text(row->paths, reveal));
    json_text_or_null(json, "format", row->format);
    json_int(json, "size", row->size);
    json_text(json, "state", row->state);
    json_text_or_null(json, "problem", shown_text(row->problem, reveal));
    json_text_or_null(json, "md5", row->md5);
    json_text_or_null(json, "sha1", row->sha1);
    json_text_or_null(json, "sha256", row->sha256);
    json_text_or_null(json, "recorded_md5", row->recorded_md5);
    json_text_or_null(json, "recorded_sha1", row->recorded_sha1);
    if (match[0] == '\0')
        json_null(json, "verified");
    else
        json_bool(json, "verified", match[0] == 'y');
    json_int(json, "files", row->files);
    json_int(json, "sightings", row->sightings);
    json_int(json, "not_read", row->gaps);
    json_open(json, "volumes", '[');
    int result = store_volume_each(store, row->id, add_volume, &parts, error);
    json_close(json, ']');
    json_open(json, "gaps", '[');
    if (result == 0)
        result = store_gap_each(store, row->id, add_gap, &parts, error);
    json_close(json, ']');
    json_open(json, "terms", '[');
    if (result == 0)
        result = store_terms_each(store, row->id, add_terms, &parts, error);
    json_close(json, ']');
    return result;
}
