/* A worker that is honest but for one byte: whatever reads it dies, or hangs. Put in SAMBAND_WORKER's place by
 * bounds.sh. It hands each request on to the real samband-worker, whose answers go to the supervisor as they are,
 * unless the request covers the byte. The name of the evidence says which (a worker gets no arguments and no
 * environment): "die-span-4096.img", "hang-file-70000.img": byte 4096 of the image, byte 70000 of every file that is
 * read by itself and is so large. */
#include <libgen.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/wire.h"
#include "worker/protocol.h"

static bool dies, in_files;
static uint64_t poison;

static void take_name(struct wire_reader *opening)
{
    char path[4096];
    size_t length;
    (void)wire_get_u32(opening);
    (void)wire_get_u64(opening);
    (void)wire_get_blob(opening, TERMS_MAX_BYTES, &length);
    (void)wire_get_blob(opening, COMPILED_MAX, &length);
    (void)wire_get_u8(opening);
    (void)wire_get_u32(opening);
    const char *text = wire_get_text(opening, sizeof path - 1, &length);
    memcpy(path, text, length);
    path[length] = '\0';
    const char *name = basename(path);
    dies = strncmp(name, "die-", 4) == 0;
    name += strcspn(name, "-") + 1;
    in_files = strncmp(name, "file-", 5) == 0;
    name += strcspn(name, "-") + 1;
    poison = strtoull(name, NULL, 10);
}

static bool covers_files(struct wire_reader *request)
{
    (void)wire_get_u8(request);
    bool covered = false;
    for (uint32_t left = wire_get_u32(request); left > 0 && !request->failed; left--) {
        size_t length;
        for (int skip = 0; skip < 4 + 8 + 8 + 4 + 4; skip += 4)
            (void)wire_get_u32(request);
        (void)wire_get_text(request, FILES_PATH_MAX, &length);
        (void)wire_get_u64(request);
        uint64_t begin = wire_get_u64(request);
        uint64_t end = wire_get_u64(request);
        (void)wire_get_u8(request);
        covered |= begin <= poison && poison < end;
    }
    return covered;
}

static bool covers(uint8_t type, struct wire_reader request)
{
    if (type == FRAME_OPEN)
        take_name(&request);
    if (in_files)
        return type == FRAME_FILES && covers_files(&request);
    uint64_t begin = wire_get_u64(&request);
    return type == FRAME_SPAN && begin <= poison && poison < wire_get_u64(&request);
}

static int start_worker(void)
{
    char path[4096];
    int pipes[2];
    posix_spawn_file_actions_t actions;
    char name[] = "samband-worker";
    char *const arguments[] = {name, NULL};
    extern char **environ;
    pid_t id;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 64);
    if (length <= 0 || pipe(pipes) != 0)
        exit(3);
    path[length] = '\0';
    (void)strcat(dirname(path), "/../../samband-worker");
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, pipes[0], STDIN_FILENO);
    (void)posix_spawn_file_actions_addclose(&actions, pipes[0]);
    (void)posix_spawn_file_actions_addclose(&actions, pipes[1]);
    if (posix_spawn(&id, path, &actions, NULL, arguments, environ) != 0)
        exit(3);
    (void)close(pipes[0]);
    (void)close(STDOUT_FILENO); /* its answers are all there is */
    return pipes[1];
}

int main(void)
{
    static uint8_t frame[4 + (1 << 20)];
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    int to = start_worker();
    for (;;) {
        size_t length = 4;
        for (size_t at = 0; at < length;) {
            ssize_t got = read(STDIN_FILENO, frame + at, length - at);
            if (got <= 0)
                return 0;
            at += (size_t)got;
            if (at == 4 && length == 4) {
                uint32_t payload;
                memcpy(&payload, frame, 4);
                length += payload;
            }
            if (length > sizeof frame || length < 5)
                return 3;
        }
        if (covers(frame[4], (struct wire_reader){frame + 5, length - 5, 0, false})) {
            if (dies)
                abort();
            for (;;)
                (void)pause();
        }
        for (size_t sent = 0; sent < length;) {
            ssize_t step = write(to, frame + sent, length - sent);
            if (step <= 0)
                return 0;
            sent += (size_t)step;
        }
    }
}
