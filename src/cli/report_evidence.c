/* Of what could not be read, every range is listed; of what was not decoded to its end, the first few and the count. */
#include "cli/report_evidence.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "cli/show.h"

enum { NOTES_SHOWN = 5 };

struct report {
    struct json *json; /* NULL: for people */
    bool reveal;
    int64_t terms;
    int64_t notes;
};

static int show_volume(void *context, const struct store_volume *row)
{
    struct report *report = context;
    if (report->json != NULL) {
        json_open(report->json, NULL, '{');
        json_int(report->json, "number", row->number);
        json_int(report->json, "start", row->start);
        json_int(report->json, "length", row->length);
        json_text(report->json, "description", row->description);
        json_text(report->json, "file_system", row->file_system[0] == '\0' ? NULL : row->file_system);
        json_text(report->json, "encryption", row->encryption[0] == '\0' ? NULL : row->encryption);
        json_close(report->json, '}');
        return 0;
    }
    (void)printf("  volume %lld  %s at %s", (long long)row->number, shown_size(row->length), shown_number(row->start));
    if (row->file_system[0] != '\0')
        (void)printf("  %s", printable(row->file_system));
    if (row->description[0] != '\0')
        (void)printf("  %s", printable(row->description));
    if (row->encryption[0] != '\0')
        (void)printf("  ENCRYPTED: %s", printable(row->encryption));
    (void)printf("\n");
    return 0;
}

static void show_term(struct report *report, const char *term, size_t length)
{
    struct bytes line = {0};
    bytes_append(&line, term, length);
    json_text(report->json, NULL, shown_text(bytes_text(&line), report->reveal));
    bytes_free(&line);
}

/* A set of search terms, one a line. */
static int show_terms(void *context, const char *lines)
{
    struct report *report = context;
    for (const char *at = lines; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        if (report->json != NULL)
            show_term(report, at, length);
        report->terms++;
        at += length + (at[length] == '\n');
    }
    return 0;
}

static void show_gap_text(const struct store_gap *row, bool reveal)
{
    (void)printf("  %s ", row->read ? "not decoded to its end:" : "not read:");
    if (row->file_path != NULL && row->file_path[0] != '\0')
        (void)printf("%s, ", printable(shown_text(row->file_path, reveal)));
    if (row->length > 0)
        (void)printf("bytes %lld to %lld", (long long)row->start, (long long)(row->start + row->length - 1));
    else if (row->read)
        (void)printf("%lld%s%s", (long long)row->start, row->path[0] == '\0' ? "" : "-",
                     printable(shown_text(row->path, reveal)));
    else if (row->file == 0)
        (void)printf("(%s)", row->unit);
    (void)printf(": %s\n", printable(shown_text(row->reason, reveal)));
}

static int show_gap(void *context, const struct store_gap *row)
{
    struct report *report = context;
    if (report->json == NULL) {
        if (!row->read || report->notes++ < NOTES_SHOWN)
            show_gap_text(row, report->reveal);
        return 0;
    }
    json_open(report->json, NULL, '{');
    json_bool(report->json, "read", row->read);
    json_text(report->json, "unit", row->unit);
    json_int(report->json, "start", row->start);
    json_int(report->json, "length", row->length);
    json_text(report->json, "file", shown_text(row->file_path, report->reveal));
    json_text(report->json, "path", shown_text(row->path, report->reveal));
    json_text(report->json, "reason", shown_text(row->reason, report->reveal));
    json_close(report->json, '}');
    return 0;
}

/* "yes" and "no" only where both sides are there; the strongest recorded digest counts. */
static const char *match_of(const struct store_evidence *row)
{
    if (row->sha1[0] != '\0' && row->recorded_sha1[0] != '\0')
        return strcmp(row->sha1, row->recorded_sha1) == 0 ? "yes" : "no";
    if (row->md5[0] != '\0' && row->recorded_md5[0] != '\0')
        return strcmp(row->md5, row->recorded_md5) == 0 ? "yes" : "no";
    return "";
}

static void show_state(const struct store_evidence *row, bool reveal)
{
    (void)printf("%s  %s  %s  %s  ", shown_evidence(row->case_reference, row->number),
                 printable(shown_text(row->name, reveal)), row->format[0] == '\0' ? "not opened yet" : row->format,
                 shown_size(row->size));
    if (strcmp(row->state, "incomplete") == 0)
        (void)printf("incomplete: %lld %s not read", (long long)row->gaps, row->gaps == 1 ? "range" : "ranges");
    else if (strcmp(row->state, "failed") == 0)
        (void)printf("failed: %s", printable(row->problem));
    else if (strcmp(row->state, "complete") == 0)
        (void)printf("complete");
    else
        (void)printf("in work: %lld of %lld units done", (long long)row->units_done, (long long)row->units);
    (void)printf("\n  %s files, %s sightings\n", shown_number(row->files), shown_number(row->sightings));
}

