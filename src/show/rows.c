/* Everything here may show what a suspect wrote: it leaves only as escaped JSON, and masked. */
#include "show/rows.h"

#include "show/mask.h"
#include "show/scratch.h"
#include "show/show.h"

void json_texts(struct json *json, const char *key, const char *const *texts, size_t count)
{
    json_open(json, key, '[');
    for (size_t i = 0; i < count; i++)
        json_text(json, NULL, texts[i]);
    json_close(json, ']');
}

void json_text_or_null(struct json *json, const char *key, const char *text)
{
    json_text(json, key, text[0] == '\0' ? NULL : text);
}

static void json_cases(struct json *json, const char *const *cases, size_t case_count, const char *const *countries,
                       size_t country_count)
{
    json_texts(json, "cases", cases, case_count);
    json_texts(json, "countries", countries, country_count);
}

static void json_offset(struct json *json, const char *key, int64_t offset)
{
    if (offset == STORE_NO_OFFSET)
        json_null(json, key);
    else
        json_int(json, key, offset);
}

static void json_evidence_name(struct json *json, const char *case_reference, const char *name, int64_t number,
                               bool reveal)
{
    json_text(json, "evidence", shown_text(name, reveal));
    json_text(json, "evidence_id", shown_evidence(case_reference, number));
}

void json_case(struct json *json, const struct store_case *row)
{
    json_text(json, "case", row->reference);
    json_text(json, "country", row->country);
    json_text(json, "authority", row->authority);
    json_text(json, "title", row->title);
    json_text(json, "handling", row->handling);
    json_text_or_null(json, "retention", row->retention);
    json_int(json, "evidence", row->evidence_count);
}

void json_file(struct json *json, const struct store_file *row, bool reveal)
{
    json_text(json, "case", row->case_reference);
    json_evidence_name(json, row->case_reference, row->evidence_name, row->evidence_number, reveal);
    json_int(json, "volume", row->volume);
    json_text(json, "path", shown_text(row->path, reveal));
    json_int(json, "size", row->size);
    json_bool(json, "allocated", row->allocated);
    json_bool(json, "regular", row->regular);
    json_text(json, "md5", shown_digest(row->md5, MD5_SIZE));
    json_text(json, "sha1", shown_digest(row->sha1, SHA1_SIZE));
    json_text(json, "sha256", shown_digest(row->sha256, SHA256_SIZE));
    json_text_or_null(json, "type", row->type);
    json_text(json, "modified", shown_time(row->modified));
    json_text(json, "accessed", shown_time(row->accessed));
    json_text(json, "changed", shown_time(row->changed));
    json_text(json, "created", shown_time(row->created));
    json_text_or_null(json, "known", row->known);
}

void json_selector(struct json *json, const struct store_selector *row, bool reveal)
{
    json_text(json, "kind", row->kind);
    json_text(json, "value", shown_value(row->kind, row->value, reveal));
    json_cases(json, row->cases, row->case_count, row->countries, row->country_count);
    json_int(json, "sightings", row->sightings);
}

const char *shown_path(const struct store_sighting *sighting, bool reveal)
{
    struct bytes *out = scratch(SCRATCH_PATH);
    bool placed = sighting->offset != STORE_NO_OFFSET;
    bytes_format(out, "%s%lld", placed ? "" : "FILE-", (long long)(placed ? sighting->offset : sighting->file_offset));
    if (sighting->path[0] != '\0')
        bytes_format(out, "-%s", shown_text(sighting->path, reveal));
    return bytes_text(out);
}

void json_sighting(struct json *json, const struct store_sighting_row *row, bool reveal)
{
    const struct store_sighting *sighting = &row->sighting;
    json_text(json, "case", row->case_reference);
    json_text(json, "country", row->country);
    json_evidence_name(json, row->case_reference, row->evidence_name, row->evidence_number, reveal);
    json_text(json, "kind", sighting->kind);
    json_text(json, "value", shown_value(sighting->kind, sighting->value, reveal));
    json_offset(json, "offset", sighting->offset);
    json_text(json, "path", shown_path(sighting, reveal));
    json_text(json, "file", shown_text(row->file_path, reveal));
    json_offset(json, "file_offset", sighting->file_offset);
    json_text(json, "allocation", allocation_name(sighting->allocation));
    json_text(json, "encoding", encoding_name(sighting->encoding));
    json_int(json, "count", sighting->count);
    json_text(json, "context", shown_context(sighting->context, reveal));
    json_text_or_null(json, "known", row->known);
}

void json_link(struct json *json, const struct link *row, bool reveal)
{
    json_text(json, "kind", row->kind);
    json_text(json, "value", shown_value(row->kind, row->value, reveal));
    json_cases(json, row->cases, row->case_count, row->countries, row->country_count);
    json_real(json, "weight", row->weight);
    json_int(json, "sightings", row->sightings);
}

void json_network(struct json *json, const struct network *row)
{
    json_cases(json, row->cases, row->case_count, row->countries, row->country_count);
    json_int(json, "selectors", row->selectors);
    json_real(json, "weight", row->weight);
}
