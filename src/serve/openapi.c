/* The description of the interface (OpenAPI 3.1), written from the tables that the server dispatches by. */
#include <string.h>

#include "serve/call.h"

enum { SCHEMAS_MOST = 128 };

struct schema {
    const char *name, *json;
};

#define TEXT "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":[\"string\",\"null\"]}"
#define NUMBER "{\"type\":\"integer\"}"
#define TRUTH "{\"type\":\"boolean\"}"
#define OBJECT(members) "{\"type\":\"object\",\"properties\":{" members "}}"
#define ROWS(of)                                                                                                       \
    OBJECT("\"rows\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/" of "\"}},"                       \
           "\"next\":" TEXT_OR_NULL)
#define AUTHORITY "\"name\":" TEXT ",\"country\":" TEXT ",\"contact\":" TEXT ",\"centre\":" TRUTH

/* clang-format off */
static const struct schema schemas[] = {
    {"Problem", OBJECT("\"type\":" TEXT ",\"title\":" TEXT ",\"status\":" NUMBER ",\"detail\":" TEXT)},
    {"Nothing", OBJECT("")},
    {"Authority", OBJECT(AUTHORITY)},
    {"Authorities", ROWS("Authority")},
    {"Session", OBJECT("\"person\":" OBJECT("\"name\":" TEXT ",\"full_name\":" TEXT ",\"role\":" TEXT ",\"language\":" TEXT
        ",\"password\":" TRUTH ",\"authority\":" OBJECT(AUTHORITY)) ",\"token\":" TEXT_OR_NULL
        ",\"rights\":{\"type\":\"array\",\"items\":" TEXT "}")},
    {"Enrolment", OBJECT("\"totp\":" OBJECT("\"secret\":" TEXT ",\"uri\":" TEXT))},
    {"Person", OBJECT("\"name\":" TEXT ",\"full_name\":" TEXT ",\"role\":" TEXT ",\"authority\":" TEXT ",\"country\":" TEXT
        ",\"language\":" TEXT ",\"password\":" TRUTH ",\"certificate\":" TEXT_OR_NULL ",\"blocked\":" TRUTH
        ",\"quota\":{\"type\":[\"integer\",\"null\"]}"
        ",\"seen\":" TEXT_OR_NULL)},
    {"People", ROWS("Person")},
    {"NewPerson", OBJECT("\"person\":{\"$ref\":\"#/components/schemas/Person\"},\"link\":" TEXT ",\"until\":" TEXT)},
    {"Link", OBJECT("\"link\":" TEXT ",\"until\":" TEXT)},
    {"AuditRecord", OBJECT("\"id\":" NUMBER ",\"time\":" TEXT ",\"person\":" TEXT ",\"authority\":" TEXT ",\"action\":" TEXT
        ",\"object\":" TEXT ",\"reason\":" TEXT ",\"outcome\":" TEXT ",\"address\":" TEXT ",\"hash\":" TEXT)},
    {"AuditRecords", ROWS("AuditRecord")},
    {"AuditVerified", OBJECT("\"records\":" NUMBER ",\"heads\":" NUMBER ",\"broken\":{\"type\":[\"integer\",\"null\"]}")},
};
/* clang-format on */

static void raw(struct json *json, const char *key, const char *text)
{
    json_open(json, key, ' '); /* a blank is no bracket, and no harm */
    bytes_append_text(&json->out, text);
    json->comma = true;
}

/* ---- paths ---- */

static void write_parameter(struct json *json, const char *name, size_t length, const char *in, const char *help)
{
    json_open(json, NULL, '{');
    json_text_n(json, "name", name, length);
    json_text(json, "in", in);
    json_bool(json, "required", strcmp(in, "path") == 0);
    if (help != NULL)
        json_text(json, "description", help);
    raw(json, "schema", TEXT);
    json_close(json, '}');
}

static void write_parameters(struct json *json, const struct route *route)
{
    json_open(json, "parameters", '[');
    for (const char *at = strchr(route->path, '{'); at != NULL; at = strchr(at + 1, '{'))
        write_parameter(json, at + 1, strcspn(at + 1, "}"), "path", NULL);
    for (const struct parameter *at = route->parameters; at != NULL && at->name != NULL; at++)
        write_parameter(json, at->name, strlen(at->name), "query", at->help);
    json_close(json, ']');
}

