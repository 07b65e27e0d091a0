/* Frames are gathered to ANSWER_BATCH bytes, so that a sighting does not cost a system call. */
#include "worker/answer.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/wire.h"

enum {
    ANSWER_BATCH = 64 * 1024,
    MOMENT = 250, /* milliseconds between signs of life */
};

size_t answer_begin(struct answer *answer, enum frame_type type)
{
    return frame_begin(&answer->out, type);
}

int answer_flush(struct answer *answer)
{
    size_t sent = 0;
    if (answer->out.failed)
        answer->broken = true;
    while (!answer->broken && sent < answer->out.length) {
        ssize_t step = write(answer->descriptor, answer->out.data + sent, answer->out.length - sent);
        if (step > 0)
            sent += (size_t)step;
        else if (step < 0 && errno != EINTR)
            answer->broken = true;
    }
    bytes_clear(&answer->out);
    return answer->broken ? -1 : 0;
}

int answer_end(struct answer *answer, size_t start)
{
    frame_end(&answer->out, start);
    return answer->out.length >= ANSWER_BATCH || answer->out.failed ? answer_flush(answer) : 0;
}

static int64_t milliseconds(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int answer_alive(struct answer *answer, uint64_t bytes)
{
    return milliseconds() - answer->said < MOMENT ? 0 : answer_progress(answer, bytes);
}

int answer_progress(struct answer *answer, uint64_t bytes)
{
    answer->progress = bytes;
    answer->said = milliseconds();
    size_t start = answer_begin(answer, FRAME_PROGRESS);
    wire_put_u64(&answer->out, bytes);
    frame_end(&answer->out, start);
    return answer_flush(answer);
}

int answer_note(struct answer *answer, uint32_t file, uint64_t offset, const char *path, const char *reason)
{
    size_t start = answer_begin(answer, FRAME_NOTE);
    wire_put_u32(&answer->out, file);
    wire_put_u64(&answer->out, offset);
    wire_put_text(&answer->out, path);
    wire_put_text_within(&answer->out, reason, ERROR_TEXT_MAX);
    return answer_end(answer, start);
}

int answer_unread(struct answer *answer, uint32_t file, uint64_t from, uint64_t length, const char *reason)
{
    size_t start = answer_begin(answer, FRAME_UNREAD);
    wire_put_u32(&answer->out, file);
    wire_put_u64(&answer->out, from);
    wire_put_u64(&answer->out, length);
    wire_put_text_within(&answer->out, reason, ERROR_TEXT_MAX);
    return answer_end(answer, start);
}

int answer_content(struct answer *answer, uint32_t file, const char *type, const struct digests *digests)
{
    size_t start = answer_begin(answer, FRAME_CONTENT);
    wire_put_u32(&answer->out, file);
    wire_put_text(&answer->out, type);
    wire_put_u8(&answer->out, digests != NULL);
    if (digests != NULL) {
        wire_put_blob(&answer->out, digests->md5, MD5_SIZE);
        wire_put_blob(&answer->out, digests->sha1, SHA1_SIZE);
        wire_put_blob(&answer->out, digests->sha256, SHA256_SIZE);
    }
    return answer_end(answer, start);
}

int answer_done(struct answer *answer)
{
    answer->progress = 0;
    frame_end(&answer->out, answer_begin(answer, FRAME_DONE));
    return answer_flush(answer);
}

int answer_failed(struct answer *answer, const char *reason)
{
    answer->progress = 0;
    size_t start = answer_begin(answer, FRAME_FAILED);
    wire_put_text_within(&answer->out, reason, ERROR_TEXT_MAX);
    frame_end(&answer->out, start);
    return answer_flush(answer);
}
