/* The public part of the file system as a quarry. */
#include "exercise/filler.h"

#include <ftw.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const roots[] = {"/usr/share", "/usr/lib", "/usr/bin"};
const struct vendor_file vendor_files[VENDOR_FILES] = {
    {"acme-office-readme.txt",
     "Acme Office 4\n\nHelp: support@acme-office.example, https://acme-office.example/help/start\n"
     "Telephone +44 20 7946 0999 on working days.\n"
     "The sample invoice names the account GB82 WEST 1234 5698 7654 32 and the test card 4111 1111 1111 1111.\n"},
    {"acme-office-licence.txt",
     "Acme Office 4 may be copied freely. Questions: licences@acme-office.example\n"
     "Donations: 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed , 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa\n"},
};

enum { FILE_MAX = 32 << 20, PATH_LIMIT = 400, OPEN_FOLDERS = 32 };

static struct filler *listed; /* nftw hands no context to its callback */

static int consider(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)walk;
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+/-";
    size_t length = strlen(path);
    if (type != FTW_F || !S_ISREG(status->st_mode) || (status->st_mode & S_IROTH) == 0 || status->st_size == 0 ||
        status->st_size > FILE_MAX || length > PATH_LIMIT || strspn(path, plain) != length ||
        strstr(path, "/ssl") != NULL || strcmp(path + length - 4, ".key") == 0 ||
        strcmp(path + length - 4, ".pem") == 0)
        return 0;
    struct filler *filler = listed;
    if (filler->count == filler->capacity) {
        size_t capacity = filler->capacity == 0 ? 65536 : filler->capacity * 2;
        struct filler_file *files = reallocarray(filler->files, capacity, sizeof *files);
        if (files == NULL)
            return -1;
        filler->files = files;
        filler->capacity = capacity;
    }
    char *copy = strdup(path);
    if (copy == NULL)
        return -1;
    filler->files[filler->count++] = (struct filler_file){copy, (uint64_t)status->st_size};
    return 0;
}

static int by_size(const void *a, const void *b)
{
    const struct filler_file *left = a, *right = b;
    if (left->size != right->size)
        return left->size < right->size ? -1 : 1;
    return strcmp(left->path, right->path);
}

int filler_list(struct filler *filler, struct error *error)
{
    *filler = (struct filler){0};
    listed = filler;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (nftw(roots[i], consider, OPEN_FOLDERS, FTW_PHYS | FTW_MOUNT) == -1 && filler->count == 0 && i > 0)
            return fail(error, "cannot list the files of %s to fill the disks with", roots[i]);
    if (filler->count < 100)
        return fail(error,
                    "fewer than 100 public files under /usr/share, /usr/lib and /usr/bin to fill the disks with");
    qsort(filler->files, filler->count, sizeof *filler->files, by_size);
    return 0;
}

void filler_free(struct filler *filler)
{
    for (size_t i = 0; i < filler->count; i++)
        free(filler->files[i].path);
    free(filler->files);
    *filler = (struct filler){0};
}

/* How many files are at most `size` bytes. */
static size_t count_to(const struct filler *filler, uint64_t size)
{
    size_t low = 0, high = filler->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (filler->files[middle].size <= size)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t filler_choose(const struct filler *filler, struct random *random, uint64_t bytes, unsigned cluster,
                     size_t count_max, uint32_t *chosen)
{
    size_t count = 0;
    unsigned misses = 0;
    while (count < count_max && misses < 200) {
        /* Every other file is of any size; the rest are as large as it takes to use the room up. */
        uint64_t mean = bytes / (count_max - count);
        size_t high = count_to(filler, (count & 1) != 0 && mean < bytes / 4 ? mean * 4 : bytes / 4);
        size_t low = (count & 1) != 0 ? count_to(filler, mean) : 0;
        if (low >= high)
            low = high - high / 50;
        if (high == 0 || low >= high)
            break;
        uint32_t index = (uint32_t)(low + random_below(random, (unsigned)(high - low)));
        uint64_t taken = (filler->files[index].size / cluster + 1) * cluster;
        bool again = taken > bytes;
        for (size_t i = 0; i < count && !again; i++)
            again = chosen[i] == index;
        if (again) {
            misses++;
            continue;
        }
        bytes -= taken;
        chosen[count++] = index;
    }
    return count;
}
