/* A worker that evidence has taken over: it speaks the protocol and lies. Put in SAMBAND_WORKER's place by hostile.sh;
 * the name of the evidence says how it lies (a worker gets no arguments and no environment). Everything up to the lie
 * is what an honest worker would say of an image of 64 KiB without a file system. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/wire.h"
#include "worker/protocol.h"

enum { SIZE = 64 << 10 };

static struct bytes out;
static char lie[64]; /* the base name of the evidence, without what follows a dot */

static bool lies(const char *name)
{
    return strcmp(lie, name) == 0;
}

static void send_out(void)
{
    size_t sent = 0;
    while (sent < out.length) {
        ssize_t step = write(STDOUT_FILENO, out.data + sent, out.length - sent);
        if (step <= 0)
            _exit(0);
        sent += (size_t)step;
    }
    bytes_clear(&out);
}

static void say(enum frame_type type)
{
    frame_end(&out, frame_begin(&out, type));
    send_out();
}

static void hang(void)
{
    for (;;)
        (void)pause();
}

static char evidence[4096];

static uint8_t next_request(void)
{
    static uint8_t request[1 << 20];
    uint32_t length = 0;
    for (size_t at = 0; at < 4 + length;) {
        ssize_t got = read(STDIN_FILENO, request + at, (at < 4 ? 4 : 4 + length) - at);
        if (got <= 0) {
            if (lies("linger"))
                hang();
            _exit(0);
        }
        at += (size_t)got;
        if (at == 4)
            memcpy(&length, request, 4);
        if (length > sizeof request - 4)
            _exit(1);
    }
    if (request[4] == FRAME_OPEN && length > 30 && lie[0] == '\0') {
        uint32_t size;
        memcpy(&size, request + 30, 4);
        (void)snprintf(evidence, sizeof evidence, "%.*s", (int)size, (const char *)request + 34);
        const char *name = strrchr(evidence, '/') + 1;
        (void)snprintf(lie, sizeof lie, "%.*s", (int)strcspn(name, "."), name);
    }
    return request[4];
}

static void ready(uint64_t size)
{
    size_t start = frame_begin(&out, FRAME_READY);
    wire_put_text(&out, lies("ready-text") ? "raw\n\033[2J" : "raw");
    wire_put_u64(&out, size);
    wire_put_u32(&out, 512);
    wire_put_text(&out, "");
    wire_put_text(&out, "");
    frame_end(&out, start);
    send_out();
}

static void file(uint32_t number, uint64_t size, uint32_t flags)
{
    size_t start = frame_begin(&out, FRAME_FILE);
    wire_put_u32(&out, number);
    wire_put_u32(&out, 0);
    wire_put_u64(&out, number);
    wire_put_u32(&out, 0);
    wire_put_u32(&out, 0);
    char path[64];
    (void)snprintf(path, sizeof path, "/file-%u", number);
    wire_put_text(&out, path);
    wire_put_u64(&out, size);
    wire_put_u64(&out, 0);
    for (int i = 0; i < 4; i++)
        wire_put_u64(&out, 0);
    wire_put_u32(&out, flags);
    wire_put_u32(&out, 0);
    frame_end(&out, start);
}

static void run_of_file(uint64_t file_offset, uint64_t image_offset, uint64_t length)
{
    size_t start = frame_begin(&out, FRAME_RUNS);
    wire_put_u32(&out, 1);
    wire_put_u64(&out, file_offset);
    wire_put_u64(&out, image_offset);
    wire_put_u64(&out, length);
    frame_end(&out, start);
}

static void sighting(uint64_t offset, uint8_t kind, const char *value, const char *context)
{
    size_t start = frame_begin(&out, FRAME_SIGHTING);
    wire_put_u32(&out, 0);
    wire_put_u64(&out, offset);
    wire_put_u8(&out, kind);
    wire_put_u8(&out, 0);
    wire_put_u32(&out, 1);
    wire_put_text(&out, "");
    wire_put_text(&out, value);
    wire_put_text(&out, context);
    frame_end(&out, start);
}

static void volume(uint32_t number)
{
    size_t start = frame_begin(&out, FRAME_VOLUME);
    wire_put_u32(&out, number);
    wire_put_u64(&out, 0);
    wire_put_u64(&out, SIZE);
    for (int i = 0; i < 3; i++)
        wire_put_text(&out, "");
    wire_put_u8(&out, 1);
    frame_end(&out, start);
}

