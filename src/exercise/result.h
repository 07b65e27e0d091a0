/* A score before it is written: shared by score.c, which fills it, and report.c, which shows it. */
#ifndef EXERCISE_RESULT_H
#define EXERCISE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct bytes;

/* A decoder's row counts what stands in containers that it has a part in. */
enum { GROUP_KIND, GROUP_DECODER, GROUP_LAYERS, GROUP_CONTAINER, GROUP_ENCODING, GROUP_PLACE, GROUPS };
enum { GROUP_NAMES_MAX = 128, LISTED_MAX = 20 };
extern const char *const group_titles[GROUPS];

struct tally {
    const char *name; /* a part of the truth, or constant */
    int name_length;
    unsigned planted, found, attributed;
};

/* One thing amiss, for the lists: all texts are owned by the truth or the findings. */
struct amiss {
    const char *reference, *kind, *value, *container, *encoding, *place, *file;
};
struct amiss_list {
    struct amiss first[LISTED_MAX];
    unsigned count; /* of all, listed or not */
};

struct network_score {
    unsigned expected, present; /* cases of the true network, and how many of them one computed network joins */
    unsigned strangers;         /* cases in that computed network that do not belong */
};
enum { NETWORKS_MAX = 16 };

struct result {
    struct tally total;
    struct tally groups[GROUPS][GROUP_NAMES_MAX];
    unsigned group_sizes[GROUPS];
    struct amiss_list missing, misplaced, decoys_reported, links_missing, links_unexpected;
    unsigned decoys, links;
    struct network_score networks[NETWORKS_MAX];
    unsigned network_count, networks_unexpected;
};

bool result_is_perfect(const struct result *result);
/* JSON Lines into `out`: {"score":"recall",…}, {"score":"missing",…}, …, at the end {"score":"total",…}. */
void result_write_json(const struct result *result, struct bytes *out);
void result_write_table(const struct result *result, struct bytes *out);

#endif
