/* posix_spawn with two pipes and an empty environment; every other descriptor is closed on exec. */
#include "analyse/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wire.h"

#ifndef SAMBAND_LIBEXEC
#define SAMBAND_LIBEXEC "/usr/local/libexec/samband"
#endif

enum { PATH_SIZE = 4096, READ_STEP = 256 * 1024 };
enum { FIRST_PATIENCE = 2000 }; /* milliseconds without taking a byte of it */
enum { NOT_STARTED = 127 };     /* the dynamic linker's status when it cannot map a library */

const char *program_path(const char *name, const char *variable)
{
    static _Thread_local char path[PATH_SIZE];
    const char *named = getenv(variable);
    if (named != NULL && named[0] != '\0')
        return named;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - strlen(name) - 1);
    while (length > 0 && path[length - 1] != '/')
        length--;
    if (length > 0) {
        (void)snprintf(path + length, sizeof path - (size_t)length, "%s", name);
        if (access(path, X_OK) == 0)
            return path;
    }
    (void)snprintf(path, sizeof path, SAMBAND_LIBEXEC "/%s", name);
    return path;
}

const char *process_program(void)
{
    return program_path("samband-worker", "SAMBAND_WORKER");
}

static int open_pipes(int request[2], int answer[2])
{
    if (pipe2(request, O_CLOEXEC) != 0)
        return -1;
    if (pipe2(answer, O_CLOEXEC) == 0)
        return 0;
    (void)close(request[0]);
    (void)close(request[1]);
    return -1;
}

