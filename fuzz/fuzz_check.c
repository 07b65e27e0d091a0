/* A worker's output as the supervisor takes it: framing, then check_frame. What is believed must keep what commit.c
 * relies on, read here a second time. The first byte chooses the unit, or a look at a few bytes. */
#include "analyse/check.h"
#include "base/text.h"
#include "base/wire.h"
#include "fuzz.h"
#include "scan/scan.h"
#include "worker/protocol.h"

enum { SIZE = 1 << 20, BEGIN = 4096, END = 65536, FIRST = 10, LAST = 20 };

static void require_text(struct wire_reader *reader, size_t most)
{
    size_t length;
    const char *text = wire_get_text(reader, most, &length);
    require(length <= most && text_is_utf8(text, length));
}

static void require_sighting(const struct check *check, struct wire_reader *reader)
{
    uint32_t file = wire_get_u32(reader);
    uint64_t offset = wire_get_u64(reader);
    if (check->kind == UNIT_SPAN)
        require(file == 0 && offset >= BEGIN && offset < END);
    else
        require(check->kind == UNIT_FILES && (file == FIRST || file == LAST - 1) && offset <= INT64_MAX);
    require(wire_get_u8(reader) < SB_FILE);
    require(wire_get_u8(reader) < SB_ENCODING_COUNT);
    require(wire_get_u32(reader) > 0);
    require_text(reader, SB_PATH_MAX);
    require_text(reader, SB_VALUE_MAX);
    require_text(reader, SB_CONTEXT_MAX);
    require(wire_done(reader));
}

static void require_runs(struct wire_reader *reader)
{
    uint32_t count = wire_get_u32(reader);
    require(count <= RUNS_PER_FRAME);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t file_offset = wire_get_u64(reader);
        uint64_t image_offset = wire_get_u64(reader);
        uint64_t length = wire_get_u64(reader);
        require(file_offset <= INT64_MAX && length <= SIZE && image_offset <= SIZE - length);
    }
    require(wire_done(reader));
}

static void require_sound(const struct check *check, uint8_t type, const uint8_t *payload, size_t length)
{
    struct wire_reader reader = {payload, length, 0, false};
    require(check->peek == (type == FRAME_BYTES));
    if (type == FRAME_BYTES)
        require(length > 4 && length <= 4 + END - BEGIN && check->end == check->begin);
    else if (type == FRAME_SIGHTING)
        require_sighting(check, &reader);
    else if (type == FRAME_RUNS)
        require_runs(&reader);
    else if (type == FRAME_CONTENT || type == FRAME_NOTE || type == FRAME_UNREAD || type == FRAME_DISK) {
        uint32_t file = wire_get_u32(&reader);
        require(check->kind == UNIT_SPAN || check->kind == UNIT_FILES);
        require(((file == FIRST || file == LAST - 1)) ||
                (check->kind == UNIT_SPAN && type != FRAME_CONTENT && file == 0));
    } else
        require(check->kind == (type == FRAME_IMAGE ? UNIT_DIGEST : UNIT_MAP));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    static uint32_t asked[] = {FIRST, LAST - 1};
    bool peek = data[0] == 'p';
    struct check check = {.kind = peek ? UNIT_SPAN : (enum store_unit_kind)(data[0] % 4),
                          .evidence_size = SIZE,
                          .end = SIZE,
                          .peek = peek};
    if (check.kind == UNIT_SPAN)
        check.begin = BEGIN, check.end = END;
    if (check.kind == UNIT_SPAN || check.kind == UNIT_FILES)
        check.files = asked, check.file_count = 2;
    size_t at = 1;
    uint8_t type;
    const uint8_t *payload;
    size_t length;
    size_t used;
    while (frame_next(data + at, size - at, FRAME_MAX, &type, &payload, &length, &used) == 1) {
        require(used > 4 && used <= size - at && length == used - 5);
        if (check_frame(&check, type, payload, length) != 0)
            break;
        require_sound(&check, type, payload, length);
        at += used;
    }
    return 0;
}
