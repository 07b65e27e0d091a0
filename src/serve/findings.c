/* How each finding is come to again: image, place, forensic path, and the command that shows it. First what links
 * cases, then the rest, as far as a report has room. */
#include <stdio.h>
#include <string.h>

#include "scan/kinds.h"
#include "serve/report.h"
#include "show/mask.h"
#include "show/rows.h"
#include "show/show.h"

struct findings {
    struct report *report;
    int64_t shown, of_one, left_out;
};

/* A word of a shell's command line (POSIX, 2.2.2): within single quotes everything stands for itself but the quote. */
static void append_word(struct bytes *out, const char *text)
{
    bytes_append_char(out, '\'');
    for (; *text != '\0'; text++)
        if (*text == '\'')
            bytes_append_text(out, "'\\''");
        else
            bytes_append_char(out, *text);
    bytes_append_char(out, '\'');
}

/* What is masked cannot stand in a command: then the place tells the finding from others. */
static void append_command(struct bytes *out, const struct store_sighting_row *row)
{
    const struct store_sighting *sighting = &row->sighting;
    bool masked = strcmp(shown_value(sighting->kind, sighting->value, false), sighting->value) != 0;
    bytes_append_text(out, "samband sightings --case ");
    append_word(out, row->case_reference);
    bytes_append_text(out, " --kind ");
    append_word(out, sighting->kind);
    if (!masked) {
        bytes_append_text(out, " --value ");
        append_word(out, sighting->value);
    } else if (sighting->offset != STORE_NO_OFFSET) {
        bytes_format(out, " --json | grep '\"offset\":%lld,'", (long long)sighting->offset);
    } else {
        bytes_format(out, " --json | grep '\"file_offset\":%lld,'", (long long)sighting->file_offset);
    }
}

/* What needs a line of its own. */
static void more(struct bytes *out, const char *name, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    bytes_format(out, "<dt>%s</dt><dd class=\"m\">", name);
    append_markup(out, text);
    bytes_append_text(out, "</dd>");
}

static int finding_row(void *context, const struct store_sighting_row *row)
{
    struct findings *findings = context;
    struct bytes *out = findings->report->out;
    const struct store_sighting *sighting = &row->sighting;
    struct bytes command = {0};
    if (findings->of_one >= REPORT_OF_ONE || findings->shown >= REPORT_FINDINGS) {
        findings->left_out++;
        return 0;
    }
    findings->of_one++;
    findings->shown++;
    append_command(&command, row);
    bytes_append_text(out, "<tbody><tr>");
    report_cell(out, sighting->kind);
    report_code(out, shown_value(sighting->kind, sighting->value, false));
    report_cell(out, shown_evidence(row->case_reference, row->evidence_number));
    if (sighting->offset == STORE_NO_OFFSET)
        report_cell(out, "");
    else
        report_number(out, sighting->offset);
    report_code(out, shown_path(sighting, false));
    report_cell(out, allocation_name(sighting->allocation));
    report_cell(out, encoding_name(sighting->encoding));
    bytes_append_text(out, "</tr><tr><td colspan=\"7\"><dl>");
    more(out, "File", shown_text(row->file_path, false));
    more(out, "Context", shown_context(sighting->context, false));
    more(out, "Command", bytes_text(&command));
    bytes_append_text(out, "</dl></td></tr></tbody>\n");
    bytes_free(&command);
    return 0;
}

static int file_row(void *context, const struct store_file *row)
{
    struct findings *findings = context;
    struct bytes *out = findings->report->out;
    struct bytes command = {0};
    if (findings->of_one >= REPORT_OF_ONE || findings->shown >= REPORT_FINDINGS) {
        findings->left_out++;
        return 0;
    }
    findings->of_one++;
    findings->shown++;
    bytes_append_text(&command, "samband files --case ");
    append_word(&command, row->case_reference);
    bytes_format(&command, " --digest %s", shown_digest(row->sha256, SHA256_SIZE));
    bytes_append_text(out, "<tbody><tr><td>file</td>");
    report_code(out, shown_digest(row->sha256, SHA256_SIZE));
    report_cell(out, shown_evidence(row->case_reference, row->evidence_number));
    bytes_append_text(out, "<td></td><td></td>");
    report_cell(out, row->allocated ? "allocated" : "deleted");
    bytes_append_text(out, "<td></td></tr><tr><td colspan=\"7\"><dl>");
    more(out, "File", shown_text(row->path, false));
    more(out, "Command", bytes_text(&command));
    bytes_append_text(out, "</dl></td></tr></tbody>\n");
    bytes_free(&command);
    return 0;
}