static void show_digests(const struct store_evidence *row)
{
    const char *match = match_of(row);
    if (row->sha256[0] != '\0')
        (void)printf("  md5 %s\n  sha1 %s\n  sha256 %s\n", row->md5, row->sha1, row->sha256);
    if (match[0] == 'y')
        (void)printf("  digests match those recorded at acquisition\n");
    else if (match[0] == 'n')
        (void)printf("  DIGESTS DIFFER from those recorded at acquisition: md5 %s sha1 %s\n", row->recorded_md5,
                     row->recorded_sha1);
    else if (row->sha256[0] != '\0' && row->parent == 0)
        (void)printf("  the image records no digests of its acquisition\n");
}

int report_evidence(struct store *store, const struct store_evidence *row, bool reveal, struct error *error)
{
    struct report report = {.reveal = reveal};
    show_state(row, reveal);
    show_digests(row);
    if (store_volume_each(store, row->id, show_volume, &report, error) != 0 ||
        store_gap_each(store, row->id, show_gap, &report, error) != 0)
        return -1;
    if (store_terms_each(store, row->id, show_terms, &report, error) != 0)
        return -1;
    if (report.terms > 0)
        (void)printf("  %s search %s\n", shown_number(report.terms), report.terms == 1 ? "term" : "terms");
    if (report.notes > NOTES_SHOWN)
        (void)printf("  … and %lld more not decoded to their end (samband evidence --json lists all)\n",
                     (long long)(report.notes - NOTES_SHOWN));
    return 0;
}

static int64_t number_of_parent(int64_t number)
{
    int level = store_evidence_depth(number);
    int64_t rank = store_evidence_rank(number, level);
    return number - (rank << (STORE_ITEM_BITS + STORE_RANK_BITS * (STORE_INSIDE_MOST - level)));
}

int report_evidence_json(struct store *store, const struct store_evidence *row, bool reveal, struct error *error)
{
    struct json json = {0};
    struct report report = {.json = &json, .reveal = reveal};
    const char *match = match_of(row);
    json_open(&json, NULL, '{');
    json_text(&json, "case", row->case_reference);
    json_text(&json, "evidence", shown_text(row->name, reveal));
    json_text(&json, "evidence_id", shown_evidence(row->case_reference, row->number));
    if (row->parent == 0)
        json_null(&json, "inside");
    else
        json_text(&json, "inside", shown_evidence(row->case_reference, number_of_parent(row->number)));
    json_text(&json, "inside_file", row->parent == 0 ? NULL : shown_text(row->parent_path, reveal));
    json_open(&json, "paths", '[');
    for (const char *at = row->paths; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        json_text_n(&json, NULL, at, length);
        at += length + (at[length] == '\n');
    }
    json_close(&json, ']');
    json_text(&json, "format", row->format[0] == '\0' ? NULL : row->format);
    json_int(&json, "size", row->size);
    json_text(&json, "state", row->state);
    json_text(&json, "problem", row->problem[0] == '\0' ? NULL : row->problem);
    json_text(&json, "md5", row->md5[0] == '\0' ? NULL : row->md5);
    json_text(&json, "sha1", row->sha1[0] == '\0' ? NULL : row->sha1);
    json_text(&json, "sha256", row->sha256[0] == '\0' ? NULL : row->sha256);
    json_text(&json, "recorded_md5", row->recorded_md5[0] == '\0' ? NULL : row->recorded_md5);
    json_text(&json, "recorded_sha1", row->recorded_sha1[0] == '\0' ? NULL : row->recorded_sha1);
    if (match[0] == '\0')
        json_null(&json, "verified");
    else
        json_bool(&json, "verified", match[0] == 'y');
    json_int(&json, "files", row->files);
    json_int(&json, "sightings", row->sightings);
    json_int(&json, "not_read", row->gaps);
    json_open(&json, "volumes", '[');
    int result = store_volume_each(store, row->id, show_volume, &report, error);
    json_close(&json, ']');
    json_open(&json, "gaps", '[');
    if (result == 0)
        result = store_gap_each(store, row->id, show_gap, &report, error);
    json_close(&json, ']');
    json_open(&json, "terms", '[');
    if (result == 0)
        result = store_terms_each(store, row->id, show_terms, &report, error);
    json_close(&json, ']');
    json_close(&json, '}');
    if (result == 0)
        print_json(&json);
    json_free(&json);
    return result;
}
