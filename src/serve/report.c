/* A report for the court's file: one HTML page that needs nothing else and prints well. What was seized, its digests,
 * what could not be read, what links it to others and why; and for each finding how to come to it again. No scripts;
 * whatever came with evidence is text (markup.h), and what is masked stays masked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link/link.h"
#include "scan/kinds.h"
#include "serve/answer.h"
#include "serve/report.h"
#include "show/mask.h"
#include "show/rows.h"
#include "show/show.h"

/* A wide page, on paper A4 across. Columns have their shares, so that what is long breaks where there is room, and
 * never within a word that fits. */
static const char style[] =
    "body{font:10.5pt/1.45 'Noto Sans','Liberation Sans',Arial,sans-serif;color:#111;background:#fff;max-width:80em;"
    "margin:2em auto;padding:0 1em}h1{font-size:1.7em;margin:0 0 .2em}h2{font-size:1.25em;margin:2em 0 .4em;"
    "border-bottom:1px solid #999}h3{font-size:1.05em;margin:1.4em 0 .3em}table{border-collapse:collapse;width:100%;"
    "margin:.5em 0}th,td{text-align:left;vertical-align:top;padding:.2em .8em .2em 0;border-bottom:1px solid #ddd;"
    "overflow-wrap:break-word}th{font-weight:600;border-bottom:1px solid #666}td.n,th.n{text-align:right}"
    "code,.m{font-family:'Liberation Mono','DejaVu Sans Mono',monospace;font-size:.85em}"
    "dl{display:grid;grid-template-columns:11em 1fr;margin:.5em 0}dt{color:#444}dd{margin:0;overflow-wrap:anywhere}"
    ".bad{font-weight:700}.r{white-space:nowrap}.finding{table-layout:fixed}.finding tr:first-child td{border-bottom:none}"
    ".finding dl{grid-template-columns:6em 1fr;margin:0 0 .3em}.w1{width:9%}.w2{width:11%}.w3{width:24%}"
    "footer{margin-top:3em;color:#444;font-size:.85em}@page{size:A4 landscape;margin:15mm}"
    "@media print{body{margin:0;max-width:none;font-size:9pt}h2,h3{break-after:avoid}"
    "tr,.finding tbody{break-inside:avoid}thead{display:table-header-group}}";

/* ---- pieces ---- */

void report_cell(struct bytes *out, const char *text)
{
    bytes_append_text(out, "<td>");
    append_markup(out, text);
    bytes_append_text(out, "</td>");
}

void report_code(struct bytes *out, const char *text)
{
    bytes_append_text(out, "<td class=\"m\">");
    append_markup(out, text);
    bytes_append_text(out, "</td>");
}

void report_number(struct bytes *out, int64_t number)
{
    bytes_format(out, "<td class=\"n\">%s</td>", shown_number(number));
}

static void term(struct bytes *out, const char *name, const char *text, bool code)
{
    if (text == NULL || text[0] == '\0')
        return;
    bytes_format(out, "<dt>%s</dt><dd%s>", name, code ? " class=\"m\"" : "");
    append_markup(out, text);
    bytes_append_text(out, "</dd>");
}

size_t report_table(struct bytes *out, const char *head, size_t *begun)
{
    *begun = out->length;
    bytes_append_text(out, head);
    return out->length;
}

void report_table_end(struct bytes *out, size_t begun, size_t empty, const char *nothing)
{
    if (out->failed || out->length != empty) {
        bytes_append_text(out, "</tbody></table>\n");
        return;
    }
    out->length = begun;
    bytes_append_text(out, nothing);
}

/* ---- cases ---- */

static bool wants(const struct report *report, const char *reference)
{
    for (size_t i = 0; i < report->case_count; i++)
        if (strcmp(report->cases[i], reference) == 0)
            return true;
    return false;
}

static int case_row(void *context, const struct store_case *row)
{
    struct report *report = context;
    struct bytes *out = report->out;
    if (!wants(report, row->reference))
        return 0;
    bytes_append_text(out, "<tr>");
    report_cell(out, row->reference);
    report_cell(out, row->country);
    report_cell(out, row->authority);
    report_cell(out, shown_text(row->title, false));
    report_cell(out, row->handling);
    report_cell(out, row->retention);
    bytes_append_text(out, "</tr>\n");
    return 0;
}

/* ---- evidence ---- */

