/* What one segment of an Expert Witness image adds to its index. */
#ifndef EVIDENCE_EWF_CHAIN_H
#define EVIDENCE_EWF_CHAIN_H

#include "evidence/ewf_index.h"

/* Adds the groups and holes of one file. *number is that of the segment before, and then its own; *ends_image is false
 * when another should follow. 0, or -1 with a sentence. */
int ewf_chain_segment(struct ewf_index *index, size_t segment, size_t *number, bool *ends_image, struct error *error);
/* Adds a hole for the segment of this number. */
int ewf_chain_missing(struct ewf_index *index, size_t number, struct error *error);

#endif
