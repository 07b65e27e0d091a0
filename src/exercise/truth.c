/* JSON, tab-separated and hashdeep text. */
#include "exercise/truth.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "exercise/volume.h"

static int write_file(const char *dir, const char *name, struct bytes *content, struct error *error)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    int result =
        content->failed ? fail(error, "memory is short") : write_whole(path, content->data, content->length, error);
    return result;
}

int truth_write_cases(const struct plan *plan, const char *dir, struct error *error)
{
    struct bytes out = {0};
    for (unsigned i = 0; i < plan->settings.cases; i++) {
        const struct case_plan *one = &plan->cases[i];
        bytes_format(&out, "%s\t%s\t%s\t%s\t%s\n", one->reference, one->country, one->authority, one->title,
                     one->image);
    }
    int result = write_file(dir, "cases.tsv", &out, error);
    bytes_free(&out);
    return result;
}

static void write_planted(struct json *json, const struct plan *plan)
{
    json_open(json, "planted", '[');
    for (unsigned i = 0; i < plan->settings.cases; i++)
        for (size_t j = 0; j < plan->cases[i].carrier_count; j++) {
            const struct carrier *carrier = &plan->cases[i].carriers[j];
            for (unsigned k = 0; k < carrier->item_count && !carrier->near_misses; k++) {
                json_open(json, NULL, '{');
                json_text(json, "case", plan->cases[i].reference);
                json_text(json, "kind", sb_kind_info(carrier->items[k].kind)->name);
                json_text(json, "value", carrier->items[k].normal);
                json_text(json, "text", carrier->items[k].text);
                json_text(json, "container", carrier->container);
                json_text(json, "encoding", encoding_names[carrier->encoding]);
                json_text(json, "alignment", carrier->odd ? "odd" : "even");
                json_text(json, "place", place_names[carrier->place]);
                json_text(json, "file", carrier->path);
                json_close(json, '}');
                bytes_append_char(&json->out, '\n');
            }
        }
    json_close(json, ']');
}

static void write_decoys(struct json *json, const struct plan *plan)
{
    json_open(json, "decoys", '[');
    for (unsigned i = 0; i < plan->settings.cases; i++)
        for (size_t j = 0; j < plan->cases[i].carrier_count; j++) {
            const struct carrier *carrier = &plan->cases[i].carriers[j];
            for (unsigned k = 0; k < carrier->item_count && carrier->near_misses; k++) {
                json_open(json, NULL, '{');
                json_text(json, "case", plan->cases[i].reference);
                json_text(json, "kind", sb_kind_info(carrier->items[k].kind)->name);
                json_text(json, "text", carrier->items[k].text);
                json_text(json, "value", carrier->items[k].normal);
                json_text(json, "place", place_names[carrier->place]);
                json_text(json, "file", carrier->path);
                json_close(json, '}');
                bytes_append_char(&json->out, '\n');
            }
        }
    json_close(json, ']');
}

static void write_references(struct json *json, const char *key, const struct plan *plan, const unsigned *cases,
                             unsigned count)
{
    json_open(json, key, '[');
    for (unsigned i = 0; i < count; i++)
        json_text(json, NULL, plan->cases[cases[i]].reference);
    json_close(json, ']');
}

