/* One worker process: starting it, talking to it, and how it ended. */
#ifndef ANALYSE_PROCESS_H
#define ANALYSE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/error.h"
#include "worker/protocol.h"

struct process {
    pid_t id;     /* 0: none */
    int to, from; /* its standard input and output */
    struct bytes out;
    size_t out_at; /* bytes of `out` that were sent */
    struct bytes in;
    size_t in_at;  /* bytes of `in` that are behind us */
    long peak_kib; /* the most resident memory it had; known once it ended */
};

/* One of Samband's programs: what $VARIABLE names, beside this program, or where `make install` puts it. Valid until the next
 * call in this thread. */
const char *program_path(const char *name, const char *variable);
/* The worker program; $SAMBAND_WORKER. */
const char *process_program(void);

/* What a worker is told to open. */
struct opening {
    const char *paths;          /* one a line */
    const struct bytes *inside; /* of which disk within, as inside_put_places writes it; NULL: of none */
    uint64_t memory;            /* bytes it may have; 0: no limit */
    const char *terms;          /* search terms, one a line; NULL: none */
    const struct bytes *compiled; /* the same as a worker compiled them; NULL: none */
    bool terms_only;
};

/* Starts one and sends it its first request (a whole frame). */
int process_start(struct process *process, const struct bytes *request, struct error *error);
/* Appends the request to open. */
void process_put_opening(const struct opening *opening, struct bytes *out);

/* Sends one whole request (frames in *request): what the worker does not take now is kept for process_flush, so that
 * one that does not listen holds up nobody. -1 when the worker is gone. */
int process_send(struct process *process, const struct bytes *request);

/* Goes on sending. 1: something is left to send; 0: nothing; -1: the worker is gone. */
int process_flush(struct process *process);

/* Reads what has arrived (waits up to `milliseconds` for something; -1 for ever). 1: something came; 0: nothing yet;
 * -1: the worker closed its end. */
int process_receive(struct process *process, int milliseconds);

/* The next whole frame of what was received: 1, 0 none yet, -1 it is no frame. Valid until the next receive. */
int process_frame(struct process *process, uint8_t *type, const uint8_t **payload, size_t *length);

/* Ends it with SIGKILL, unless it ends by itself (without `force` it gets a second for that), and waits. `how` gets a
 * few words: "ended by signal 11 (Segmentation fault)". */
void process_stop(struct process *process, bool force, char *how, size_t how_size);

#endif
