/* A line that shows how long work goes on: redrawn on a terminal, now and then a plain line elsewhere. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "analyse/analyse.h"

/* For struct analyse_options: context is a struct progress_line. */
struct progress_line {
    bool quiet;
    bool drawn;
    double said; /* when the last plain line was printed */
};
void progress_show(void *line, const struct analyse_progress *progress);
/* Leaves the terminal clean for what follows. */
void progress_clear(struct progress_line *line);

/* Set once the user asks to stop (SIGINT, SIGTERM); see progress_watch_stop. */
extern volatile int progress_stop;
void progress_watch_stop(void);

#endif
