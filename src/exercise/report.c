/* A score as a table or as JSON Lines. */
#include "base/json.h"
#include "exercise/result.h"

const char *const group_titles[GROUPS] = {"kind", "decoder", "layers", "container", "encoding", "place"};

static unsigned whole_networks(const struct result *result)
{
    unsigned whole = 0;
    for (unsigned i = 0; i < result->network_count; i++)
        whole += result->networks[i].present == result->networks[i].expected && result->networks[i].strangers == 0;
    return whole;
}

bool result_is_perfect(const struct result *result)
{
    return result->missing.count == 0 && result->decoys_reported.count == 0 && result->links_missing.count == 0 &&
           result->links_unexpected.count == 0 && whole_networks(result) == result->network_count &&
           result->networks_unexpected == 0;
}

static double percent(unsigned part, unsigned whole)
{
    return whole == 0 ? 100.0 : 100.0 * part / whole;
}

/* ---- table ---- */

static void write_tally(struct bytes *out, const struct tally *tally)
{
    bytes_format(out, "  %-28.*s %8u %8u %7.1f %% %10u %7.1f %%\n", tally->name_length, tally->name, tally->planted,
                 tally->found, percent(tally->found, tally->planted), tally->attributed,
                 percent(tally->attributed, tally->planted));
}

static void write_list(struct bytes *out, const char *title, const struct amiss_list *list)
{
    if (list->count == 0)
        return;
    bytes_format(out, "\n%s: %u\n", title, list->count);
    for (unsigned i = 0; i < list->count && i < LISTED_MAX; i++) {
        const struct amiss *amiss = &list->first[i];
        bytes_format(out, "  %-14s %-6s %s", amiss->reference, amiss->kind, amiss->value);
        if (amiss->container[0] != '\0')
            bytes_format(out, "  (%s, %s)", amiss->container, amiss->encoding);
        if (amiss->place[0] != '\0')
            bytes_format(out, "  %s %s", amiss->place, amiss->file);
        bytes_append_char(out, '\n');
    }
    if (list->count > LISTED_MAX)
        bytes_format(out, "  … and %u more\n", list->count - LISTED_MAX);
}

void result_write_table(const struct result *result, struct bytes *out)
{
    bytes_format(out, "  %-28s %8s %8s %9s %10s %9s\n", "", "planted", "found", "recall", "attributed", "");
    for (unsigned group = 0; group < GROUPS; group++) {
        /* Containers are many: their decoders say it, unless one of them failed where others stood around it. */
        bool only_amiss = group == GROUP_CONTAINER;
        if (only_amiss && result->total.found == result->total.planted)
            continue;
        bytes_format(out, "by %s%s\n", group_titles[group], only_amiss ? ", where not all was found" : "");
        for (unsigned i = 0; i < result->group_sizes[group]; i++) {
            const struct tally *tally = &result->groups[group][i];
            if (!only_amiss || tally->found < tally->planted)
                write_tally(out, tally);
        }
    }
    bytes_append_text(out, "all\n");
    write_tally(out, &result->total);
    bytes_format(out, "\ndecoys    %u planted, %u reported\n", result->decoys, result->decoys_reported.count);
    bytes_format(out, "links     %u expected, %u found, %u strong ones too many\n", result->links,
                 result->links - result->links_missing.count, result->links_unexpected.count);
    bytes_format(out, "networks  %u expected, %u found whole and without strangers, %u too many\n",
                 result->network_count, whole_networks(result), result->networks_unexpected);
    for (unsigned i = 0; i < result->network_count; i++)
        bytes_format(out, "          %u of %u cases joined, %u strangers\n", result->networks[i].present,
                     result->networks[i].expected, result->networks[i].strangers);
    write_list(out, "not found", &result->missing);
    write_list(out, "found, but not attributed to the right place", &result->misplaced);
    write_list(out, "decoys reported", &result->decoys_reported);
    write_list(out, "links not found", &result->links_missing);
    write_list(out, "strong links too many", &result->links_unexpected);
}

/* ---- JSON Lines ---- */

static void end_line(struct json *line, struct bytes *out)
{
    json_close(line, '}');
    bytes_append(out, line->out.data, line->out.length);
    bytes_append_char(out, '\n');
    out->failed |= line->out.failed;
    json_clear(line);
}

static void begin_line(struct json *line, const char *score)
{
    json_open(line, NULL, '{');
    json_text(line, "score", score);
}

static void write_json_list(struct json *line, struct bytes *out, const char *score, const struct amiss_list *list)
{
    for (unsigned i = 0; i < list->count && i < LISTED_MAX; i++) {
        const struct amiss *amiss = &list->first[i];
        begin_line(line, score);
        json_text(line, "case", amiss->reference);
        json_text(line, "kind", amiss->kind);
        json_text(line, "value", amiss->value);
        json_text(line, "container", amiss->container);
        json_text(line, "encoding", amiss->encoding);
        json_text(line, "place", amiss->place);
        json_text(line, "file", amiss->file);
        end_line(line, out);
    }
}

void result_write_json(const struct result *result, struct bytes *out)
{
    struct json line = {0};
    for (unsigned group = 0; group < GROUPS; group++)
        for (unsigned i = 0; i < result->group_sizes[group]; i++) {
            const struct tally *tally = &result->groups[group][i];
            begin_line(&line, "recall");
            json_text(&line, "by", group_titles[group]);
            json_text_n(&line, "name", tally->name, (size_t)tally->name_length);
            json_int(&line, "planted", tally->planted);
            json_int(&line, "found", tally->found);
            json_int(&line, "attributed", tally->attributed);
            end_line(&line, out);
        }
    write_json_list(&line, out, "missing", &result->missing);
    write_json_list(&line, out, "misplaced", &result->misplaced);
    write_json_list(&line, out, "decoy", &result->decoys_reported);
    write_json_list(&line, out, "link missing", &result->links_missing);
    write_json_list(&line, out, "link unexpected", &result->links_unexpected);
    for (unsigned i = 0; i < result->network_count; i++) {
        begin_line(&line, "network");
        json_int(&line, "cases", result->networks[i].expected);
        json_int(&line, "joined", result->networks[i].present);
        json_int(&line, "strangers", result->networks[i].strangers);
        end_line(&line, out);
    }
    begin_line(&line, "total");
    json_int(&line, "planted", result->total.planted);
    json_int(&line, "found", result->total.found);
    json_int(&line, "attributed", result->total.attributed);
    json_int(&line, "decoys", result->decoys);
    json_int(&line, "decoys_reported", result->decoys_reported.count);
    json_int(&line, "links", result->links);
    json_int(&line, "links_found", result->links - result->links_missing.count);
    json_int(&line, "links_unexpected", result->links_unexpected.count);
    json_int(&line, "networks", result->network_count);
    json_int(&line, "networks_whole", whole_networks(result));
    json_int(&line, "networks_unexpected", result->networks_unexpected);
    json_bool(&line, "perfect", result_is_perfect(result));
    end_line(&line, out);
    json_free(&line);
}
