/* Lines that hold a name and a password: "mail:password", "mail;password", "user@host|password", with or without the
 * address of a site in front; rows of tables with these in fields; and "Password: …" as in the logs of information
 * stealers. */
#ifndef SCAN_CREDENTIAL_H
#define SCAN_CREDENTIAL_H

#include "scan/recognise.h"

enum {
    CREDENTIAL_LINE = 512,  /* bytes: longer lines are none */
    CREDENTIAL_REACH = 1024 /* bytes on either side in which other lines are looked at */
};

struct credential {
    size_t url, url_end;       /* text[url..url_end): the site's address; empty if there is none */
    size_t login, login_end;   /* the mail address or name; empty in a line of a password alone */
    size_t secret, secret_end; /* the password */
    bool mail;                 /* the login is a mail address */
    bool phone;                /* it is a telephone's number, '+' and digits */
    bool row;                  /* they are fields of a table's row */
    bool clean;                /* the line holds nothing else, and the password is of a likely length */
    uint8_t separator;
};

/* Where the line around `at` begins and ends, at most CREDENTIAL_LINE bytes away. */
size_t line_begin(const struct text *text, size_t at);
size_t line_end(const struct text *text, size_t at);

/* Reads text[begin..end), one line. False if it has no password. */
bool read_credential(const struct text *text, size_t begin, size_t end, struct credential *credential);

/* Is it part of a list: do others like it stand near, or a heading above it? text[begin..end) is its line. */
bool is_listed(const struct text *text, const struct credential *credential, size_t begin, size_t end);

/* Does it look like a password by itself: letters, and digits or signs among them, and no name of a host, date or
 * version? Where what parts it from the name is a blank, a tab or a comma, it must. */
bool is_likely_secret(const struct text *text, size_t begin, size_t end);

/* Reads a row of a table with an address, a name and a password (credential_row.c). */
bool read_row(const struct text *text, size_t begin, size_t end, struct credential *credential);

/* Does one of the lines above the one that begins at `begin` say that passwords follow in such fields? */
bool has_heading(const struct text *text, size_t begin, uint8_t separator);

/* A line "Name: value", as in a stealer's log. */
enum field { FIELD_NONE, FIELD_SITE, FIELD_LOGIN, FIELD_PASSWORD };
enum field read_field(const struct text *text, size_t begin, size_t end, size_t *value, size_t *value_end);

/* Where the first of several such fields in one line ends, at the '|' before the next: "Login: anna | Password: …";
 * `end` where there is but one. */
size_t field_end(const struct text *text, size_t begin, size_t end);

/* Parts of a text that nobody is shown: passwords, whether a recogniser took them or not. */
enum { HIDDEN_MAX = 64 };
struct hidden {
    struct hidden_part {
        size_t begin, end;
    } part[HIDDEN_MAX];
    size_t count;
};

/* What is hidden in a stretch of a text, kept for the next context from it: findings stand close together. */
struct hidden_window {
    const uint8_t *data; /* of the text; NULL: nothing is kept */
    size_t from, to;
    int encoding;
    bool papers;
    struct hidden hidden;
};

/* Adds the words between `from` and `to` that may be numbers of people (five digits or more) or a line of a travel
 * document. */
void find_papers(const struct text *text, size_t from, size_t to, struct hidden *hidden);

/* Adds the passwords in the lines that touch text[from..to). */
void find_passwords(const struct text *text, size_t from, size_t to, struct hidden *hidden);

#endif