static int volume_row(void *context, const struct store_volume *row)
{
    struct bytes *out = ((struct report *)context)->out;
    bytes_append_text(out, "<tr>");
    report_number(out, row->number);
    report_number(out, row->start);
    report_number(out, row->length);
    report_cell(out, row->file_system);
    report_cell(out, row->description);
    report_cell(out, row->encryption[0] == '\0' ? "" : row->encryption);
    bytes_append_text(out, "</tr>\n");
    return 0;
}

static int gap_row(void *context, const struct store_gap *row)
{
    struct report *report = context;
    struct bytes *out = report->out;
    if (row->read) {
        report->notes++;
        return 0;
    }
    bytes_append_text(out, "<tr>");
    report_cell(out, row->unit);
    report_number(out, row->start);
    report_number(out, row->length);
    report_cell(out, shown_text(row->file_path, false));
    report_cell(out, shown_text(row->reason, false));
    bytes_append_text(out, "</tr>\n");
    return 0;
}

static void write_match(struct bytes *out, const struct store_evidence *row)
{
    const char *match = evidence_match(row);
    if (match[0] == 'y')
        term(out, "Verified", "the digests are those that the acquisition recorded", false);
    else if (match[0] == 'n')
        bytes_append_text(out,
                          "<dt>Verified</dt><dd class=\"bad\">NO: the digests differ from those that the acquisition "
                          "recorded</dd>");
    else
        term(out, "Verified", "nothing to compare with: the image records no digests, or none were computed", false);
}

static int evidence_row(void *context, const struct store_evidence *row)
{
    struct report *report = context;
    struct bytes *out = report->out;
    char size[64];
    (void)snprintf(size, sizeof size, "%s bytes", shown_number(row->size));
    bytes_append_text(out, "<h3>");
    append_markup(out, shown_evidence(row->case_reference, row->number));
    bytes_append_text(out, "  ");
    append_markup(out, shown_text(row->name, false));
    bytes_append_text(out, "</h3>\n<dl>");
    term(out, "Files of the image", shown_text(row->paths, false), true);
    term(out, "Format", row->format, false);
    term(out, "Size", size, false);
    term(out, "State", row->state, false);
    term(out, "Problem", shown_text(row->problem, false), false);
    term(out, "MD5", row->md5, true);
    term(out, "SHA-1", row->sha1, true);
    term(out, "SHA-256", row->sha256, true);
    term(out, "MD5, recorded", row->recorded_md5, true);
    term(out, "SHA-1, recorded", row->recorded_sha1, true);
    write_match(out, row);
    term(out, "Files", shown_number(row->files), false);
    term(out, "Findings", shown_number(row->sightings), false);
    bytes_append_text(out, "</dl>\n");
    size_t begun, empty = report_table(out,
                                       "<table><thead><tr><th class=\"n\">Volume</th><th class=\"n\">Start</th>"
                                       "<th class=\"n\">Bytes</th><th>File system</th><th>Description</th>"
                                       "<th>Encrypted</th></tr></thead><tbody>\n",
                                       &begun);
    if (store_volume_each(report->request->store, row->id, volume_row, report, report->error) != 0)
        return -1;
    report_table_end(out, begun, empty, "");
    bytes_format(out, "<p>Ranges that could not be read: <span%s>%s</span>.</p>\n",
                 row->gaps > 0 ? " class=\"bad\"" : "", shown_number(row->gaps));
    report->notes = 0;
    empty = report_table(out,
                         "<table><thead><tr><th>Unit</th><th class=\"n\">Start</th><th class=\"n\">Bytes</th>"
                         "<th>File</th><th>Reason</th></tr></thead><tbody>\n",
                         &begun);
    if (store_gap_each(report->request->store, row->id, gap_row, report, report->error) != 0)
        return -1;
    report_table_end(out, begun, empty, "");
    if (report->notes > 0)
        bytes_format(out, "<p>Read, but not decoded to the end: %s places (samband evidence --json lists them).</p>\n",
                     shown_number(report->notes));
    return 0;
}

/* ---- links ---- */

static size_t count_wanted(const struct report *report, const struct link *link)
{
    size_t count = 0;
    for (size_t i = 0; i < link->case_count; i++)
        count += wants(report, link->cases[i]);
    return count;
}