static int spawn(struct process *process, const char *program, int input, int output)
{
    char locale[] = "LC_ALL=C.UTF-8";
    char zone[] = "TZ=UTC";
    char sanitizer[] = "ASAN_OPTIONS=detect_leaks=0";
    char *const environment[] = {locale, zone, sanitizer, NULL};
    char name[] = "samband-worker";
    char *const arguments[] = {name, NULL};
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    (void)posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
#ifndef __SANITIZE_ADDRESS__ /* a sanitizer's report must be seen; libraries' chatter about hostile bytes must not */
    (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#endif
    int problem = posix_spawn(&process->id, program, &actions, NULL, arguments, environment);
    (void)posix_spawn_file_actions_destroy(&actions);
    return problem;
}

void process_put_opening(const struct opening *opening, struct bytes *out)
{
    uint32_t count = 0;
    const char *paths = opening->paths;
    for (const char *at = paths; *at != '\0'; at++)
        count += at[0] != '\n' && (at == paths || at[-1] == '\n');
    size_t start = frame_begin(out, FRAME_OPEN);
    wire_put_u32(out, PROTOCOL_VERSION);
    wire_put_u64(out, opening->memory);
    wire_put_text(out, opening->terms == NULL ? "" : opening->terms);
    wire_put_blob(out, opening->compiled == NULL ? NULL : opening->compiled->data,
                  opening->compiled == NULL ? 0 : opening->compiled->length);
    wire_put_u8(out, opening->terms_only);
    wire_put_u32(out, count);
    for (const char *at = paths; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        if (length > 0)
            wire_put_blob(out, at, length);
        at += length + (at[length] == '\n');
    }
    if (opening->inside == NULL)
        wire_put_u32(out, 0);
    else
        bytes_append(out, opening->inside->data, opening->inside->length);
    frame_end(out, start);
}

int process_start(struct process *process, const struct bytes *first, struct error *error)
{
    int request[2];
    int answer[2];
    *process = (struct process){0};
    const char *program = process_program();
    if (open_pipes(request, answer) != 0)
        return fail(error, "cannot talk to a worker: %s", strerror(errno));
    int problem = spawn(process, program, request[0], answer[1]);
    (void)close(request[0]);
    (void)close(answer[1]);
    process->to = request[1];
    process->from = answer[0];
    (void)fcntl(process->to, F_SETFL, O_NONBLOCK);
    if (problem != 0) {
        process->id = 0;
        (void)close(process->to);
        (void)close(process->from);
        return fail(error, "cannot start %s: %s (run `make install`, or set SAMBAND_WORKER)", program,
                    strerror(problem));
    }
    /* A worker that died at once is seen by the first receive, with how it ended. Until it has its first request, which
     * may be megabytes of compiled search terms, it has met no evidence, and is waited for. */
    int left = process_send(process, first) == 0 && process->out.length > 0;
    while (left == 1 && poll(&(struct pollfd){process->to, POLLOUT, 0}, 1, FIRST_PATIENCE) > 0)
        left = process_flush(process);
    return 0;
}

int process_flush(struct process *process)
{
    while (process->out_at < process->out.length) {
        ssize_t step = write(process->to, process->out.data + process->out_at, process->out.length - process->out_at);
        if (step > 0)
            process->out_at += (size_t)step;
        else if (step < 0 && errno != EINTR)
            return errno == EAGAIN ? 1 : -1;
    }
    bytes_free(&process->out); /* a request may be large, and the next one is far */
    process->out_at = 0;
    return 0;
}

int process_send(struct process *process, const struct bytes *request)
{
    bytes_append(&process->out, request->data, request->length);
    if (request->failed || process->out.failed)
        return -1;
    return process_flush(process) < 0 ? -1 : 0;
}

int process_receive(struct process *process, int milliseconds)
{
    struct pollfd waits[] = {{process->from, POLLIN, 0}, {process->to, POLLOUT, 0}};
    int ready = poll(waits, process->out.length > 0 ? 2 : 1, milliseconds);
    if (ready <= 0 || waits[0].revents == 0)
        return ready < 0 && errno != EINTR ? -1 : 0;
    if (process->in_at > 0) {
        memmove(process->in.data, process->in.data + process->in_at, process->in.length - process->in_at);
        process->in.length -= process->in_at;
        process->in_at = 0;
    }
    if (bytes_reserve(&process->in, READ_STEP) != 0)
        return -1;
    ssize_t got = read(process->from, process->in.data + process->in.length, READ_STEP);
    if (got < 0 && errno == EINTR)
        return 0;
    if (got <= 0)
        return -1;
    process->in.length += (size_t)got;
    return 1;
}

int process_frame(struct process *process, uint8_t *type, const uint8_t **payload, size_t *length)
{
    size_t used = 0;
    int found = frame_next(process->in.data + process->in_at, process->in.length - process->in_at, FRAME_MAX, type,
                           payload, length, &used);
    if (found == 1)
        process->in_at += used;
    return found;
}

/* Waits for its end, a second at most. */
static bool ended(pid_t id, int *status, struct rusage *usage)
{
    for (int tries = 0; tries < 100; tries++) {
        if (wait4(id, status, WNOHANG, usage) == id)
            return true;
        (void)poll(NULL, 0, 10);
    }
    return false;
}

static void say_how(int status, char *how, size_t size)
{
    if (WIFSIGNALED(status))
        (void)snprintf(how, size, "the worker was ended by signal %d (%s)", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) == NOT_STARTED)
        (void)snprintf(how, size, "a worker could not be started, most likely for want of memory (status %d)",
                       WEXITSTATUS(status));
    else
        (void)snprintf(how, size, "the worker ended early (status %d)", WEXITSTATUS(status));
}

void process_stop(struct process *process, bool force, char *how, size_t how_size)
{
    if (process->id == 0)
        return;
    (void)close(process->to);
    (void)close(process->from);
    int status = 0;
    struct rusage usage = {0};
    if (!force && ended(process->id, &status, &usage)) {
        say_how(status, how, how_size);
    } else {
        (void)snprintf(how, how_size, "the worker closed its output and went on");
        (void)kill(process->id, SIGKILL);
        while (wait4(process->id, &status, 0, &usage) < 0 && errno == EINTR)
            ;
    }
    bytes_free(&process->in);
    bytes_free(&process->out);
    *process = (struct process){.peak_kib = usage.ru_maxrss};
}
