/* What a recogniser is: one row of a table, and one pure function that looks around an anchor and decides. */
#ifndef SCAN_RECOGNISE_H
#define SCAN_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan/anchors.h"
#include "scan/kinds.h"

/* The text around an anchor: bytes as they are, or UTF-16 narrowed (other characters became FILL). */
struct text {
    const uint8_t *data;
    size_t length;
    bool narrowed; /* no container is opened in it */
};

struct match {
    size_t begin; /* data[begin..end) */
    size_t end;   /* set on failure too: no other anchor of this recogniser before it is worth a look */
    size_t length;
    char value[SB_VALUE_MAX]; /* normalised */
};

struct recogniser {
    enum sb_kind kind;
    const char *name;
    unsigned shapes;        /* bit s: an anchor of shape s may be one */
    struct literal literal; /* or these bytes, at the anchor; text is NULL for none */
    /* Is there a selector at the anchor? Looks at no more than SB_MARGIN bytes on either side (half of that for what is
     * found in UTF-16), at a cost bounded by a constant. match->end is at + 1 on entry. */
    bool (*verify)(const struct text *text, size_t at, struct match *match);
    const char *first;  /* at a shape's anchor stands one of these bytes; NULL: any */
    const char *before; /* and before it, if a letter or digit, one of these; NULL: any */
    bool messenger;     /* of the names before a slash, only those of messengers' sites are its own (engine.c) */
    bool after_mail; /* called where a mail address was found, too, with its '@' as the anchor: match->begin and end are
                        the address's */
};

enum { RECOGNISER_COUNT = 40 };
extern const struct recogniser recognisers[RECOGNISER_COUNT];

bool verify_card(const struct text *text, size_t at, struct match *match);
bool verify_iban(const struct text *text, size_t at, struct match *match);
bool verify_email(const struct text *text, size_t at, struct match *match);
bool verify_url(const struct text *text, size_t at, struct match *match);
bool verify_onion(const struct text *text, size_t at, struct match *match);
bool verify_ip(const struct text *text, size_t at, struct match *match);
bool verify_phone(const struct text *text, size_t at, struct match *match);
bool verify_btc(const struct text *text, size_t at, struct match *match);
bool verify_eth(const struct text *text, size_t at, struct match *match);
bool verify_ltc(const struct text *text, size_t at, struct match *match);
bool verify_doge(const struct text *text, size_t at, struct match *match);
bool verify_dash(const struct text *text, size_t at, struct match *match);
bool verify_bch(const struct text *text, size_t at, struct match *match);
bool verify_trx(const struct text *text, size_t at, struct match *match);
bool verify_xrp(const struct text *text, size_t at, struct match *match);
bool verify_xmr(const struct text *text, size_t at, struct match *match);
bool verify_ada(const struct text *text, size_t at, struct match *match);
bool verify_wif(const struct text *text, size_t at, struct match *match);
bool verify_bip38(const struct text *text, size_t at, struct match *match);
bool verify_xkey(const struct text *text, size_t at, struct match *match);
bool verify_track(const struct text *text, size_t at, struct match *match);
bool verify_seed(const struct text *text, size_t at, struct match *match);
bool verify_bic(const struct text *text, size_t at, struct match *match);
bool verify_domain(const struct text *text, size_t at, struct match *match);
bool verify_i2p(const struct text *text, size_t at, struct match *match);
bool verify_mac(const struct text *text, size_t at, struct match *match);
bool verify_imei(const struct text *text, size_t at, struct match *match);
bool verify_iccid(const struct text *text, size_t at, struct match *match);
bool verify_credential(const struct text *text, size_t at, struct match *match);
bool verify_telegram(const struct text *text, size_t at, struct match *match);
bool verify_whatsapp(const struct text *text, size_t at, struct match *match);
bool verify_discord(const struct text *text, size_t at, struct match *match);
bool verify_xmpp(const struct text *text, size_t at, struct match *match);
bool verify_tox(const struct text *text, size_t at, struct match *match);
bool verify_session(const struct text *text, size_t at, struct match *match);
bool verify_mrz(const struct text *text, size_t at, struct match *match);
bool verify_national_id(const struct text *text, size_t at, struct match *match);
bool verify_pgp(const struct text *text, size_t at, struct match *match);
bool verify_ssh(const struct text *text, size_t at, struct match *match);
bool verify_x509(const struct text *text, size_t at, struct match *match);

