/* Child processes, without a shell. */

#include "exercise/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const struct {
    const char *tool, *package;
    bool needed; /* by every exercise */
} packages[] = {
    {"mke2fs", "e2fsprogs", true},     {"debugfs", "e2fsprogs", true}, {"mkntfs", "ntfs-3g", true},
    {"ntfscp", "ntfs-3g", true},       {"mformat", "mtools", true},    {"mmd", "mtools", true},
    {"mcopy", "mtools", true},         {"mdel", "mtools", true},       {"ewfacquirestream", "ewf-tools", false},
    {"qemu-img", "qemu-utils", false},
};

static const char *package_of(const char *tool)
{
    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++)
        if (strcmp(packages[i].tool, tool) == 0)
            return packages[i].package;
    return "of that name";
}

void tool_prepare(void)
{
    const char *path = getenv("PATH");
    char longer[4096];
    (void)snprintf(longer, sizeof longer, "%s:/usr/sbin:/sbin", path != NULL ? path : "/usr/bin:/bin");
    (void)setenv("PATH", longer, 1);
    (void)setenv("SOURCE_DATE_EPOCH", "1772366400", 1); /* 2026-03-01 12:00 UTC */
    (void)setenv("E2FSPROGS_FAKE_TIME", "1772366400", 1);
    (void)setenv("TZ", "UTC", 1);
    (void)setenv("LC_ALL", "C.UTF-8", 1);
    (void)setenv("MTOOLS_SKIP_CHECK", "1", 1);
    (void)setenv("DEBUGFS_PAGER", "cat", 1);
}

bool tool_exists(const char *name)
{
    const char *path = getenv("PATH");
    while (path != NULL && *path != '\0') {
        char candidate[4096];
        int length = (int)strcspn(path, ":");
        (void)snprintf(candidate, sizeof candidate, "%.*s/%s", length, path, name);
        if (access(candidate, X_OK) == 0)
            return true;
        path += length + (path[length] == ':');
    }
    return false;
}

static int fail_missing(const char *tool, const char *package, struct error *error)
{
    return fail(error, "%s is not installed; install the Debian package %s", tool, package);
}

int tool_check(struct error *error)
{
    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++)
        if (packages[i].needed && !tool_exists(packages[i].tool))
            return fail_missing(packages[i].tool, packages[i].package, error);
    return 0;
}

/* What the tool printed, read back; the last line of it goes into the sentence when the tool failed. */
static int read_back(int file, struct bytes *output)
{
    uint8_t buffer[8192];
    ssize_t got;
    if (lseek(file, 0, SEEK_SET) != 0)
        return -1;
    while ((got = read(file, buffer, sizeof buffer)) > 0)
        bytes_append(output, buffer, (size_t)got);
    return got < 0 || output->failed ? -1 : 0;
}

static const char *last_line(struct bytes *output)
{
    while (output->length > 0 && (output->data[output->length - 1] == '\n' || output->data[output->length - 1] == ' '))
        output->length--;
    const char *text = bytes_text(output);
    const char *line = strrchr(text, '\n');
    return line != NULL ? line + 1 : text;
}

int tool_run(const char *const argv[], const char *input, struct bytes *output, struct error *error)
{
    struct bytes own = {0};
    struct bytes *printed = output != NULL ? output : &own;
    posix_spawn_file_actions_t actions;
    int file = memfd_create("output", MFD_CLOEXEC);
    if (file < 0 || posix_spawn_file_actions_init(&actions) != 0) {
        if (file >= 0)
            (void)close(file);
        return fail(error, "cannot start %s: %s", argv[0], strerror(errno));
    }
    (void)posix_spawn_file_actions_addopen(&actions, 0, input != NULL ? input : "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, file, 1);
    (void)posix_spawn_file_actions_adddup2(&actions, file, 2);
    pid_t child;
    char *const *arguments = (char *const *)(uintptr_t)argv;
    int result = posix_spawnp(&child, argv[0], &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (result == 0) {
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        if (read_back(file, printed) != 0)
            result = fail(error, "cannot read what %s printed", argv[0]);
        else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            result = fail(error, "%s failed: %s", argv[0], last_line(printed));
    } else if (result == ENOENT) {
        result = fail_missing(argv[0], package_of(argv[0]), error);
    } else {
        result = fail(error, "cannot start %s: %s", argv[0], strerror(result));
    }
    (void)close(file);
    bytes_free(&own);
    return result;
}