static void open_lie(void)
{
    if (lies("vanish") && access(evidence, R_OK) != 0) { /* what an honest worker says then */
        size_t start = frame_begin(&out, FRAME_FAILED);
        wire_put_text(&out, "the evidence is not there any more");
        frame_end(&out, start);
        send_out();
        hang();
    }
    if (lies("hang-open"))
        hang();
    if (lies("die-open"))
        abort();
    if (lies("garbage"))
        (void)!write(STDOUT_FILENO, "HTTP/1.1 200 OK\r\nand so on, and so on\r\n", 39), hang();
    if (lies("zero-frame"))
        (void)!write(STDOUT_FILENO, "\0\0\0\0\0\0\0\0", 8), hang();
    if (lies("close-output"))
        (void)close(STDOUT_FILENO), hang();
    if (lies("refuse-text")) {
        size_t start = frame_begin(&out, FRAME_FAILED);
        wire_put_text(&out, "no\n\033[2Jyes \xe2\x80\xae");
        frame_end(&out, start);
        send_out();
        hang();
    }
    ready(lies("huge-size") ? (uint64_t)1 << 61 : lies("large-size") ? (uint64_t)1 << 55 : SIZE);
    if (lies("ready-twice"))
        ready(SIZE);
}

static void map_lie(void)
{
    if (lies("hang-map"))
        hang();
    if (lies("die-mid-frame"))
        (void)!write(STDOUT_FILENO, "\x40\0\0\0\x22", 5), _exit(0);
    for (uint32_t i = 1; lies("map-endless"); i++)
        file(i, 1, FILE_REGULAR | FILE_ALLOCATED), send_out();
    if (lies("file-numbers"))
        file(7, 1, FILE_REGULAR);
    if (lies("run-outside"))
        file(1, SIZE, FILE_REGULAR | FILE_IN_ORDER), run_of_file(0, SIZE - 1, 2);
    if (lies("run-wraps"))
        file(1, SIZE, FILE_REGULAR | FILE_IN_ORDER), run_of_file(UINT64_MAX, UINT64_MAX, 2);
    if (lies("file-huge"))
        file(1, UINT64_MAX, FILE_REGULAR);
    if (lies("map-sights"))
        sighting(0, 0, "4539148803436467", "");
    if (lies("volume-twice"))
        volume(0), volume(0);
    for (uint32_t i = 1; lies("deaf") && i <= SIZE / 32; i++) /* the request for the sweep does not fit into the pipe */
        file(i, 16, FILE_REGULAR | FILE_ALLOCATED | FILE_IN_ORDER), run_of_file(0, 32 * (i - 1), 16);
    for (uint32_t i = 1; lies("one-place") && i <= 5000; i++) /* all over the same bytes */
        file(i, SIZE - i, FILE_REGULAR | FILE_ALLOCATED), run_of_file(0, 0, SIZE - i);
    send_out();
    say(FRAME_DONE);
    if (lies("deaf"))
        hang();
}

static void span_lie(void)
{
    if (lies("hang-span"))
        hang();
    if (lies("vanish"))
        (void)unlink(evidence);
    if (lies("die-span") || lies("vanish"))
        abort();
    for (; lies("progress-endless");) {
        size_t start = frame_begin(&out, FRAME_PROGRESS);
        wire_put_u64(&out, 1);
        frame_end(&out, start);
        send_out();
        (void)usleep(1000);
    }
    for (; lies("span-endless"); send_out())
        for (int i = 0; i < 1000; i++)
            sighting(5, 2, "anna@example.org", "a context that takes some room, so that the file grows well");
    if (lies("outside"))
        sighting(SIZE, 2, "outside@example.org", "");
    if (lies("wrong-kind"))
        sighting(0, 200, "kind@example.org", "");
    if (lies("not-text"))
        sighting(0, 2, "text@example.org", "\xff\xfe\x80");
    if (lies("no-value"))
        sighting(0, 2, "", "");
    for (uint32_t i = 0; lies("millions") && i < 1000000; i++) {
        char value[64];
        (void)snprintf(value, sizeof value, "liar%u@example.org", i);
        sighting(i % SIZE, 2, value, "context");
        if (i % 1000 == 0)
            send_out();
    }
    send_out();
    say(FRAME_DONE);
}

int main(void)
{
    for (;;) {
        switch (next_request()) {
        case FRAME_OPEN:
            open_lie();
            break;
        case FRAME_MAP:
            map_lie();
            break;
        case FRAME_SPAN:
            span_lie();
            break;
        default:
            say(FRAME_DONE); /* also of digests, which it never sends */
        }
    }
}
