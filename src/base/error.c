/* The one place where an error sentence is made. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

int fail(struct error *error, const char *format, ...)
{
    if (error == NULL)
        return -1;
    char text[ERROR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t length = 0;
    for (; text[length] != '\0'; length++) {
        unsigned char c = (unsigned char)text[length];
        error->text[length] = (char)(c < 0x20 || c == 0x7f ? ' ' : c);
    }
    error->text[length] = '\0';
    return -1;
}