int truth_write(const struct plan *plan, const char *dir, struct error *error)
{
    struct json json = {0};
    json_open(&json, NULL, '{');
    json_int(&json, "seed", (int64_t)plan->settings.seed);
    json_open(&json, "cases", '[');
    for (unsigned i = 0; i < plan->settings.cases; i++) {
        const struct case_plan *one = &plan->cases[i];
        json_open(&json, NULL, '{');
        json_text(&json, "reference", one->reference);
        json_text(&json, "country", one->country);
        json_text(&json, "authority", one->authority);
        json_text(&json, "title", one->title);
        json_open(&json, "evidence", '[');
        json_text(&json, NULL, one->image);
        json_close(&json, ']');
        json_close(&json, '}');
        bytes_append_char(&json.out, '\n');
    }
    json_close(&json, ']');
    write_planted(&json, plan);
    write_decoys(&json, plan);
    json_open(&json, "links", '[');
    for (size_t i = 0; i < plan->shared_count; i++) {
        const struct shared_value *shared = &plan->shared[i];
        json_open(&json, NULL, '{');
        json_text(&json, "kind", sb_kind_info(shared->kind)->name);
        json_text(&json, "value", shared->normal);
        write_references(&json, "cases", plan, shared->cases, shared->case_count);
        json_real(&json, "weight", shared->weight);
        json_bool(&json, "strong", shared->weight >= STRONG_LINK);
        json_close(&json, '}');
        bytes_append_char(&json.out, '\n');
    }
    json_close(&json, ']');
    json_open(&json, "networks", '[');
    for (unsigned i = 0; i < plan->network_count; i++)
        write_references(&json, NULL, plan, plan->networks[i].cases, plan->networks[i].case_count);
    json_close(&json, ']');
    json_close(&json, '}');
    bytes_append_char(&json.out, '\n');
    int result = write_file(dir, "truth.json", &json.out, error);
    json_free(&json);
    return result;
}

/* ---- known-good.txt ---- */

static void append_known(struct bytes *out, const struct digests *digests, uint64_t size, const char *name)
{
    char md5[2 * MD5_SIZE + 1], sha256[2 * SHA256_SIZE + 1];
    text_hex(digests->md5, MD5_SIZE, md5);
    text_hex(digests->sha256, SHA256_SIZE, sha256);
    bytes_format(out, "%" PRIu64 ",%s,%s,%s\n", size, md5, sha256, name);
}

static int digest_file(struct digester *digester, const char *path, struct digests *digests, uint64_t *size)
{
    enum { PIECE = 1 << 16 };
    static uint8_t piece[PIECE];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = -1;
    digester_start(digester);
    *size = 0;
    while (file >= 0 && (got = read(file, piece, sizeof piece)) > 0) {
        digester_feed(digester, piece, (size_t)got);
        *size += (uint64_t)got;
    }
    if (file >= 0)
        (void)close(file);
    digester_finish(digester, digests);
    return got < 0 ? -1 : 0;
}

int truth_write_known(const struct plan *plan, const struct filler *filler, const char *dir, struct error *error)
{
    struct bytes out = {0};
    struct digests digests;
    uint8_t *used = calloc(filler->count, 1);
    struct digester *digester = digester_new();
    int result = used == NULL || digester == NULL ? fail(error, "memory is short") : 0;
    bytes_append_text(&out,
                      "%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n## The files that fill the disks of this "
                      "exercise\n##\n");
    for (unsigned i = 0; i < VENDOR_FILES && result == 0; i++) {
        digester_start(digester);
        digester_feed(digester, vendor_files[i].text, strlen(vendor_files[i].text));
        digester_finish(digester, &digests);
        append_known(&out, &digests, strlen(vendor_files[i].text), vendor_files[i].name);
    }
    for (unsigned i = 0; i < plan->settings.cases && result == 0; i++)
        for (unsigned v = 0; v < plan->cases[i].volume_count; v++)
            for (size_t f = 0; f < plan->cases[i].volumes[v].filler_count; f++)
                used[plan->cases[i].volumes[v].filler[f]] = 1;
    for (size_t i = 0; i < filler->count && result == 0; i++) {
        uint64_t size;
        if (used[i] == 0)
            continue;
        if (digest_file(digester, filler->files[i].path, &digests, &size) != 0)
            result = fail(error, "cannot read %s: %s", filler->files[i].path, strerror(errno));
        else
            append_known(&out, &digests, size, filler->files[i].path);
    }
    if (result == 0)
        result = write_file(dir, "known-good.txt", &out, error);
    digester_free(digester);
    free(used);
    bytes_free(&out);
    return result;
}
