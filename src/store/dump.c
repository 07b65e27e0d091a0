/* The whole content as lines of text in one canonical order: two stores hold the same if their dumps are equal. Left
 * out is what depends on who worked when: leases, attempts, names of workers, and the runs, which a finished map
 * clears. */
#include "store/room.h"

#include "base/bytes.h"
#include "base/text.h"

/* i: integer, t: text, b: bytes */
static const struct {
    const char *table, *columns, *types, *order;
} tables[] = {
    {"cases", "id, reference, country, authority, title, handling, retention", "itttttt", "id"},
    {"evidence",
     "id, case_id, number, name, paths, digests, format, size, sector_size, recorded_md5, recorded_sha1, md5, sha1,"
     " sha256, state, problem, sightings, parent, parent_file",
     "iiittitiitttttttiii", "id"},
    {"volume", "evidence_id, number, start, length, description, file_system, encryption, allocated", "iiiittti",
     "evidence_id, number"},
    {"file",
     "evidence_id, number, volume, volume_start, inode, attribute_type, attribute_id, path, size, allocated, regular,"
     " metadata, apart, same_as, modified, accessed, changed, created, md5, sha1, sha256, content, type, known",
     "iiiiiiitiiiiiiiiiibbbbtt", "evidence_id, number"},
    {"run", "evidence_id, start, length, file, file_offset, file_size, priority, allocated, apart, whole", "iiiiiiiiii",
     "evidence_id, start, priority, file, file_offset, length, apart"},
    {"segment", "evidence_id, start, length, file, file_offset, file_size, allocated, apart, whole", "iiiiiiiii",
     "evidence_id, start"},
    {"unit", "evidence_id, turn, kind, start, length, bytes, state", "iitiiit", "evidence_id, turn, start, length"},
    {"selector", "hash, kind, value, cases", "btti", "hash"},
    {"presence", "hash, case_id, evidence_id, sightings, loud", "biiii", "hash, case_id, evidence_id"},
    {"evidence_kind", "evidence_id, kind, selectors, sightings", "itii", "evidence_id, kind"},
    {"sighting", "evidence_id, place, file, file_offset, hash, path, encoding, allocation, repeats, context",
     "iiiibtiiit", "evidence_id, place, file, file_offset, hash, path, encoding"},
    {"gap", "evidence_id, unit, start, length, file, path, reason, was_read", "itiiitti",
     "evidence_id, unit, start, length, file, path, reason, was_read"},
    {"known_set", "id, name, kind", "itt", "id"},
    {"known", "digest, set_id", "bi", "digest, set_id"},
    {"term_set", "id, digest, terms", "ibt", "id"},
    {"search", "evidence_id, set_id, swept", "iii", "evidence_id, set_id"},
    {"stop", "hash, kind, value, reason", "bttt", "hash"},
};

struct dump {
    int (*line)(void *, const char *);
    void *context;
    const char *table, *types;
    struct bytes out;
};

static void append_blob(struct store *store, struct query *query, int column, struct bytes *out)
{
    static const size_t sizes[] = {MD5_SIZE, SHA1_SIZE, SHA256_SIZE}; /* and of hashes, as of MD5 */
    char hex[2 * SHA256_SIZE + 1] = "-";
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const uint8_t *found = row_blob(store, query, column, sizes[i]);
        if (found != NULL)
            text_hex(found, sizes[i], hex);
    }
    bytes_append_text(out, hex);
}

/* Tabs separate columns; a tab, line feed or backslash inside a text is escaped. */
static void append_text(const char *found, struct bytes *out)
{
    for (; *found != '\0'; found++) {
        if (*found == '\t' || *found == '\n' || *found == '\\')
            bytes_format(out, "\\x%02x", (unsigned)*found);
        else
            bytes_append_char(out, *found);
    }
}

static int dump_row(struct store *store, struct query *query, void *context)
{
    struct dump *dump = context;
    bytes_clear(&dump->out);
    bytes_append_text(&dump->out, dump->table);
    for (int column = 0; dump->types[column] != '\0'; column++) {
        bytes_append_char(&dump->out, '\t');
        if (dump->types[column] == 'i')
            bytes_format(&dump->out, "%lld", (long long)row_integer(store, query, column));
        else if (dump->types[column] == 't')
            append_text(row_text(store, query, column), &dump->out);
        else
            append_blob(store, query, column, &dump->out);
    }
    return dump->out.failed ? -1 : dump->line(dump->context, bytes_text(&dump->out));
}

int store_dump(struct store *store, int (*line)(void *, const char *), void *context, struct error *error)
{
    struct dump dump = {.line = line, .context = context};
    int result = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables && result == 0; i++) {
        struct bytes sql = {0};
        bytes_format(&sql, "SELECT %s FROM %s ORDER BY %s", tables[i].columns, tables[i].table, tables[i].order);
        dump.table = tables[i].table;
        dump.types = tables[i].types;
        result = each_row(store, bytes_text(&sql), NO_VALUES, true, dump_row, &dump, error);
        bytes_free(&sql);
    }
    if (dump.out.failed)
        result = fail(error, "memory is short");
    bytes_free(&dump.out);
    return result;
}
