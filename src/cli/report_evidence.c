/* Of what could not be read, every range is listed; of what was not decoded to its end, the first few and the count. */
#include "cli/report_evidence.h"

#include <stdio.h>
#include <string.h>

#include "cli/table.h"
#include "show/mask.h"
#include "show/rows.h"
#include "show/show.h"

enum { NOTES_SHOWN = 5 };

struct report {
    bool reveal;
    int64_t terms;
    int64_t notes;
};

static int show_volume(void *context, const struct store_volume *row)
{
    (void)context;
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

/* A set of search terms, one a line. */
static int show_terms(void *context, const char *lines)
{
    struct report *report = context;
    for (const char *at = lines; *at != '\0';) {
        size_t length = strcspn(at, "\n");
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
    if (!row->read || report->notes++ < NOTES_SHOWN)
        show_gap_text(row, report->reveal);
    return 0;
}

static void show_state(const struct store_evidence *row, bool reveal)
{
    (void)printf("%s  %s  %s  %s  ", shown_evidence(row->case_reference, row->number),
                 printable(shown_text(row->name, reveal)), row->format[0] == '\0' ? "not opened yet" : row->format,
                 shown_size(row->size));
    if (strcmp(row->state, "incomplete") == 0)
        (void)printf("incomplete: %lld %s not read", (long long)row->gaps, row->gaps == 1 ? "range" : "ranges");
    else if (strcmp(row->state, "failed") == 0)
        (void)printf("failed: %s", printable(shown_text(row->problem, reveal)));
    else if (strcmp(row->state, "complete") == 0)
        (void)printf("complete");
    else
        (void)printf("in work: %lld of %lld units done", (long long)row->units_done, (long long)row->units);
    (void)printf("\n  %s files, %s sightings\n", shown_number(row->files), shown_number(row->sightings));
}

static void show_digests(const struct store_evidence *row)
{
    const char *match = evidence_match(row);
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

int report_evidence_json(struct store *store, const struct store_evidence *row, bool reveal, struct error *error)
{
    struct json json = {0};
    json_open(&json, NULL, '{');
    int result = json_evidence(&json, store, row, reveal, error);
    json_close(&json, '}');
    if (result == 0)
        print_json(&json);
    json_free(&json);
    return result;
}
