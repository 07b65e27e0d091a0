/* Growth by doubling; a failed allocation is remembered, so that builders need one check at the end. */
#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int bytes_reserve(struct bytes *bytes, size_t extra)
{
    size_t wanted;
    if (bytes->failed)
        return -1;
    if (__builtin_add_overflow(bytes->length, extra, &wanted) || wanted > SIZE_MAX / 4) {
        bytes->failed = true;
        return -1;
    }
    if (wanted <= bytes->capacity)
        return 0;
    size_t capacity = bytes->capacity < 64 ? 64 : bytes->capacity;
    while (capacity < wanted)
        capacity *= 2;
    uint8_t *data = realloc(bytes->data, capacity);
    if (data == NULL) {
        bytes->failed = true;
        return -1;
    }
    bytes->data = data;
    bytes->capacity = capacity;
    return 0;
}

void bytes_append(struct bytes *bytes, const void *data, size_t length)
{
    if (length == 0 || bytes_reserve(bytes, length) != 0)
        return;
    memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
}

void bytes_append_text(struct bytes *bytes, const char *text)
{
    bytes_append(bytes, text, strlen(text));
}

void bytes_append_char(struct bytes *bytes, char c)
{
    bytes_append(bytes, &c, 1);
}

void bytes_format(struct bytes *bytes, const char *format, ...)
{
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length >= 0 && bytes_reserve(bytes, (size_t)length + 1) == 0) {
        (void)vsnprintf((char *)bytes->data + bytes->length, (size_t)length + 1, format, again);
        bytes->length += (size_t)length;
    }
    va_end(again);
}

const char *bytes_text(struct bytes *bytes)
{
    if (bytes_reserve(bytes, 1) != 0)
        return "";
    bytes->data[bytes->length] = '\0';
    return (const char *)bytes->data;
}

void bytes_clear(struct bytes *bytes)
{
    bytes->length = 0;
    bytes->failed = false;
}

void bytes_free(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){0};
}
