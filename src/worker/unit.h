/* The units a worker knows, and what they share. Each reads its request, sends the frames of its answer (not the
 * closing DONE) and returns 0; or -1 with a sentence, which the worker sends as FAILED. */
#ifndef WORKER_UNIT_H
#define WORKER_UNIT_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/wire.h"
#include "evidence/evidence.h"
#include "scan/scan.h"
#include "scan/terms.h"
#include "worker/answer.h"
#include "worker/findings.h"
#include "worker/source.h"

struct worker {
    struct answer answer;
    struct sb_evidence *evidence; /* that is read: the innermost of those that are open */
    struct sb_evidence *outer[INSIDE_MOST];
    size_t outer_count;
    struct sb_terms *terms; /* NULL: none */
    bool terms_only;
    struct sb_scanner *scanner;
    struct findings *findings;
    struct digester *digester;
    uint8_t *buffer; /* SOURCE_BUFFER bytes, for the source of the unit */
};

/* terms.c: takes the compiled terms over into worker->terms; compiles terms for others. */
int terms_take(struct worker *worker, const uint8_t *text, size_t length, const uint8_t *compiled,
               size_t compiled_length, struct error *error);
void terms_judge(struct worker *worker, struct wire_reader *request);

/* files.c: a place as requests write it. The path stands in `path`, FILES_PATH_MAX + 1 bytes. */
void read_place(struct wire_reader *request, struct sb_file_place *place, char *path);

int unit_map(struct worker *worker, struct error *error);
int unit_span(struct worker *worker, struct wire_reader *request, struct error *error);
int unit_files(struct worker *worker, struct wire_reader *request, struct error *error);
int unit_digest(struct worker *worker, struct error *error);
int unit_peek(struct worker *worker, struct wire_reader *request, struct error *error);

enum { TYPE_HEAD = 4096 }; /* bytes a type is told from: always the same number, wherever chunks begin */

/* A stretch of a source that is scanned as one stream: nothing beyond its ends is looked at. */
struct stretch {
    uint64_t start, end;         /* in the source */
    uint64_t own_begin, own_end; /* what begins here is this unit's to report */
    uint64_t done_before;        /* for progress: bytes of the unit behind it */
    bool scan, hash;
};

/* Scans and hashes, where asked, the owned part. *digests is filled when stretch->hash. *head gets the type of the
 * first bytes when it is not NULL. */
int scan_stretch(struct worker *worker, struct source *source, const struct stretch *stretch, const char **type,
                 struct digests *digests, struct error *error);

#endif
