/* Parameters are numbered as they are added. */
#include "store/conditions.h"

#include <string.h>

void add_conditions(struct conditions *conditions, const char *sql, const struct value *values, size_t count)
{
    const struct value *end = values + count;
    for (; *sql != '\0'; sql++) {
        if (*sql == '@' && values < end) {
            conditions->values[conditions->count++] = *values++;
            bytes_format(&conditions->sql, "$%zu", conditions->count);
        } else {
            bytes_append_char(&conditions->sql, *sql);
        }
    }
}

void add_condition(struct conditions *conditions, const char *sql, struct value value)
{
    add_conditions(conditions, sql, &value, 1);
}

void add_value(struct conditions *conditions, const char *column, const struct store_filter *filter)
{
    if (filter->value == NULL)
        return;
    bytes_format(&conditions->sql, " AND %s IN (", column);
    for (int kind = 0; kind < SB_KIND_COUNT; kind++) {
        const char *name = filter->kind != NULL ? filter->kind : sb_kind_info((enum sb_kind)kind)->name;
        if (filter->kind == NULL && kind == SB_FILE)
            continue;
        store_selector_hash(name, filter->value, strlen(filter->value), conditions->hashes[kind]);
        add_condition(conditions, kind == 0 ? "@" : ", @", blob(conditions->hashes[kind], SELECTOR_HASH_SIZE));
        if (filter->kind != NULL)
            break;
    }
    bytes_append_char(&conditions->sql, ')');
}
