/* The web application, as the build put it into the program (embed.py writes the table). Every path that is no file
 * answers its page, which reads the path by itself. */
#include "serve/static.h"

#include <string.h>

#include "serve/call.h"

static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
                             "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
                             "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static const char no_page[] =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Samband</title>"
    "<h1>Samband</h1><p>This program was built without its web application: build web/ first. "
    "The interface for programs is described at <a href=\"/api/openapi.json\">"
    "/api/openapi.json</a>.</p></html>";
static const struct static_file without = {
    "/index.html", "text/html; charset=utf-8", "\"none\"", (const unsigned char *)no_page, sizeof no_page - 1, NULL, 0};

static const struct static_file *find_file(const char *path)
{
    for (const struct static_file *file = static_files; file->path != NULL; file++)
        if (strcmp(file->path, path) == 0)
            return file;
    return NULL;
}

static bool has_word(struct MHD_Connection *connection, const char *header, const char *word)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, header);
    return value != NULL && strstr(value, word) != NULL;
}

static enum MHD_Result send_file(const struct server *server, struct MHD_Connection *connection,
                                 const struct static_file *file)
{
    bool same = has_word(connection, "If-None-Match", file->etag);
    bool packed = !same && file->packed != NULL && has_word(connection, "Accept-Encoding", "gzip");
    size_t length = same ? 0 : packed ? file->packed_length : file->length;
    void *data = (void *)(uintptr_t)(packed ? file->packed : file->data);
    struct MHD_Response *response = MHD_create_response_from_buffer(length, data, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    (void)MHD_add_response_header(response, "Content-Type", file->type);
    (void)MHD_add_response_header(response, "ETag", file->etag);
    (void)MHD_add_response_header(response, "Vary", "Accept-Encoding");
    (void)MHD_add_response_header(response, "Cache-Control", "no-cache"); /* asked for each time, sent once */
    if (packed)
        (void)MHD_add_response_header(response, "Content-Encoding", "gzip");
    add_security_headers(server, response, policy);
    enum MHD_Result result = MHD_queue_response(connection, same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse_method(const struct server *server, struct MHD_Connection *connection)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    (void)MHD_add_response_header(response, "Allow", "GET, HEAD");
    add_security_headers(server, response, policy);
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_METHOD_NOT_ALLOWED, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result static_answer(const struct server *server, struct MHD_Connection *connection, const char *method,
                              const char *path)
{
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse_method(server, connection);
    const struct static_file *file = find_file(path);
    if (file == NULL)
        file = find_file("/index.html");
    return send_file(server, connection, file == NULL ? &without : file);
}
