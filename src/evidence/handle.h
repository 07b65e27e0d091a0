/* A medium as the libyal libraries read one that is no file of its own: through a handle of libbfio. */
#ifndef EVIDENCE_HANDLE_H
#define EVIDENCE_HANDLE_H

#include <libbfio.h>

#include "evidence/medium.h"

/* The medium must outlive it; NULL when memory is short. Freed by libbfio_handle_free. */
libbfio_handle_t *handle_of_medium(struct medium *medium);

#endif
