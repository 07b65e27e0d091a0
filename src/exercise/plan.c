/* The cast, the network, the layouts of the disks, and the carriers. */
#include "exercise/plan.h"

#include "exercise/machine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exercise/escape.h"

const char *const place_names[PLACES] = {"allocated", "fragmented", "deleted",    "unallocated", "slack",
                                         "resident",  "stream",     "compressed", "gap",         "machine"};

static const char *const countries[] = {"SE", "DE", "FR", "ES", "IT", "NL", "PL", "FI", "DK",
                                        "AT", "BE", "IE", "PT", "CZ", "EE", "LV", "LT", "RO",
                                        "BG", "HR", "SI", "SK", "HU", "GR", "CY", "MT", "LU"};
enum { COUNTRIES = sizeof countries / sizeof *countries };

static const char *const titles[] = {"Phishing against bank customers",
                                     "Sale of stolen cards",
                                     "Ransomware against a hospital",
                                     "Invoice fraud",
                                     "Online shop that never delivers",
                                     "Investment fraud",
                                     "Account takeovers",
                                     "Mule accounts"};
enum { TITLES = sizeof titles / sizeof *titles };

static const struct {
    enum table table;
    unsigned count;
    enum file_system file_systems[VOLUMES_MAX];
    bool small_clusters; /* FAT32, where the volume is large enough for it */
} layouts[] = {
    {GPT_TABLE, 1, {EXT4}, false},       {DOS_TABLE, 1, {NTFS}, false},      {NO_TABLE, 1, {FAT}, false},
    {GPT_TABLE, 2, {NTFS, EXT4}, false}, {NO_TABLE, 1, {EXT4}, false},       {DOS_TABLE, 1, {FAT}, true},
    {NO_TABLE, 1, {NTFS}, false},        {DOS_TABLE, 2, {FAT, EXT4}, false}, {GPT_TABLE, 2, {FAT, NTFS}, true},
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

enum { MEBIBYTE = 1 << 20, FAT16_CLUSTERS = 60000, FAT32_CLUSTERS = 66600, CLUSTER = 4096 };

/* FAT32 must have more than 65524 clusters; FAT16 at least 4085 and no more than that. */
static unsigned fat_cluster(uint64_t length, bool small)
{
    unsigned cluster = CLUSTER;
    if (small && length / 512 > FAT32_CLUSTERS) {
        while (length / cluster < FAT32_CLUSTERS)
            cluster /= 2;
        return cluster;
    }
    for (cluster = 2048; length / cluster > FAT16_CLUSTERS;)
        cluster *= 2;
    return cluster;
}

static int lay_out(struct plan *plan, struct case_plan *one, unsigned index, struct error *error)
{
    unsigned which = index % LAYOUTS;
    static const char *const extensions[] = {"dd", "E01", "001"};
    one->size = (uint64_t)plan->settings.megabytes * MEBIBYTE;
    one->table = layouts[which].table;
    one->format = (enum format)((index + index / LAYOUTS) % 3);
    if (one->format == EWF_IMAGE && plan->settings.no_ewf)
        one->format = RAW_IMAGE;
    (void)snprintf(one->image, sizeof one->image, "disks/%s.%s", one->reference, extensions[one->format]);
    one->volume_count = one->size < 48 * (uint64_t)MEBIBYTE ? 1 : layouts[which].count;
    uint64_t room = one->table == NO_TABLE ? one->size : one->size - 2 * MEBIBYTE - (one->volume_count - 1) * MEBIBYTE;
    uint64_t start = one->table == NO_TABLE ? 0 : MEBIBYTE;
    for (unsigned i = 0; i < one->volume_count; i++) {
        struct volume_plan *volume = &one->volumes[i];
        volume->file_system = layouts[which].file_systems[i];
        volume->start = start;
        volume->length = room / one->volume_count / MEBIBYTE * MEBIBYTE;
        start += volume->length + MEBIBYTE; /* a gap behind each */
        volume->cluster =
            volume->file_system == FAT ? fat_cluster(volume->length, layouts[which].small_clusters) : CLUSTER;
    }
    one->carrier_capacity = 128;
    one->carriers = calloc(one->carrier_capacity, sizeof *one->carriers);
    return one->carriers == NULL ? fail(error, "memory is short") : 0;
}

static int cast(struct plan *plan, struct random *random, struct error *error)
{
    const struct settings *settings = &plan->settings;
    struct deck deck;
    unsigned chosen[COUNTRIES], numbers[COUNTRIES], layout = random_below(random, LAYOUTS);
    deck_start(&deck, COUNTRIES);
    for (unsigned i = 0; i < settings->countries; i++) {
        chosen[i] = deck_draw(&deck, random);
        numbers[i] = random_below(random, 90);
    }
    for (unsigned i = 0; i < settings->cases; i++) {
        struct case_plan *one = &plan->cases[i];
        const char *country = countries[chosen[i % settings->countries]];
        numbers[i % settings->countries] += 1 + random_below(random, 9);
        (void)snprintf(one->country, sizeof one->country, "%s", country);
        (void)snprintf(one->reference, sizeof one->reference, "%s-2026-%03u", country,
                       numbers[i % settings->countries]);
        (void)snprintf(one->authority, sizeof one->authority, "National Cybercrime Unit, %s", country);
        (void)snprintf(one->title, sizeof one->title, "%s", titles[random_below(random, TITLES)]);
        one->seed = random_next(random);
        if (lay_out(plan, one, layout + i, error) != 0)
            return -1;
    }
    return 0;
}

/* ---- what cases share ---- */

static int compare_unsigned(const void *a, const void *b)
{
    unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;
    return left < right ? -1 : left > right;
}

static double link_weight(enum sb_kind kind, unsigned sharing, unsigned cases)
{
    double all = cases + 1.0;
    return sb_kind_info(kind)->link_weight * log(all / sharing) / log(all / 2);
}

static int share(struct plan *plan, struct maker *maker, enum sb_kind kind, const unsigned *cases, unsigned count,
                 struct error *error)
{
    if (plan->shared_count == plan->shared_capacity) {
        size_t capacity = plan->shared_capacity == 0 ? 32 : plan->shared_capacity * 2;
        struct shared_value *grown = reallocarray(plan->shared, capacity, sizeof *grown);
        if (grown == NULL)
            return fail(error, "memory is short");
        plan->shared = grown;
        plan->shared_capacity = capacity;
    }
    struct shared_value *shared = &plan->shared[plan->shared_count++];
    shared->kind = kind;
    shared->case_count = count;
    shared->weight = link_weight(kind, count, plan->settings.cases);
    shared->cases = arena_array(&plan->arena, count, sizeof *shared->cases);
    if (shared->cases == NULL)
        return fail(error, "memory is short");
    memcpy(shared->cases, cases, count * sizeof *cases);
    qsort(shared->cases, count, sizeof *cases, compare_unsigned);
    make_value(maker, kind, shared->normal);
    return 0;
}

static int add_network(struct plan *plan, const unsigned *members, unsigned count, struct error *error)
{
    struct network_plan *network = &plan->networks[plan->network_count++];
    network->case_count = count;
    network->cases = arena_array(&plan->arena, count, sizeof *network->cases);
    if (network->cases == NULL)
        return fail(error, "memory is short");
    memcpy(network->cases, members, count * sizeof *members);
    qsort(network->cases, count, sizeof *members, compare_unsigned);
    return 0;
}

/* The network is a tree of links of changing kinds, so that no value stands in all of its cases, and one value more
 * that three of them share. Around it: a pair of cases of its own, weak links from members to strangers, and a mailbox
 * and an address that stand everywhere. `order` is a shuffle of the cases in which the first ones are of different
 * countries. */
static int weave(struct plan *plan, struct maker *maker, const unsigned *order, struct error *error)
{
    static const enum sb_kind strong[] = {SB_CARD, SB_BTC, SB_IBAN, SB_EMAIL, SB_PHONE, SB_ONION, SB_ETH};
    enum { STRONG = sizeof strong / sizeof *strong };
    struct random *random = &maker->random;
    unsigned cases = plan->settings.cases, kind = random_below(random, STRONG);
    unsigned members = cases / 2 < 3 ? 3 : cases / 2 > 7 ? 7 : cases / 2;
    if (members > cases)
        members = cases;
    if (members >= 2) {
        for (unsigned i = 1; i < members; i++) {
            /* a chain of three, from whose end the others branch off */
            unsigned from = i < 3 ? i - 1 : 2 + random_below(random, i - 2);
            if (share(plan, maker, strong[kind++ % STRONG], (unsigned[]){order[from], order[i]}, 2, error) != 0)
                return -1;
        }
        if (members >= 5 &&
            share(plan, maker, strong[kind++ % STRONG], (unsigned[]){order[0], order[2], order[4]}, 3, error) != 0)
            return -1;
        if (add_network(plan, order, members, error) != 0)
            return -1;
    }
    if (cases >= members + 2) {
        const unsigned *pair = order + members;
        if (share(plan, maker, strong[kind++ % STRONG], pair, 2, error) != 0 || add_network(plan, pair, 2, error) != 0)
            return -1;
    }
    for (unsigned i = members; i < cases && i < members + 3; i++)
        if (share(plan, maker, i % 2 == 0 ? SB_URL : SB_IP, (unsigned[]){order[i - members], order[i]}, 2, error) != 0)
            return -1;
    /* The mailbox only where so many cases have it that it weighs little. */
    static const enum sb_kind noise[] = {SB_URL, SB_EMAIL};
    for (unsigned i = 0; i < 2; i++)
        if (cases >= 2 && link_weight(noise[i], cases, cases) < STRONG_LINK * 0.9 &&
            share(plan, maker, noise[i], order, cases, error) != 0)
            return -1;
    return 0;
}

/* A shuffle of the cases; then cases of new countries are moved to the front, so that the network crosses borders. */
static unsigned *shuffle_cases(struct plan *plan, struct random *random)
{
    unsigned count = plan->settings.cases;
    unsigned *order = arena_array(&plan->arena, count, sizeof *order);
    if (order == NULL)
        return NULL;
    for (unsigned i = 0; i < count; i++) {
        unsigned at = random_below(random, i + 1);
        order[i] = order[at];
        order[at] = i;
    }
    bool seen[COUNTRIES] = {false};
    for (unsigned i = 0, front = 0; i < count; i++) {
        unsigned one = order[i];
        if (seen[one % plan->settings.countries])
            continue;
        seen[one % plan->settings.countries] = true;
        memmove(order + front + 1, order + front, (i - front) * sizeof *order);
        order[front++] = one;
    }
    return order;
}

/* ---- carriers ---- */

static bool place_fits(const struct case_plan *one, unsigned volume, enum place place)
{
    bool ntfs = one->volumes[volume].file_system == NTFS;
    switch (place) {
    case IN_RESIDENT:
    case IN_STREAM:
    case IN_COMPRESSED:
        return ntfs;
    case IN_SLACK:
        return one->volumes[volume].cluster >= 2048;
    case IN_GAP:
        return one->table != NO_TABLE;
    case IN_MACHINE:
        return one->volumes[volume].length >= MACHINE_LEAST;
    default:
        return true;
    }
}

/* LZNT1 packs plain text; what is packed already would stay as it is. */
static bool compresses(const char *container)
{
    bool nested = strchr(container, '+') != NULL;
    return strcmp(container, "plain") == 0 || strcmp(container, "zip-stored") == 0 ||
           (is_notation(container) && !nested) || (strncmp(container, "base64", 6) == 0 && !nested) ||
           strcmp(container, "data-url") == 0;
}

struct planter {
    struct case_plan *one;
    struct maker *maker;
    struct random random;
    struct deck places, kinds, containers;
    unsigned names;
};

static void name_carrier(struct planter *planter, struct carrier *carrier)
{
    static const char *const folders[] = {"/documents/", "/mail/", "/downloads/"};
    char word[16];
    bool flat = planter->one->volumes[carrier->volume].file_system == NTFS && carrier->place != IN_MACHINE;
    if (carrier->place == IN_FREE || carrier->place == IN_GAP) {
        carrier->path[0] = '\0';
        return;
    }
    make_word(&planter->random, word);
    /* Names longer than FAT's short ones, so that a deleted file keeps its first letter; and '~' sorts behind all
     * others: NTFS (ntfs_unlink) takes no entry out of the inner blocks of an index. */
    bool hosted = carrier->place == IN_SLACK || carrier->place == IN_STREAM;
    (void)snprintf(carrier->path, sizeof carrier->path, "%s%s%s-%03u%s%s", flat ? "/" : folders[planter->names % 3],
                   carrier->place == IN_DELETED ? "~copy-of-" : "note-", word, planter->names,
                   hosted ? ".txt" : container_extension(carrier->container),
                   carrier->place == IN_STREAM ? ":attached" : "");
}

/* Plants one carrier with `items` (count 0: drawn anew). place PLACES: drawn. */
static int plant(struct planter *planter, const char *container, enum sb_encoding encoding, enum place place,
                 const struct item *items, unsigned count, bool near_misses)
{
    struct case_plan *one = planter->one;
    if (one->carrier_count == one->carrier_capacity) {
        size_t capacity = one->carrier_capacity * 2;
        struct carrier *grown = reallocarray(one->carriers, capacity, sizeof *grown);
        if (grown == NULL)
            return -1;
        one->carriers = grown;
        one->carrier_capacity = capacity;
    }
    struct random *random = &planter->random;
    struct carrier *carrier = &one->carriers[one->carrier_count++];
    *carrier = (struct carrier){.container = container, .encoding = encoding, .near_misses = near_misses};
    bool fits = false;
    for (bool drawn = place == PLACES; !fits;) {
        if (drawn)
            place = (enum place)deck_draw(&planter->places, random);
        unsigned first = random_below(random, one->volume_count);
        for (unsigned i = 0; i < one->volume_count && !fits; i++) {
            carrier->volume = (first + i) % one->volume_count;
            fits = place_fits(one, carrier->volume, place) && (place != IN_COMPRESSED || compresses(container));
        }
        if (!fits && !drawn) {
            place = IN_FILE;
            fits = true;
        }
    }
    carrier->place = place;
    carrier->odd = random_below(random, 2) != 0;
    carrier->item_count = count != 0 ? count : place == IN_RESIDENT ? 1 : ITEMS_MAX;
    for (unsigned i = 0; i < carrier->item_count; i++) {
        struct item *item = &carrier->items[i];
        if (count != 0) {
            *item = items[i];
        } else {
            item->kind = is_notation(container) ? notation_kind(container, random)
                                                : (enum sb_kind)deck_draw(&planter->kinds, random);
            make_value(planter->maker, item->kind, item->normal);
        }
        if (!near_misses) {
            spell_value(random, item->kind, item->normal, item->text);
            escape_text(container, random, item->text);
        }
        /* Lines of a sheet and of rich text may be read with something between: the words of a phrase stay on one. What
         * people's kinds write over several lines is nothing on one. */
        bool parted = !is_person(item->kind) && (strstr(container, "rtf") != NULL || strstr(container, "xlsx") != NULL);
        for (char *c = item->text; parted && *c != '\0'; c++)
            *c = *c == '\n' ? ' ' : *c;
    }
    if (compose_carrier(carrier, &one->volumes[carrier->volume], random) != 0)
        return -1;
    planter->names++;
    name_carrier(planter, carrier);
    return 0;
}

static int plant_near_misses(struct planter *planter)
{
    static const struct {
        const char *container;
        enum sb_encoding encoding;
        enum place place;
    } holders[] = {{"plain", SB_UTF8, IN_FILE},
                   {"plain", SB_UTF16LE, IN_FREE},
                   {"gzip", SB_UTF8, IN_DELETED},
                   {"base64-mime", SB_UTF8, IN_FILE},
                   {"plain", SB_UTF8, IN_FREE}};
    for (unsigned which = 0; which < NEAR_MISSES;) {
        struct item items[ITEMS_MAX] = {0};
        unsigned count = 0, holder = which / ITEMS_MAX % (sizeof holders / sizeof *holders);
        for (; count < ITEMS_MAX && which < NEAR_MISSES; count++, which++)
            items[count].kind = make_near_miss(planter->maker, which, items[count].text, items[count].normal);
        if (plant(planter, holders[holder].container, holders[holder].encoding, holders[holder].place, items, count,
                  true) != 0)
            return -1;
    }
    return 0;
}

static int plant_case(struct plan *plan, unsigned index, struct maker *maker)
{
    struct planter planter = {.one = &plan->cases[index], .maker = maker};
    random_start(&planter.random, planter.one->seed, "carriers");
    deck_start(&planter.places, PLACES);
    deck_start(&planter.kinds, PLANTED_KINDS);
    deck_start(&planter.containers, container_count);
    for (unsigned i = 0; i < container_count * SB_ENCODING_COUNT; i++) {
        const char *container = containers[i % container_count];
        unsigned encoding = i / container_count;
        bool nested = strchr(container, '+') != NULL; /* each of these has another encoding on the next disk */
        if ((!nested || (i + index) % SB_ENCODING_COUNT == encoding) &&
            plant(&planter, container, (enum sb_encoding)encoding, PLACES, NULL, 0, false) != 0)
            return -1;
    }
    for (unsigned place = 0; place < PLACES; place++) /* plain text everywhere it can stand */
        if (plant(&planter, "plain", (enum sb_encoding)random_below(&planter.random, SB_ENCODING_COUNT),
                  (enum place)place, NULL, 0, false) != 0)
            return -1;
    for (size_t i = 0; i < plan->shared_count; i++) {
        const struct shared_value *shared = &plan->shared[i];
        for (unsigned j = 0; j < shared->case_count; j++) {
            if (shared->cases[j] != index)
                continue;
            struct item item = {.kind = shared->kind};
            memcpy(item.normal, shared->normal, sizeof item.normal);
            bool noise = shared->case_count == plan->settings.cases;
            const char *container;
            do
                container = noise ? "plain" : containers[deck_draw(&planter.containers, &planter.random)];
            while (!container_takes(container, shared->kind));
            if (plant(&planter, container,
                      (enum sb_encoding)(noise ? 0 : random_below(&planter.random, SB_ENCODING_COUNT)),
                      noise ? IN_FILE : PLACES, &item, 1, false) != 0)
                return -1;
        }
    }
    return plant_near_misses(&planter);
}

/* Bytes that a volume needs for its carriers and a machine: a fragmented one is written between blocks that are held
 * free for it. */
static uint64_t carriers_need(const struct case_plan *one, unsigned volume)
{
    enum { HELD = 2 * 16 * 4096 };
    uint64_t bytes = machine_size(machine_choose(one->volumes[volume].length, one->seed + volume));
    for (size_t i = 0; i < one->carrier_count; i++) {
        const struct carrier *carrier = &one->carriers[i];
        if (carrier->volume == volume)
            bytes += carrier->content.length + carrier->host.length + one->volumes[volume].cluster +
                     (carrier->place == IN_FRAGMENTS ? HELD : 0);
    }
    return bytes;
}

/* Fills about two thirds of each volume, so that room for fragments and for what is deleted stays. */
static int fill_volumes(struct plan *plan, struct case_plan *one, const struct filler *filler)
{
    enum { COMMON = 8, COMMON_BYTES = 1 << 20, JOURNAL = 5 << 20 /* and tables of inodes */ };
    struct random random, common;
    random_start(&random, one->seed, "filler");
    for (unsigned i = 0; i < one->volume_count; i++) {
        struct volume_plan *volume = &one->volumes[i];
        size_t megabytes = (size_t)(volume->length / MEBIBYTE);
        size_t most = volume->file_system == NTFS ? 100 + megabytes / 4 : 300 + megabytes;
        uint64_t room = volume->length / 100 * 72 - 6 * MEBIBYTE;
        uint64_t left = volume->length / 100 * 85, need = carriers_need(one, i) + COMMON_BYTES;
        left -= volume->file_system == EXT4 ? JOURNAL : 0;
        if (room + need > left)
            room = left > need ? left - need : 0;
        volume->filler = arena_array(&plan->arena, COMMON + most, sizeof *volume->filler);
        if (volume->filler == NULL)
            return -1;
        random_start(&common, plan->settings.seed, "filler that every disk has");
        volume->filler_count = filler_choose(filler, &common, COMMON_BYTES, volume->cluster, COMMON, volume->filler);
        size_t common_count = volume->filler_count;
        volume->filler_count +=
            filler_choose(filler, &random, room, volume->cluster, most, volume->filler + common_count);
    }
    return 0;
}

int plan_exercise(struct plan *plan, const struct settings *settings, const struct filler *filler, struct error *error)
{
    *plan = (struct plan){.settings = *settings};
    struct maker maker = {0};
    random_start(&maker.random, settings->seed, "values");
    if (settings->countries < 1 || settings->countries > COUNTRIES || settings->cases < settings->countries ||
        settings->cases > 5000 || settings->megabytes < 16 || settings->megabytes > 1024)
        return fail(error,
                    "an exercise takes 1 to %u countries, at least as many cases (up to 5000), and disks of 16 to "
                    "1024 MB",
                    COUNTRIES);
    plan->cases = calloc(settings->cases, sizeof *plan->cases);
    if (plan->cases == NULL)
        return fail(error, "memory is short");
    if (cast(plan, &maker.random, error) != 0)
        return -1;
    const unsigned *order = shuffle_cases(plan, &maker.random);
    if (order == NULL)
        return fail(error, "memory is short");
    if (weave(plan, &maker, order, error) != 0)
        return -1;
    for (unsigned i = 0; i < settings->cases; i++)
        if (plant_case(plan, i, &maker) != 0 || fill_volumes(plan, &plan->cases[i], filler) != 0)
            return fail(error, "memory is short");
    return 0;
}

void plan_free(struct plan *plan)
{
    for (unsigned i = 0; plan->cases != NULL && i < plan->settings.cases; i++) {
        struct case_plan *one = &plan->cases[i];
        for (size_t j = 0; j < one->carrier_count; j++) {
            bytes_free(&one->carriers[j].content);
            bytes_free(&one->carriers[j].host);
        }
        free(one->carriers);
    }
    free(plan->cases);
    free(plan->shared);
    arena_free(&plan->arena);
    *plan = (struct plan){0};
}