static inline bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}
static inline bool is_upper(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z';
}
static inline bool is_lower(uint8_t byte)
{
    return byte >= 'a' && byte <= 'z';
}
static inline bool is_alpha(uint8_t byte)
{
    return is_upper(byte) || is_lower(byte);
}
static inline bool is_alnum(uint8_t byte)
{
    return is_digit(byte) || is_alpha(byte);
}
static inline uint8_t to_lower(uint8_t byte)
{
    return is_upper(byte) ? (uint8_t)(byte | 0x20) : byte;
}
static inline uint8_t to_upper(uint8_t byte)
{
    return is_lower(byte) ? (uint8_t)(byte & ~0x20) : byte;
}

/* The value of a hexadecimal digit, or -1. */
static inline int hex_value(uint8_t byte)
{
    if (is_digit(byte))
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* The byte at `at`, or NUL beyond the text. With `at` unsigned, what stands before data[0] is beyond too. */
static inline uint8_t byte_at(const struct text *text, size_t at)
{
    return at < text->length ? text->data[at] : 0;
}

static inline void put(struct match *match, uint8_t byte)
{
    if (match->length < SB_VALUE_MAX)
        match->value[match->length++] = (char)byte;
}

/* Is the last word before `at` (letters only, in any case, behind at most twelve bytes of punctuation and space) one of
 * these? `words` is a list of lower-case words, each with a space before and behind it. */
bool follows_word(const struct text *text, size_t at, const char *words);

/* Does one of `words` (as above) stand as a word of its own in the `most` bytes before `at`? Bytes that are no letters
 * or digits of ASCII are no part of a word. */
bool has_word_before(const struct text *text, size_t at, size_t most, const char *words);

/* Does `ending`, in any case, stand right before `at`? It has two bytes or more, the last two no capital
 * letters. */
bool ends_before(const struct text *text, size_t at, const char *ending);
/* Does `word` (in small letters) stand in any case in the `most` bytes before `at`, in its line or the one before? */
bool mentions(const struct text *text, size_t at, size_t most, const char *word);

/* Is "fl" of two small letters a country (ISO 3166-1 alpha-2, as in use for top-level domains)? */
bool is_country(uint8_t first, uint8_t last);

/* How many of these digits (0 to 9) are the calling code of a country (E.164) that they begin with; 0 if none. */
size_t calling_code_length(const uint8_t *digits, size_t length);

/* Reads digits that begin at `at`, with at most one space or dash between two of them, until something else stands
 * there or `most` are read. Writes their values, 0 to 9; returns the end, behind the last of them. */
size_t read_digits(const struct text *text, size_t at, uint8_t *digits, size_t most, size_t *length);

/* Where the unbroken run of visible ASCII around `at` begins, at most `most` bytes back. */
size_t token_begin(const struct text *text, size_t at, size_t most);

/* Does "://" stand between `begin` and `end`? */
bool has_scheme(const struct text *text, size_t begin, size_t end);

/* The top-level domain a host name ends with, data[at..end): two or more letters of one case that no file name ends
 * with, or the form "xn--…". */
bool is_top_level(const struct text *text, size_t at, size_t end);

/* Is the host at `at`, behind an '@', one of those that WhatsApp's ids have and no mailboxes: of a person, of a group?
 */
enum messenger { MESSENGER_NONE, MESSENGER_PERSON, MESSENGER_GROUP };
enum messenger messenger_id(const struct text *text, size_t at);

/* Keccak-f[1600] (FIPS 202) over one short message: `suffix` is 0x01 for Ethereum's Keccak-256, 0x06 for SHA3-256. */
void keccak_256(const void *data, size_t length, uint8_t suffix, uint8_t out[32]);

#endif