static void write_link(struct report *report, const struct link *link)
{
    struct bytes *out = report->out;
    bytes_format(out, "<tr><td class=\"n\">%.2f</td>", link->weight);
    report_cell(out, link->kind);
    report_code(out, shown_value(link->kind, link->value, false));
    report_cell(out, joined(link->countries, link->country_count, " "));
    bytes_append_text(out, "<td>");
    for (size_t i = 0; i < link->case_count; i++) {
        bytes_append_text(out, i == 0 ? "<span class=\"r\">" : ", <span class=\"r\">");
        append_markup(out, link->cases[i]);
        bytes_append_text(out, "</span>");
    }
    bytes_append_text(out, "</td>");
    bytes_format(out, "<td>worth of its kind %.1f; %zu of %lld cases share it</td></tr>\n",
                 sb_kind_info(sb_kind_of(link->kind))->link_weight, link->case_count, (long long)report->all_cases);
}

static void write_links(struct report *report, const struct links *links)
{
    struct bytes *out = report->out;
    int64_t shown = 0, all = 0;
    bytes_append_text(
        out, "<h2>Links</h2>\n<p>A link is a value, or a file's content, that two or more cases share. Its "
             "weight is what its kind is worth, times how rare it is among all cases that this report's reader may "
             "read: ln((n + 1) / k) / ln((n + 1) / 2) for k of n cases.</p>\n");
    size_t begun, empty = report_table(out,
                                       "<table><thead><tr><th class=\"n\">Weight</th><th>Kind</th><th>Value</th>"
                                       "<th>Countries</th><th>Cases</th><th>Reason</th></tr></thead><tbody>\n",
                                       &begun);
    for (size_t i = 0; i < links_count(links); i++) {
        const struct link *link = links_at(links, i);
        if (count_wanted(report, link) == 0 || (report->network && count_wanted(report, link) < 2))
            continue;
        if (all++ < REPORT_LINKS) {
            write_link(report, link);
            shown++;
        }
    }
    report_table_end(out, begun, empty, "<p>There are none.</p>\n");
    if (all > shown)
        bytes_format(out, "<p>The heaviest %s of %s links are shown; samband links lists all.</p>\n",
                     shown_number(shown), shown_number(all));
}

static int hit_row(void *context, const struct store_selector *selector, const struct store_hit *hit)
{
    struct report *report = context;
    struct bytes *out = report->out;
    if (report->hits++ >= REPORT_LINKS)
        return 0;
    bytes_append_text(out, "<tr>");
    report_cell(out, selector->kind);
    report_code(out, shown_value(selector->kind, selector->value, false));
    report_cell(out, hit->name);
    report_cell(out, hit->country);
    report_cell(out, hit->contact);
    bytes_append_text(out, "</tr>\n");
    return 0;
}

static int write_hits(struct report *report)
{
    struct bytes *out = report->out;
    bytes_append_text(out, "<h2>Known to other authorities</h2>\n");
    size_t begun, empty = report_table(out,
                                       "<p>What of it, they say on request.</p>\n"
                                       "<table><thead><tr><th>Kind</th><th>Value</th><th>Authority</th><th>Country</th>"
                                       "<th>Contact</th></tr></thead><tbody>\n",
                                       &begun);
    for (size_t i = 0; i < report->case_count; i++)
        if (store_shared_hit_each(report->request->store, report->cases[i], hit_row, report, report->error) != 0)
            return -1;
    report_table_end(out, begun, empty, "<p>Nothing.</p>\n");
    return 0;
}

/* ---- the page ---- */

/* The strictest code of the cases in it: what holds something of each is handled as that one. */
static int find_handling(void *context, const struct store_case *row)
{
    struct report *report = context;
    if (!wants(report, row->reference))
        return 0;
    const char *strictest = strictest_handling(report->handling, row->handling);
    if (strictest != report->handling)
        (void)snprintf(report->room, sizeof report->room, "%s", strictest);
    report->handling = report->room;
    note_case(report->request, &report->noted, row->reference, row->handling);
    return 0;
}

