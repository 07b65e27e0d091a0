/* The audit record of the command line. Written where a command opens the store (open.c), before it shows anything. */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include "cli/command.h"

/* Who uses this program: "local:" and the name of the account. Valid for good. */
const char *local_person(void);

/* Records the command, once, if it has an action. -1: then it must not go on. */
int record_command(const struct cli *cli, struct store *store, struct error *error);
/* Records that the command, which was recorded, failed. */
void record_failure(const struct cli *cli);

#endif
