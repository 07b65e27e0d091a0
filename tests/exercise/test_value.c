/* Values carry right checksums, near misses wrong ones, and no value is made twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "exercise/keccak.h"
#include "exercise/value.h"
#include "exercise/wallet.h"

#include <cmocka.h> /* last: it defines a macro named fail */

enum { MADE = 400 };

static void digests_equal_published_vectors(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        enum keccak_padding padding;
        const char *digest;
    } rows[] = {
        {"abc", KECCAK_SHA3, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
        {"", KECCAK_ORIGINAL, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t digest[KECCAK_SIZE];
        char hex[2 * KECCAK_SIZE + 1];
        keccak256(rows[i].input, strlen(rows[i].input), rows[i].padding, digest);
        text_hex(digest, sizeof digest, hex);
        assert_string_equal(hex, rows[i].digest);
    }
}

/* Examples that the standards themselves print, and one character of each changed. */
static void checks_agree_with_the_standards(void **state)
{
    (void)state;
    static const struct {
        bool (*holds)(const char *);
        const char *value;
        bool good;
    } rows[] = {
        {card_holds, "4111111111111111", true},
        {card_holds, "4111111111111112", false},
        {iban_holds, "GB82WEST12345698765432", true},
        {iban_holds, "GB82WEST12345698765431", false},
        {iban_holds, "SE4550000000058398257466", true},
        {eth_holds, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", true},
        {eth_holds, "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed", false},
        {onion_holds, "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion", true},
        {onion_holds, "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczae.onion", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(rows[i].holds(rows[i].value), rows[i].good);
}

static void wallets_agree_with_the_standards(void **state)
{
    (void)state;
    static const struct {
        enum sb_kind kind;
        const char *value;
        bool good;
    } rows[] = {
        {SB_BTC, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", true},
        {SB_BTC, "1A1zP1eP5QGefi2DMPTfTL5SLmv7Divfna", false},
        {SB_BTC, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", true},
        {SB_BTC, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", false},
        {SB_BTC, "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", true},
        {SB_LTC, "LT2KVaAy1ppRuxRgrS5RNU3vBsy7RibPeA", true},
        {SB_DOGE, "DD4KSSuBJqcjuTcvUg1CgUKeurPUFeEZkE", true},
        {SB_DASH, "XuUGDZHrKLo841CyamDbG5W7n59epA71h2", true},
        {SB_BCH, "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", true},
        {SB_BCH, "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q", false},
        {SB_TRX, "TJCnKsPa7y5okkXvQAidZBzqx3QyQ6sxMW", true},
        {SB_XRP, "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", true},
        {SB_XRP, "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTt", false},
        {SB_XMR, "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A",
         true},
        {SB_XMR, "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3B",
         false},
        {SB_ADA,
         "addr1qx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3n0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgse35a3x",
         true},
        {SB_WIF, "5Kd3NBUAdUnhyzenEwVLy9pBKxSwXvE9FMPyR4UKZvpe6E3AgLr", true},
        {SB_WIF, "Kz6UJmQACJmLtaQj5A3JAge4kVTNQ8gbvXuwbmCj7bsaabudb3RD", true},
        {SB_BIP38, "6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGg", true},
        {SB_XKEY,
         "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMP"
         "Hi",
         true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(wallet_holds(rows[i].kind, rows[i].value), rows[i].good);
}

static bool holds(enum sb_kind kind, const char *value)
{
    switch (kind) {
    case SB_CARD:
        return card_holds(value);
    case SB_IBAN:
        return iban_holds(value);
    case SB_ONION:
        return onion_holds(value);
    case SB_ETH:
        return eth_holds(value);
    case SB_EMAIL:
    case SB_URL:
    case SB_IP:
    case SB_PHONE:
        return true;
    default:
        if (is_place(kind))
            return place_holds(kind, value);
        return is_person(kind) ? person_holds(kind, value) : wallet_holds(kind, value);
    }
}

static void made_values_hold_and_differ(void **state)
{
    (void)state;
    struct maker maker = {0};
    random_start(&maker.random, 7, "test");
    for (unsigned kind = 0; kind < PLANTED_KINDS; kind++) {
        char(*made)[VALUE_MAX] = calloc(MADE, sizeof *made);
        assert_non_null(made);
        for (unsigned i = 0; i < MADE; i++) {
            make_value(&maker, (enum sb_kind)kind, made[i]);
            assert_true(holds((enum sb_kind)kind, made[i]));
            for (unsigned j = 0; j < i; j++)
                assert_string_not_equal(made[i], made[j]);
        }
        free(made);
    }
}

static void near_misses_miss(void **state)
{
    (void)state;
    struct maker maker = {0};
    random_start(&maker.random, 8, "test");
    for (unsigned round = 0; round < 50; round++)
        for (unsigned which = 0; which < NEAR_MISSES; which++) {
            char text[VALUE_MAX], normal[VALUE_MAX];
            enum sb_kind kind = make_near_miss(&maker, which, text, normal);
            bool longer = strlen(text) > strlen(normal) && strchr(text, ' ') == NULL && strchr(text, '-') == NULL;
            bool no_issuer = kind == SB_CARD && normal[0] == '9';
            if (kind >= SB_CREDENTIAL) /* what stands around them misses, or a digit, as the scanner's tests see */
                continue;
            if (kind != SB_IP && kind != SB_EMAIL && !longer && !no_issuer)
                assert_false(holds(kind, normal));
        }
}

static void decks_deal_evenly(void **state)
{
    (void)state;
    struct deck deck;
    struct random random;
    unsigned dealt[9] = {0};
    random_start(&random, 1, "deck");
    deck_start(&deck, 9);
    for (unsigned i = 0; i < 90; i++)
        dealt[deck_draw(&deck, &random)]++;
    for (unsigned i = 0; i < 9; i++)
        assert_int_equal(dealt[i], 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_equal_published_vectors),
        cmocka_unit_test(checks_agree_with_the_standards),
        cmocka_unit_test(wallets_agree_with_the_standards),
        cmocka_unit_test(made_values_hold_and_differ),
        cmocka_unit_test(near_misses_miss),
        cmocka_unit_test(decks_deal_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
