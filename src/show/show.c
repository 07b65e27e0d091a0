/* Everything here may show what a suspect wrote: it leaves only as printable text or escaped JSON. */
#include "show/show.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "show/scratch.h"
#include "store/store.h"

const char *shown_size(int64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double number = (double)bytes;
    size_t unit = 0;
    for (; number >= 1024 && unit + 1 < sizeof units / sizeof *units; unit++)
        number /= 1024;
    char *out = scratch_slot();
    (void)snprintf(out, SLOT_SIZE, unit == 0 ? "%.0f %s" : "%.1f %s", number, units[unit]);
    return out;
}

const char *shown_number(int64_t number)
{
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%lld", (long long)number);
    char *out = scratch_slot();
    size_t length = strlen(digits);
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-')
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

const char *shown_time(int64_t seconds)
{
    struct tm parts;
    time_t time = (time_t)seconds;
    if (seconds == STORE_UNKNOWN_TIME || gmtime_r(&time, &parts) == NULL)
        return NULL;
    char *out = scratch_slot();
    return strftime(out, SLOT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0 ? NULL : out;
}

const char *shown_digest(const uint8_t *digest, size_t length)
{
    if (digest == NULL)
        return NULL;
    char *out = scratch_slot();
    text_hex(digest, length, out);
    return out;
}

const char *shown_evidence(const char *case_reference, int64_t number)
{
    char *out = scratch_slot();
    int length =
        snprintf(out, SLOT_SIZE, "%s/%lld", case_reference, (long long)(number & ((1 << STORE_ITEM_BITS) - 1)));
    for (int level = 1; level <= store_evidence_depth(number) && length > 0 && length < SLOT_SIZE; level++)
        length +=
            snprintf(out + length, SLOT_SIZE - (size_t)length, ".%lld", (long long)store_evidence_rank(number, level));
    return out;
}

const char *allocation_name(int64_t allocation)
{
    static const char *const names[] = {"allocated", "deleted", "slack", "unallocated"};
    return allocation >= 0 && allocation < 4 ? names[allocation] : "unallocated";
}

const char *encoding_name(int64_t encoding)
{
    static const char *const names[] = {"utf-8", "utf-16le", "utf-16be"};
    return encoding >= 0 && encoding < 3 ? names[encoding] : "utf-8";
}

const char *joined(const char *const *texts, size_t count, const char *between)
{
    struct bytes *out = scratch(SCRATCH_JOINED);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            bytes_append_text(out, between);
        bytes_append_text(out, texts[i]);
    }
    return bytes_text(out);
}

const char *printable(const char *text)
{
    struct bytes *out = scratch(SCRATCH_PRINTABLE);
    text_append_printable(out, text, strlen(text));
    return bytes_text(out);
}
