/* A part of one file's content as a unit of work: what remains of a files unit that breaks every worker inside one
 * file. The unit table knows two numbers, so a part is written into them: `start` holds the file's number below and the
 * part's beginning above, in steps of PART_LEAST bytes; `length` is the number of bytes, negative. A file that gets a
 * unit for its digests is written as one part, so that it is never taken for a unit of files that came down to it. */
#ifndef ANALYSE_PART_H
#define ANALYSE_PART_H

#include <stdbool.h>

#include "analyse/plan.h"
#include "store/store.h"

enum { PART_LEAST = 64 * 1024 }; /* bytes: the smallest part of a span or a file that a broken unit comes down to */

static const int64_t part_reach = (int64_t)PART_LEAST << 31; /* bytes of a file that can be told as parts */

struct part {
    int64_t file, begin, length;
};

/* `begin` is a multiple of PART_LEAST below part_reach. */
static inline struct store_unit unit_of_part(int64_t evidence_id, const struct part *part)
{
    return (struct store_unit){.evidence_id = evidence_id,
                               .kind = UNIT_FILES,
                               .start = part->file | part->begin / PART_LEAST << 32,
                               .length = -part->length,
                               .bytes = part->length};
}

/* False when it is a unit of whole files, or of another kind. */
static inline bool part_of_unit(const struct store_unit *unit, struct part *part)
{
    if (unit->kind != UNIT_FILES || unit->length >= 0)
        return false;
    *part = (struct part){unit->start & UINT32_MAX, (unit->start >> 32) * PART_LEAST, -unit->length};
    return true;
}

/* Is this file, whose number is among those of a unit of files, another unit's? One that is to be hashed is (unless the
 * map put it there, because it is too large for a span), and one that may be a disk. */
static inline bool has_unit_of_its_own(const struct store_unit *unit, const struct store_file *file)
{
    return unit->length > 1 &&
           (store_may_be_disk(file->apart) || (file->apart == HASHED_APART && file->size <= WHOLE_FILE_MOST));
}

#endif