static int write_link(struct findings *findings, const struct link *link, const char *reference)
{
    struct report *report = findings->report;
    struct store_filter filter = {
        .case_reference = reference, .kind = link->kind, .value = link->value, .limit = REPORT_OF_ONE + 1};
    findings->of_one = 0;
    if (strcmp(link->kind, "file") == 0)
        return store_file_each(report->request->store, &filter, file_row, findings, report->error);
    return store_sighting_each(report->request->store, &filter, finding_row, findings, report->error);
}

static bool has_case(const struct link *link, const char *reference)
{
    for (size_t i = 0; i < link->case_count; i++)
        if (strcmp(link->cases[i], reference) == 0)
            return true;
    return false;
}

static const char head[] = "<table class=\"finding\"><thead><tr><th class=\"w1\">Kind</th><th "
                           "class=\"w3\">Value</th><th class=\"w2\">Evidence</th>"
                           "<th class=\"n w2\">Byte</th><th class=\"w3\">Forensic path</th><th "
                           "class=\"w2\">Place</th><th class=\"w2\">Encoding</th>"
                           "</tr></thead>\n";
static const char nothing[] = "<p>There is nothing.</p>\n";

/* Each finding has a body of its own, so that a page does not break within one. */
static void end_table(struct bytes *out, size_t begun, size_t empty)
{
    bool any = out->length != empty;
    if (any)
        bytes_append_text(out, "</table>\n");
    else
        report_table_end(out, begun, empty, nothing);
}

static int write_linked(struct findings *findings, const struct links *links)
{
    struct report *report = findings->report;
    for (size_t i = 0; i < links_count(links) && findings->shown < REPORT_FINDINGS; i++)
        for (size_t c = 0; c < report->case_count; c++)
            if (has_case(links_at(links, i), report->cases[c]) &&
                write_link(findings, links_at(links, i), report->cases[c]) != 0)
                return -1;
    return 0;
}

static int write_rest(struct findings *findings)
{
    struct report *report = findings->report;
    for (size_t c = 0; c < report->case_count && findings->shown < REPORT_FINDINGS; c++) {
        const struct store_filter filter = {.case_reference = report->cases[c],
                                            .limit = REPORT_FINDINGS - findings->shown + 1};
        findings->of_one = INT64_MIN; /* here it is all of them that count */
        if (store_sighting_each(report->request->store, &filter, finding_row, findings, report->error) != 0)
            return -1;
    }
    return 0;
}

int report_findings(struct report *report, const struct links *links)
{
    struct findings findings = {.report = report};
    struct bytes *out = report->out;
    bytes_append_text(
        out, "<h2>How each finding is reproduced</h2>\n<p>On the image with the digests above: <code>samband case "
             "add</code>, <code>samband analyse</code>, then the command beside the finding. <i>Byte</i> is the "
             "place in the medium, of the value or of the outermost container that it stands in; the forensic path "
             "leads on from there, outermost first: in <code>1048576-GZIP-20</code> a gzip stream begins at byte "
             "1048576, and the value at byte 20 of what it holds. A path that begins with FILE counts from the "
             "beginning of the file.</p>\n<h3>What links cases</h3>\n");
    size_t begun, empty = report_table(out, head, &begun);
    int result = write_linked(&findings, links);
    end_table(out, begun, empty);
    if (result == 0 && !report->network) {
        bytes_append_text(out, "<h3>All findings</h3>\n");
        empty = report_table(out, head, &begun);
        result = write_rest(&findings);
        end_table(out, begun, empty);
    }
    if (findings.left_out > 0)
        bytes_format(out,
                     "<p>Not all findings have room here: at most %d, and %d of one value in a case. <code>samband "
                     "sightings</code> lists all.</p>\n",
                     REPORT_FINDINGS, REPORT_OF_ONE);
    return result;
}