static void write_head(struct report *report)
{
    struct bytes *out = report->out;
    const struct store_person *person = report->request->person;
    bytes_append_text(out,
                      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'unsafe-inline'\"><meta name=\"viewport\" content=\"width=device-width\"><title>");
    append_markup(out, report->title);
    const char *code = report->handling, *meaning = handling_meaning(report->handling);
    bytes_format(out,
                 "</title><style>%s@page{@bottom-right{content:\"Handling: %s, %s\";font:8pt sans-serif}"
                 "@bottom-left{content:counter(page);font:8pt sans-serif}}</style></head><body>\n<h1>",
                 style, code, meaning);
    append_markup(out, report->title);
    bytes_format(out, "</h1>\n<dl><dt>Handling</dt><dd class=\"bad\">%s: %s (the strictest of its cases)</dd>", code,
                 meaning);
    term(out, "Made", shown_time(report->request->now), false);
    term(out, "By", person->full_name[0] != '\0' ? person->full_name : person->name, false);
    term(out, "Authority", person->authority_name, false);
    term(out, "With", "Samband " SAMBAND_VERSION, false);
    bytes_append_text(out, "</dl>\n<p>Card numbers, keys and the like are shown with their first six and last four "
                           "characters.</p>\n<h2>Cases</h2>\n<table><thead><tr><th>Case</th><th>Country</th>"
                           "<th>Authority</th><th>Title</th><th>Handling</th><th>Retention</th></tr></thead><tbody>\n");
}

static int write_report(struct report *report, const struct links *links)
{
    struct store *store = report->request->store;
    struct bytes *out = report->out;
    if (store_case_count(store, &report->all_cases, report->error) != 0)
        return -1;
    if (store_case_each(store, find_handling, report, report->error) != 0)
        return -1;
    note_more_cases(report->request, report->noted);
    if (report->handling == NULL) /* the case went a moment ago */
        report->handling = "own";
    write_head(report);
    if (store_case_each(store, case_row, report, report->error) != 0)
        return -1;
    bytes_append_text(out, "</tbody></table>\n<h2>Evidence</h2>\n");
    size_t before = out->length;
    for (size_t i = 0; i < report->case_count; i++)
        if (store_evidence_each(store, report->cases[i], evidence_row, report, report->error) != 0)
            return -1;
    if (out->length == before)
        bytes_append_text(out, "<p>There is none.</p>\n");
    write_links(report, links);
    if (write_hits(report) != 0 || report_findings(report, links) != 0)
        return -1;
    bytes_format(out, "<footer>End of the report. Handling: %s, %s.</footer>\n</body></html>\n", report->handling,
                 handling_meaning(report->handling));
    return out->failed ? fail(report->error, "memory is short") : 0;
}

static const struct network *find_network(const struct links *links, const char *reference)
{
    for (size_t i = 0; i < networks_count(links); i++) {
        const struct network *network = networks_at(links, i);
        for (size_t c = 0; c < network->case_count; c++)
            if (strcmp(network->cases[c], reference) == 0)
                return network;
    }
    return NULL;
}

static int show_report(struct request *request, struct error *error)
{
    const char *of_case = request_query(request, "case"), *of_network = request_query(request, "network");
    const char *reference = of_network != NULL && of_network[0] != '\0' ? of_network : of_case;
    bool reads = false;
    char title[256];
    struct report report = {.request = request, .error = error, .out = &request->json.out, .title = title};
    if (reference == NULL || reference[0] == '\0')
        return request_problem(request, 400, "Please name a case (\"case\"), or one of a network's (\"network\").");
    if (store_case_readable(request->store, reference, &reads, error) != 0)
        return -1;
    if (!reads)
        return request_not_found(request);
    struct links *links = links_find(request->store, error);
    if (links == NULL)
        return -1;
    const struct network *network = reference == of_network ? find_network(links, reference) : NULL;
    report.network = network != NULL;
    report.cases = network != NULL ? network->cases : &reference;
    report.case_count = network != NULL ? network->case_count : 1;
    (void)snprintf(title, sizeof title, "%s %.200s",
                   network != NULL ? "Report of the network of case" : "Report of case", reference);
    (void)snprintf(request->object, sizeof request->object, "%s", title);
    int result = write_report(&report, links);
    request->type = "text/html; charset=utf-8";
    links_free(links);
    return result;
}

static const struct parameter parameters[] = {
    {"case", "the case"}, {"network", "a case: all cases that hang together with it"}, {NULL, NULL}};

const struct route report_routes[] = {{"GET", "/api/report", ROLES_CASE_DATA, "export",
                                       "A self-contained HTML page of a case or a network", parameters, "Report",
                                       show_report},
                                      {0}};
