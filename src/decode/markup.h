/* The text of an XML part as a person reads it: what stands in runs, spans and hyperlinks is one text, paragraphs are
 * lines, cells are tabs. A stage in front of another output. Private to decode. */
#ifndef DECODE_MARKUP_H
#define DECODE_MARKUP_H

#include "decode/decode.h"

struct markup;

/* Is a member of this name such a part? */
bool markup_named(const char *name, size_t length);

/* NULL when memory is short. Takes about 48 KiB. Owned by the caller. */
struct markup *markup_new(struct sb_output *next);
/* What is written here is read. */
struct sb_output *markup_output(struct markup *markup);
/* Hands out what remains. Returns what the next output returned. */
int markup_end(struct markup *markup);
void markup_free(struct markup *markup);

#endif
