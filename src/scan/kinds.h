/* The kinds of selectors: their names, what a link through one is worth, and which are masked. Holds no parser, so that
 * the store's side of the house may use it too. */
#ifndef SCAN_KINDS_H
#define SCAN_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(default)

enum sb_kind {
    SB_CARD,
    SB_IBAN,
    SB_EMAIL,
    SB_URL,
    SB_ONION,
    SB_IP,
    SB_PHONE,
    SB_BTC,
    SB_ETH,
    SB_LTC,
    SB_DOGE,
    SB_DASH,
    SB_BCH,
    SB_TRX,
    SB_XRP,
    SB_XMR,
    SB_ADA,
    SB_WIF,   /* a private key */
    SB_BIP38, /* a private key under a passphrase */
    SB_XKEY,  /* an extended key, public or private */
    SB_TRACK, /* the magnetic stripe of a card */
    SB_SEED,  /* the words of a wallet's secret */
    SB_BIC,
    SB_DOMAIN, /* outside URLs and mail addresses */
    SB_I2P,
    SB_MAC,
    SB_IMEI,
    SB_ICCID,
    SB_CREDENTIAL, /* who logs in, and the SHA-1 of the password */
    SB_TELEGRAM,
    SB_WHATSAPP,
    SB_DISCORD,
    SB_XMPP,
    SB_TOX,
    SB_SESSION,
    SB_MRZ,         /* the machine readable zone of a travel document */
    SB_NATIONAL_ID, /* of a person, with the country in front */
    SB_PGP,
    SB_SSH,
    SB_X509,
    SB_TERM, /* a search term, as the examiner gave it */
    SB_FILE, /* the SHA-256 of a whole file: no recogniser finds it, the digests of the files do */
    SB_KIND_COUNT
};

enum { SB_VALUE_MAX = 2048 }; /* bytes of a normalised value, at most */

struct sb_kind_info {
    const char *name;   /* as in the store, in JSON and on the command line */
    double link_weight; /* 0 to 1: what a link through the rarest value of this kind is worth; 0: it links nobody */
    bool masked;        /* shown with its first six and last four characters unless revealed */
};

/* Never NULL for a kind below SB_KIND_COUNT. */
const struct sb_kind_info *sb_kind_info(enum sb_kind kind);

/* The kind of that name, or SB_KIND_COUNT. */
enum sb_kind sb_kind_of(const char *name);

#pragma GCC visibility pop

#endif
