/* What a request says, as handlers ask for it; and problems (RFC 9457) as they answer them. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "serve/call.h"

/* ---- the target (RFC 3986) ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

char *decoded(struct arena *arena, const char *text, size_t length, bool plus)
{
    char *out = arena_text(arena, text, length);
    size_t kept = 0;
    for (size_t at = 0; out != NULL && at < length; at++) {
        char c = text[at];
        if (c == '%') {
            int high = at + 2 < length ? hex_digit(text[at + 1]) : -1;
            int low = at + 2 < length ? hex_digit(text[at + 2]) : -1;
            if (high < 0 || low < 0)
                return NULL;
            c = (char)(high << 4 | low);
            at += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        out[kept++] = c;
    }
    if (out == NULL || !text_is_utf8(out, kept))
        return NULL;
    out[kept] = '\0';
    return out;
}

static bool read_query(struct call *call, const char *at)
{
    while (*at != '\0') {
        size_t length = strcspn(at, "&");
        size_t name = strcspn(at, "=&");
        size_t value = name < length ? name + 1 : length;
        if (call->query.count == QUERY_MOST)
            return false;
        call->query.names[call->query.count] = decoded(&call->arena, at, name, true);
        call->query.values[call->query.count] = decoded(&call->arena, at + value, length - value, true);
        if (call->query.names[call->query.count] == NULL || call->query.values[call->query.count] == NULL)
            return false;
        call->query.count++;
        at += length;
        at += *at == '&';
    }
    return true;
}

bool call_read_target(struct call *call)
{
    size_t length = strcspn(call->target, "?#");
    call->path = decoded(&call->arena, call->target, length, false);
    if (call->path == NULL || call->path[0] != '/')
        return false;
    call->request.query = &call->query;
    return call->target[length] != '?' || read_query(call, call->target + length + 1);
}

const char *request_query(const struct request *request, const char *name)
{
    const struct query_parts *query = request->query;
    for (size_t i = 0; query != NULL && i < query->count; i++)
        if (strcmp(query->names[i], name) == 0)
            return query->values[i];
    return NULL;
}

bool request_number(struct request *request, const char *name, int64_t least, int64_t most, int64_t otherwise,
                    int64_t *number)
{
    const char *text = request_query(request, name);
    char *end = NULL;
    *number = otherwise;
    if (text == NULL || text[0] == '\0')
        return true;
    errno = 0;
    *number = strtoll(text, &end, 10);
    if (errno == 0 && *end == '\0' && strspn(text, "-0123456789") == strlen(text) && *number >= least &&
        *number <= most)
        return true;
    (void)request_problem(request, 400, "%s is a number from %lld to %lld.", name, (long long)least, (long long)most);
    return false;
}

const char *request_text(const struct request *request, const char *name)
{
    return json_string_value(json_object_get(request->body, name));
}

/* ---- problems ---- */

static const char *title_of(int status)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {400, "Bad request"},       {401, "Not signed in"},          {403, "Not allowed"},
        {404, "Not found"},         {405, "Method not allowed"},     {409, "Conflict"},
        {413, "Too large"},         {415, "Unsupported media type"}, {422, "Not acceptable as it is"},
        {429, "Too many attempts"}, {500, "Server error"},           {503, "Busy"},
    };
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Problem";
}

int request_problem(struct request *request, int status, const char *format, ...)
{
    char detail[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    json_clear(&request->json);
    request->status = status;
    request->type = "application/problem+json";
    json_open(&request->json, NULL, '{');
    json_text(&request->json, "type", "about:blank");
    json_text(&request->json, "title", title_of(status));
    json_int(&request->json, "status", status);
    json_text(&request->json, "detail", detail);
    json_close(&request->json, '}');
    return 0;
}

/* ---- copies ---- */

int copy_person(struct arena *arena, const struct store_person *person, struct store_person *copy)
{
    *copy = *person;
    const char **texts[] = {&copy->name,     &copy->full_name, &copy->authority_name, &copy->country,
                            &copy->password, &copy->totp,      &copy->certificate,    &copy->language};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = arena_text(arena, *texts[i], strlen(*texts[i]));
        if (*texts[i] == NULL)
            return -1;
    }
    return 0;
}
