/* ext4 through mke2fs and debugfs (e2fsprogs), which work on a plain file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exercise/tool.h"
#include "exercise/volume.h"

static void format_uuid(uint64_t seed, const char *purpose, char out[37])
{
    struct random random;
    uint8_t b[16];
    random_start(&random, seed, purpose);
    random_bytes(&random, b, sizeof b);
    (void)snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-4%01x%02x-8%01x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
                   b[3], b[4], b[5], b[6] & 15, b[7], b[8] & 15, b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

/* Runs the commands in `script`; *output (may be NULL) gets what debugfs says. It exits with 0 whatever happens and
 * echoes each command behind "debugfs: ", so any other line is either an answer or a complaint. */
static int run_script(const struct volume *volume, const struct bytes *script, struct bytes *output,
                      struct error *error)
{
    struct bytes own = {0};
    struct bytes *said = output != NULL ? output : &own;
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/script", volume->staging);
    if (script->failed || write_whole(path, script->data, script->length, error) != 0)
        return script->failed ? fail(error, "memory is short") : -1;
    const char *const argv[] = {"debugfs", "-w", "-f", path, volume->image, NULL};
    int result = tool_run(argv, NULL, said, error);
    if (result == 0 && output == NULL) {
        char *text = (char *)(uintptr_t)bytes_text(said), *rest = NULL;
        for (char *line = strtok_r(text, "\n", &rest); line != NULL && result == 0; line = strtok_r(NULL, "\n", &rest))
            if (strncmp(line, "debugfs", 7) != 0 && strncmp(line, "Allocated inode", 15) != 0 &&
                strstr(line, "already") == NULL)
                result = fail(error, "debugfs failed: %s", line);
    }
    bytes_free(&own);
    return result;
}

static int make(const struct volume *volume, struct error *error)
{
    char uuid[37], hash_seed[37], extended[80], blocks[32];
    format_uuid(volume->seed, "uuid", uuid);
    format_uuid(volume->seed, "hash seed", hash_seed);
    (void)snprintf(extended, sizeof extended, "hash_seed=%s,nodiscard", hash_seed);
    (void)snprintf(blocks, sizeof blocks, "%" PRIu64, volume->size / volume->cluster);
    const char *const argv[] = {"mke2fs", "-q", "-F", "-t", "ext4",   "-b",          "4096", "-m",
                                "0",      "-U", uuid, "-E", extended, volume->image, blocks, NULL};
    struct bytes script = {0};
    for (unsigned i = 0; i < FIXED_FOLDERS; i++)
        bytes_format(&script, "mkdir %s\n", fixed_folders[i]);
    for (unsigned i = 0; i < volume->folders; i++)
        bytes_format(&script, "mkdir /system/%03u\n", i);
    int result = tool_run(argv, NULL, NULL, error);
    if (result == 0)
        result = run_script(volume, &script, NULL, error);
    bytes_free(&script);
    return result;
}

/* The numbers of `count` free blocks from block `goal` on, ascending, as debugfs tells them. */
static int list_free(const struct volume *volume, uint64_t goal, size_t count, uint64_t *blocks, struct error *error)
{
    struct bytes script = {0}, output = {0};
    size_t found = 0;
    bytes_format(&script, "ffb %zu %" PRIu64 "\n", count, goal);
    int result = run_script(volume, &script, &output, error);
    const char *at = result == 0 ? strstr(bytes_text(&output), "Free blocks found: ") : NULL;
    for (at = at != NULL ? at + 19 : ""; found < count;) {
        char *end;
        blocks[found] = strtoull(at, &end, 10);
        if (end == at)
            break;
        at = end;
        found++;
    }
    if (result == 0 && found < count)
        result = fail(error, "debugfs finds no %zu free blocks in %s", count, volume->image);
    bytes_free(&script);
    bytes_free(&output);
    return result;
}

static int add(const struct volume *volume, const struct volume_file *files, size_t count, enum add_manner manner,
               struct error *error)
{
    enum { BLOCKS_PER_FILE = 16 };
    size_t held = manner == ADD_FRAGMENTED ? count * BLOCKS_PER_FILE * 2 : 0;
    uint64_t *blocks = held > 0 ? calloc(held, sizeof *blocks) : NULL;
    struct bytes script = {0};
    int result = 0;
    if (held > 0)
        result = blocks == NULL ? fail(error, "memory is short") : list_free(volume, 1, held, blocks, error);
    /* Every other free block is taken while the fragmented files are written, and given back after. */
    for (size_t i = 0; result == 0 && i < held; i += 2)
        bytes_format(&script, "setb %" PRIu64 "\n", blocks[i]);
    for (size_t i = 0; result == 0 && i < count; i++) {
        const char *base = strrchr(files[i].path, '/');
        bytes_format(&script, "cd %.*s/\nwrite %s %s\n", (int)(base - files[i].path), files[i].path, files[i].source,
                     base + 1);
    }
    for (size_t i = 0; result == 0 && i < held; i += 2)
        bytes_format(&script, "freeb %" PRIu64 "\n", blocks[i]);
    if (result == 0)
        result = run_script(volume, &script, NULL, error);
    bytes_free(&script);
    free(blocks);
    return result;
}

static int remove_files(const struct volume *volume, const struct volume_file *files, size_t count, struct error *error)
{
    struct bytes script = {0};
    for (size_t i = 0; i < count; i++)
        bytes_format(&script, "rm %s\n", files[i].path);
    int result = run_script(volume, &script, NULL, error);
    bytes_free(&script);
    return result;
}

static int find_free(const struct volume *volume, uint64_t length, uint64_t after, uint64_t *offset,
                     struct error *error)
{
    enum { LOOK = 512 };
    uint64_t blocks[LOOK], need = (length + volume->cluster - 1) / volume->cluster;
    if (list_free(volume, (after + volume->cluster - 1) / volume->cluster, LOOK, blocks, error) != 0)
        return -1;
    for (size_t i = 0; i + need <= LOOK; i++)
        if (blocks[i + need - 1] == blocks[i] + need - 1 && blocks[i] * volume->cluster >= after) {
            *offset = blocks[i] * volume->cluster;
            return 0;
        }
    return fail(error, "no %" PRIu64 " free blocks side by side in %s", need, volume->image);
}

const struct volume_tool ext4_tool = {make, add, remove_files, find_free, NULL};
