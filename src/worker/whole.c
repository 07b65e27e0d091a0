/* The digests of the whole medium, to be held against those its acquisition recorded. */
#include "worker/unit.h"

enum { READ_STEP = 1 << 20 };

/* Nothing is read of an image that will have no digest. */
static int refuse_lost(struct worker *worker, uint64_t size, struct error *error)
{
    for (uint64_t at = 0; at < size;) {
        struct sb_extent extent;
        sb_evidence_extent(worker->evidence, at, &extent);
        if (extent.kind == SB_LOST)
            return fail(error, "The whole image has no digest, since a part of it is lost. %s", extent.reason);
        at += extent.length;
    }
    return 0;
}

int unit_digest(struct worker *worker, struct error *error)
{
    uint64_t size = sb_evidence_info(worker->evidence)->size;
    struct answer *answer = &worker->answer;
    static const uint8_t zeros[READ_STEP];
    if (refuse_lost(worker, size, error) != 0)
        return -1;
    digester_start(worker->digester);
    for (uint64_t at = 0; at < size;) {
        struct sb_extent extent;
        sb_evidence_extent(worker->evidence, at, &extent);
        size_t wanted = extent.length < READ_STEP ? (size_t)extent.length : READ_STEP;
        bool hole = extent.kind == SB_ZEROS;
        int64_t got = hole ? (int64_t)wanted : sb_evidence_read(worker->evidence, at, worker->buffer, wanted, error);
        if (got < 0)
            return -1;
        if (got == 0)
            return fail(error, "the evidence ends at byte %llu, before its size of %llu", (unsigned long long)at,
                        (unsigned long long)size);
        digester_feed(worker->digester, hole ? zeros : worker->buffer, (size_t)got);
        at += (uint64_t)got;
        if (answer_alive(answer, at) != 0)
            return fail(error, "the supervisor is gone");
    }
    struct digests digests;
    digester_finish(worker->digester, &digests);
    size_t start = answer_begin(answer, FRAME_IMAGE);
    wire_put_blob(&answer->out, digests.md5, MD5_SIZE);
    wire_put_blob(&answer->out, digests.sha1, SHA1_SIZE);
    wire_put_blob(&answer->out, digests.sha256, SHA256_SIZE);
    return answer_end(answer, start) == 0 ? 0 : fail(error, "the supervisor is gone");
}