static void write_content(struct json *json, const char *type, const char *schema)
{
    char reference[128];
    (void)snprintf(reference, sizeof reference, "#/components/schemas/%s", schema);
    json_open(json, "content", '{');
    json_open(json, type, '{');
    json_open(json, "schema", '{');
    json_text(json, "$ref", reference);
    json_close(json, '}');
    json_close(json, '}');
    json_close(json, '}');
}

static void write_responses(struct json *json, const struct route *route)
{
    bool events = strcmp(route->path, "/api/events") == 0;
    json_open(json, "responses", '{');
    json_open(json, "2XX", '{');
    json_text(json, "description", "done");
    if (route->schema != NULL)
        write_content(json, events ? "text/event-stream" : "application/json", route->schema);
    json_close(json, '}');
    json_open(json, "default", '{');
    json_text(json, "description", "a problem");
    write_content(json, "application/problem+json", "Problem");
    json_close(json, '}');
    json_close(json, '}');
}

static void write_operation(struct json *json, const struct route *route)
{
    char method[16] = "";
    for (size_t i = 0; route->method[i] != '\0' && i + 1 < sizeof method; i++)
        method[i] = (char)(route->method[i] | 32);
    json_open(json, method, '{');
    json_text(json, "summary", route->summary);
    json_open(json, "x-roles", '[');
    for (unsigned role = 0; role < ROLES; role++)
        if ((route->roles & ROLE(role)) != 0)
            json_text(json, NULL, store_role_name((enum store_role)role));
    json_close(json, ']');
    if (route->roles == ROLES_NOBODY_YET)
        raw(json, "security", "[]");
    write_parameters(json, route);
    if (strcmp(route->method, "POST") == 0 || strcmp(route->method, "PATCH") == 0)
        raw(json, "requestBody", "{\"content\":{\"application/json\":{\"schema\":{\"type\":\"object\"}}}}");
    write_responses(json, route);
    json_close(json, '}');
}

static bool seen_before(const struct route *route, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(route_at(i)->path, route->path) == 0)
            return true;
    return false;
}

static void write_paths(struct json *json)
{
    const struct route *route = NULL, *other = NULL;
    json_open(json, "paths", '{');
    for (size_t i = 0; (route = route_at(i)) != NULL; i++) {
        if (seen_before(route, i))
            continue;
        json_open(json, route->path, '{');
        for (size_t k = i; (other = route_at(k)) != NULL; k++)
            if (strcmp(other->path, route->path) == 0)
                write_operation(json, other);
        json_close(json, '}');
    }
    json_close(json, '}');
}

/* ---- components ---- */

static void write_schemas(struct json *json)
{
    const char *written[SCHEMAS_MOST];
    size_t count = 0;
    const struct route *route = NULL;
    json_open(json, "schemas", '{');
    for (; count < sizeof schemas / sizeof *schemas; count++) {
        raw(json, schemas[count].name, schemas[count].json);
        written[count] = schemas[count].name;
    }
    for (size_t i = 0; (route = route_at(i)) != NULL; i++) {
        size_t k = 0;
        while (route->schema != NULL && k < count && strcmp(written[k], route->schema) != 0)
            k++;
        if (route->schema == NULL || k < count || count == SCHEMAS_MOST)
            continue;
        written[count++] = route->schema;
        raw(json, route->schema, OBJECT(""));
    }
    json_close(json, '}');
}

static int describe(struct request *request, struct error *error)
{
    struct json *json = &request->json;
    (void)error;
    json_open(json, NULL, '{');
    json_text(json, "openapi", "3.1.0");
    json_open(json, "info", '{');
    json_text(json, "title", "Samband");
    json_text(json, "version", SAMBAND_VERSION);
    json_text(json, "description",
              "What a centre may be asked. x-roles names the roles that may; what one may not know of answers 404. A "
              "session's requests that change something carry its token in X-Samband-Token.");
    json_close(json, '}');
    raw(json, "security", "[{\"session\":[]},{\"certificate\":[]}]");
    write_paths(json);
    json_open(json, "components", '{');
    write_schemas(json);
    raw(json, "securitySchemes",
        request->server->tls ? "{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-samband\"},"
                               "\"certificate\":{\"type\":\"mutualTLS\"}}"
                             : "{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"samband\"},"
                               "\"certificate\":{\"type\":\"mutualTLS\"}}");
    json_close(json, '}');
    json_close(json, '}');
    return 0;
}

const struct route openapi_routes[] = {
    {"GET", "/api/openapi.json", ROLES_NOBODY_YET, NULL, "This description (OpenAPI 3.1)", NULL, NULL, describe},
    {NULL},
};
