/* How many look-ups somebody has. A masked card leaves some 100,000 numbers that it may be, once its check digit is
 * known to be right; whoever asks a thousand a second has it in two minutes, and hit or no hit is all it takes. So
 * look-ups of partners come out of a bucket: it holds a tenth of a day's, and fills through the day. docs/centre.md
 * says what that means. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "serve/server.h"

enum { PARTNER_USUAL = 5000, DAY = 86400, BUCKETS_OF_A_DAY = 10 };

struct bucket {
    int64_t person;
    double left, filled; /* look-ups; when, in seconds of a clock that nobody sets */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct bucket *buckets; /* of those who asked since the server began; as many as partners, who are few */
static size_t bucket_count, bucket_room;

static struct bucket *find_bucket(int64_t person, double full, double now)
{
    for (size_t i = 0; i < bucket_count; i++)
        if (buckets[i].person == person)
            return &buckets[i];
    if (bucket_count == bucket_room) {
        size_t room = bucket_room == 0 ? 16 : 2 * bucket_room;
        struct bucket *grown = reallocarray(buckets, room, sizeof *grown);
        if (grown == NULL)
            return NULL;
        buckets = grown;
        bucket_room = room;
    }
    buckets[bucket_count] = (struct bucket){person, full, now};
    return &buckets[bucket_count++];
}

static bool take(int64_t person, double a_day, double now, int64_t *wait)
{
    double full = fmax(a_day / BUCKETS_OF_A_DAY, 1), each_second = a_day / DAY;
    struct bucket *bucket = find_bucket(person, full, now);
    *wait = 1;
    if (bucket == NULL)
        return false;
    bucket->left = fmin(full, bucket->left + (now - bucket->filled) * each_second);
    bucket->filled = now;
    if (bucket->left >= 1) {
        bucket->left -= 1;
        return true;
    }
    *wait = (int64_t)ceil((1 - bucket->left) / each_second);
    return false;
}

bool quota_take(const struct store_person *person, int64_t *wait)
{
    struct timespec now;
    int64_t a_day = person->quota != 0 ? person->quota : person->role == ROLE_PARTNER ? PARTNER_USUAL : 0;
    *wait = 0;
    if (a_day == 0)
        return true;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)pthread_mutex_lock(&lock);
    bool taken = take(person->id, (double)a_day, (double)now.tv_sec + (double)now.tv_nsec / 1e9, wait);
    (void)pthread_mutex_unlock(&lock);
    return taken;
}
