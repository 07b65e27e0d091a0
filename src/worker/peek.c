/* A few bytes of the medium, for somebody who wants to see the spot where something was found. */
#include "worker/unit.h"

int unit_peek(struct worker *worker, struct wire_reader *request, struct error *error)
{
    uint64_t size = sb_evidence_info(worker->evidence)->size;
    uint64_t offset = wire_get_u64(request);
    uint32_t length = wire_get_u32(request);
    struct answer *answer = &worker->answer;
    uint8_t bytes[PEEK_MOST];
    if (!wire_done(request) || length > PEEK_MOST || offset > size)
        return fail(error, "the supervisor's request is malformed");
    if (length > size - offset)
        length = (uint32_t)(size - offset);
    size_t have = 0;
    while (have < length) {
        int64_t got = sb_evidence_read(worker->evidence, offset + have, bytes + have, length - have, error);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    size_t start = answer_begin(answer, FRAME_BYTES);
    wire_put_blob(&answer->out, bytes, have);
    return answer_end(answer, start) == 0 ? 0 : fail(error, "the supervisor is gone");
}
