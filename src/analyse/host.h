/* Who this supervisor is, in leases: machine, process and when the process began, so that a dead one's units are known
 * and can be taken over at once rather than when the lease runs out. */
#ifndef ANALYSE_HOST_H
#define ANALYSE_HOST_H

#include "store/store.h"

enum { HOST_NAME_SIZE = 160 };

void host_name(char out[HOST_NAME_SIZE]);

/* Gives back every unit that a supervisor of this machine and boot claimed and that is no longer alive. */
int host_release_dead(struct store *store, const char *own_name, struct error *error);

#endif
