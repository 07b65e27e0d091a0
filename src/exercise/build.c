/* Every disk is built by a process of its own, as many at a time as there are processors; none depends on another. */
#include "exercise/build.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exercise/disk.h"
#include "exercise/machine.h"
#include "exercise/tool.h"
#include "exercise/truth.h"
#include "exercise/volume.h"

enum { FOLDER_LONGEST = 3000 }; /* leaves room for the names below it */

static int delete_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static void delete_folder(const char *path)
{
    (void)nftw(path, delete_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The folder with what an earlier exercise left taken away. */
static int prepare_folder(const char *dir, bool force, struct error *error)
{
    static const char *const own[] = {"disks", ".build"}, *const folders[] = {"disks", ".build", ".build/vendor"};
    char path[4096];
    if (mkdir(dir, 0755) != 0 && errno != EEXIST)
        return fail(error, "cannot make the folder %s: %s", dir, strerror(errno));
    DIR *listing = opendir(dir);
    if (listing == NULL)
        return fail(error, "cannot open the folder %s: %s", dir, strerror(errno));
    unsigned entries = 0;
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;)
        entries += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(listing);
    if (entries > 0 && !force)
        return fail(error, "the folder %s is not empty; name another, or use --force", dir);
    (void)snprintf(path, sizeof path, "%s/truth.json", dir);
    (void)unlink(path);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, own[i]);
        delete_folder(path);
    }
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, folders[i]);
        if (mkdir(path, 0755) != 0)
            return fail(error, "cannot make the folder %s: %s", path, strerror(errno));
    }
    for (unsigned i = 0; i < VENDOR_FILES; i++) {
        (void)snprintf(path, sizeof path, "%s/.build/vendor/%s", dir, vendor_files[i].name);
        if (write_whole(path, vendor_files[i].text, strlen(vendor_files[i].text), error) != 0)
            return -1;
    }
    return 0;
}

/* Job 0 writes the digests of the filler, job i + 1 the disk of case i. */
static int do_job(const struct plan *plan, const struct filler *filler, const char *dir, unsigned job,
                  struct error *error)
{
    char vendor[4096], staging[4096];
    if (job == 0)
        return truth_write_known(plan, filler, dir, error);
    const struct case_plan *one = &plan->cases[job - 1];
    (void)snprintf(vendor, sizeof vendor, "%s/.build/vendor", dir);
    (void)snprintf(staging, sizeof staging, "%s/.build/%s", dir, one->reference);
    int result = disk_build(one, filler, dir, vendor, staging, error);
    delete_folder(staging);
    return result;
}

static void report(const struct plan *plan, unsigned job, unsigned done)
{
    static const char *const tables[] = {"no table", "DOS", "GPT"}, *const systems[] = {"ext4", "FAT", "NTFS"};
    if (job == 0)
        return;
    const struct case_plan *one = &plan->cases[job - 1];
    (void)fprintf(stderr, "exercise: %s (%u of %u) %s, %s%s%s, %zu carriers\n", one->image, done, plan->settings.cases,
                  tables[one->table], systems[one->volumes[0].file_system], one->volume_count > 1 ? " + " : "",
                  one->volume_count > 1 ? systems[one->volumes[1].file_system] : "", one->carrier_count);
}

static int run_jobs(const struct plan *plan, const struct filler *filler, const char *dir, bool progress,
                    struct error *error)
{
    enum { AT_ONCE_MAX = 16 };
    struct {
        pid_t child;
        unsigned job;
    } running[AT_ONCE_MAX];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned at_once = processors < 1 ? 1 : processors > AT_ONCE_MAX ? AT_ONCE_MAX : (unsigned)processors;
    unsigned jobs = plan->settings.cases + 1, next = 0, alive = 0, done = 0;
    /* where a child leaves its sentence */
    struct error *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return fail(error, "memory is short");
    int result = 0;
    while (alive > 0 || (next < jobs && result == 0)) {
        if (next < jobs && alive < at_once && result == 0) {
            pid_t child = fork();
            if (child == 0) {
                struct error own = {0};
                int outcome = do_job(plan, filler, dir, next, &own);
                if (outcome != 0)
                    *shared = own;
                _exit(outcome == 0 ? 0 : 1);
            }
            if (child < 0) {
                result = fail(error, "cannot start a process: %s", strerror(errno));
                continue;
            }
            running[alive].child = child;
            running[alive++].job = next++;
            continue;
        }
        int status;
        pid_t child = waitpid(-1, &status, 0);
        for (unsigned i = 0; i < alive; i++) {
            if (running[i].child != child)
                continue;
            if (status != 0 && result == 0)
                result = fail(error, "%s", shared->text[0] != '\0' ? shared->text : "a process of the build died");
            done += running[i].job != 0;
            if (progress && result == 0)
                report(plan, running[i].job, done);
            running[i] = running[--alive];
            break;
        }
    }
    (void)munmap(shared, sizeof *shared);
    return result;
}

int exercise_build(const char *dir, const struct settings *settings, bool force, bool progress, struct error *error)
{
    struct plan plan = {0};
    struct filler filler = {0};
    char *absolute = NULL;
    struct settings able = *settings;
    tool_prepare();
    able.no_ewf |= !tool_exists("ewfacquirestream");
    if (able.no_ewf && progress)
        (void)fputs("exercise: no E01 images, since ewfacquirestream is missing (Debian package ewf-tools)\n", stderr);
    if (!machine_forms_all() && progress)
        (void)fputs("exercise: no VMDK, VHD and VHDX, since qemu-img is missing (Debian package qemu-utils)\n", stderr);
    int result = tool_check(error);
    if (result == 0)
        result = filler_list(&filler, error);
    if (result == 0)
        result = plan_exercise(&plan, &able, &filler, error);
    if (result == 0)
        result = prepare_folder(dir, force, error);
    if (result == 0 && (absolute = realpath(dir, NULL)) == NULL)
        result = fail(error, "cannot find the folder %s: %s", dir, strerror(errno));
    if (result == 0 && strlen(absolute) > FOLDER_LONGEST)
        result = fail(error, "the path of the folder %s is too long", dir);
    if (result == 0)
        result = run_jobs(&plan, &filler, absolute, progress, error);
    if (result == 0) {
        char build[4096];
        (void)snprintf(build, sizeof build, "%s/.build", absolute);
        delete_folder(build);
        result = truth_write_cases(&plan, absolute, error);
    }
    if (result == 0)
        result = truth_write(&plan, absolute, error);
    free(absolute);
    plan_free(&plan);
    filler_free(&filler);
    return result;
}
