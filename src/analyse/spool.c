/* Frames stand in memory and in the file as they came over the pipe: length, type, payload. */
#include "analyse/spool.h"

#include <errno.h>
#include <string.h>

#include "base/wire.h"
#include "worker/protocol.h"

enum { IN_MEMORY = 4 << 20 };

static int spill(struct spool *spool, struct error *error)
{
    if (spool->file == NULL)
        spool->file = tmpfile();
    if (spool->file == NULL || fwrite(spool->memory.data, 1, spool->memory.length, spool->file) != spool->memory.length)
        return fail(error, "cannot keep a unit's findings in a temporary file: %s (set TMPDIR to a folder with room)",
                    strerror(errno));
    bytes_clear(&spool->memory);
    return 0;
}

int spool_add(struct spool *spool, uint8_t type, const uint8_t *payload, size_t length, struct error *error)
{
    size_t start = frame_begin(&spool->memory, type);
    bytes_append(&spool->memory, payload, length);
    frame_end(&spool->memory, start);
    if (spool->memory.failed)
        return fail(error, "memory is short");
    return spool->memory.length > IN_MEMORY ? spill(spool, error) : 0;
}

static int each_in_memory(const uint8_t *data, size_t length,
                          int (*each)(void *context, uint8_t type, const uint8_t *payload, size_t length),
                          void *context)
{
    uint8_t type;
    const uint8_t *payload;
    size_t payload_length;
    size_t used;
    int result = 0;
    while (result == 0 && frame_next(data, length, FRAME_MAX + 1, &type, &payload, &payload_length, &used) == 1) {
        result = each(context, type, payload, payload_length);
        data += used;
        length -= used;
    }
    return result;
}

static int each_in_file(struct spool *spool,
                        int (*each)(void *context, uint8_t type, const uint8_t *payload, size_t length), void *context,
                        struct error *error)
{
    struct bytes frame = {0};
    uint8_t header[5];
    int result = 0;
    rewind(spool->file);
    while (result == 0 && fread(header, 1, sizeof header, spool->file) == sizeof header) {
        struct wire_reader reader = {header, sizeof header, 0, false};
        size_t length = wire_get_u32(&reader) - 1;
        bytes_clear(&frame);
        if (bytes_reserve(&frame, length + 1) != 0 || fread(frame.data, 1, length, spool->file) != length)
            result = fail(error, "a unit's findings cannot be read back from the temporary file");
        else
            result = each(context, header[4], frame.data, length);
    }
    bytes_free(&frame);
    return result;
}

int spool_each(struct spool *spool, int (*each)(void *context, uint8_t type, const uint8_t *payload, size_t length),
               void *context, struct error *error)
{
    if (spool->file == NULL)
        return each_in_memory(spool->memory.data, spool->memory.length, each, context);
    if (spill(spool, error) != 0 || fflush(spool->file) != 0)
        return fail(error, "cannot keep a unit's findings in a temporary file: %s", strerror(errno));
    return each_in_file(spool, each, context, error);
}

void spool_free(struct spool *spool)
{
    bytes_free(&spool->memory);
    if (spool->file != NULL)
        (void)fclose(spool->file);
    *spool = (struct spool){0};
}
