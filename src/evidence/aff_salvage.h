/* A damaged AFF image: see aff_salvage.c. */
#ifndef EVIDENCE_AFF_SALVAGE_H
#define EVIDENCE_AFF_SALVAGE_H

#include "evidence/medium.h"

/* Looks at all segments. 0 and a medium if some are missing or damaged; 0 and NULL if the image is whole, or encrypted:
 * then it is afflib's to read. -1 with a sentence when nothing can be read. */
int medium_salvage_aff(const char *path, struct medium **medium, struct error *error);

#endif
