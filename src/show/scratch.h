/* Room for texts that are valid until the next call: one per thread and use, given back when the thread ends. */
#ifndef SHOW_SCRATCH_H
#define SHOW_SCRATCH_H

#include "base/bytes.h"

enum scratch_use { SCRATCH_MASKED, SCRATCH_VALUE, SCRATCH_JOINED, SCRATCH_PRINTABLE, SCRATCH_PATH, SCRATCH_USES };
enum { SLOTS = 8, SLOT_SIZE = 160 };

/* Emptied for this use; never NULL. Where memory is short, one whose `failed` is set. */
struct bytes *scratch(enum scratch_use use);
/* A short text of SLOT_SIZE bytes; valid until the eighth next call. */
char *scratch_slot(void);

#endif
