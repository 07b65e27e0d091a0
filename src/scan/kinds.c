/* Weights: a value that its issuer gives to one person or account is worth most; an address that anyone may visit,
 * little; a file too, since what two disks share mostly came with the system. Below LINK_STRONG (link/link.h) a link is
 * shown but joins no network by itself. */
#include "scan/kinds.h"

#include <string.h>

static const struct sb_kind_info kinds[SB_KIND_COUNT] = {
    [SB_CARD] = {"card", 1.0, true},
    [SB_IBAN] = {"iban", 1.0, false},
    [SB_EMAIL] = {"email", 0.8, false},
    [SB_URL] = {"url", 0.2, false},
    [SB_ONION] = {"onion", 0.8, false},
    [SB_IP] = {"ip", 0.2, false},
    [SB_PHONE] = {"phone", 0.7, false},
    [SB_BTC] = {"btc", 1.0, false},
    [SB_ETH] = {"eth", 1.0, false},
    [SB_LTC] = {"ltc", 1.0, false},
    [SB_DOGE] = {"doge", 1.0, false},
    [SB_DASH] = {"dash", 1.0, false},
    [SB_BCH] = {"bch", 1.0, false},
    [SB_TRX] = {"trx", 1.0, false},
    [SB_XRP] = {"xrp", 1.0, false},
    [SB_XMR] = {"xmr", 1.0, false},
    [SB_ADA] = {"ada", 1.0, false},
    [SB_WIF] = {"wif", 1.0, true},
    [SB_BIP38] = {"bip38", 1.0, true},
    [SB_XKEY] = {"xkey", 1.0, true},
    [SB_TRACK] = {"track", 0.2, true}, /* its card links already */
    [SB_SEED] = {"seed", 1.0, true},
    [SB_BIC] = {"bic", 0.2, false},
    [SB_DOMAIN] = {"domain", 0.2, false},
    [SB_I2P] = {"i2p", 0.8, false},
    [SB_MAC] = {"mac", 0.7, false},
    [SB_IMEI] = {"imei", 1.0, false},
    [SB_ICCID] = {"iccid", 1.0, false},
    [SB_CREDENTIAL] = {"credential", 0.8, false},
    [SB_TELEGRAM] = {"telegram", 0.6, false},
    [SB_WHATSAPP] = {"whatsapp", 0.7, false},
    [SB_DISCORD] = {"discord", 0.5, false},
    [SB_XMPP] = {"xmpp", 0.8, false},
    [SB_TOX] = {"tox", 1.0, false},
    [SB_SESSION] = {"session", 1.0, false},
    [SB_MRZ] = {"mrz", 1.0, true},
    [SB_NATIONAL_ID] = {"national_id", 1.0, true},
    [SB_PGP] = {"pgp", 0.5, false},
    [SB_SSH] = {"ssh", 0.8, false},
    [SB_X509] = {"x509", 0.2, false},
    [SB_TERM] = {"term", 0.0, false},
    [SB_FILE] = {"file", 0.2, false},
};

const struct sb_kind_info *sb_kind_info(enum sb_kind kind)
{
    return &kinds[kind];
}

enum sb_kind sb_kind_of(const char *name)
{
    unsigned kind = 0;
    while (kind < SB_KIND_COUNT && strcmp(kinds[kind].name, name) != 0)
        kind++;
    return (enum sb_kind)kind;
}
