/* Written to standard error, so that what is piped on stays clean. */
#include "cli/progress.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/table.h"
#include "show/show.h"

enum { PLAIN_SECONDS = 10, BAR = 20 };

volatile int progress_stop;

static void on_stop(int signal_number)
{
    (void)signal_number;
    progress_stop = 1;
}

void progress_watch_stop(void)
{
    struct sigaction action = {.sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND}; /* a second one ends at once */
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static int describe(const struct analyse_progress *progress, char *out, size_t size)
{
    double rate = progress->seconds > 0.5 ? (double)progress->bytes_done / progress->seconds : 0;
    double left = rate > 0 ? (double)(progress->bytes_all - progress->bytes_done) / rate : 0;
    int length = snprintf(out, size, "%s of %s  %.0f MB/s", shown_size(progress->bytes_done),
                          shown_size(progress->bytes_all), rate / 1e6);
    if (rate > 0 && length > 0 && (size_t)length < size)
        length += snprintf(out + length, size - (size_t)length, "  %d:%02d left", (int)left / 60, (int)left % 60);
    if (length > 0 && (size_t)length < size)
        length += snprintf(out + length, size - (size_t)length, "  %s found  %s", shown_number(progress->sightings),
                           printable(shown_text(progress->doing, false)));
    return length;
}

void progress_show(void *context, const struct analyse_progress *progress)
{
    struct progress_line *line = context;
    char text[512];
    if (line->quiet)
        return;
    (void)describe(progress, text, sizeof text);
    if (isatty(STDERR_FILENO) != 1) {
        if (progress->seconds - line->said >= PLAIN_SECONDS) {
            line->said = progress->seconds;
            (void)fprintf(stderr, "%s\n", text);
        }
        return;
    }
    char bar[BAR + 1];
    int full = progress->bytes_all > 0 ? (int)(progress->bytes_done * BAR / progress->bytes_all) : 0;
    for (int i = 0; i < BAR; i++)
        bar[i] = i < full ? '#' : '.';
    bar[BAR] = '\0';
    int width = (int)terminal_width(STDERR_FILENO) - BAR - 4;
    (void)fprintf(stderr, "\r[%s] %-*.*s", bar, width, width, text);
    line->drawn = true;
}

void progress_clear(struct progress_line *line)
{
    if (line->drawn)
        (void)fprintf(stderr, "\r%*s\r", (int)terminal_width(STDERR_FILENO) - 1, "");
    line->drawn = false;
}
