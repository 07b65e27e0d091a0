/* Addresses and keys of coins: the vectors of their standards are found in every encoding, by every first stage, and no
 * longer once one character differs or the text around them goes on. */
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct coin_vector {
    const char *kind, *text;
    const char *value; /* NULL: as the text */
};

static const struct coin_vector vectors[] = {
    /* Bitcoin: BIP-173 and BIP-350; the others are in test_recognisers.c. */
    {"btc", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", NULL},
    {"btc", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", NULL},
    /* Litecoin Core, src/test/data/key_io_valid.json; addresses in bech32 as other libraries test them. */
    {"ltc", "LT2KVaAy1ppRuxRgrS5RNU3vBsy7RibPeA", NULL},
    {"ltc", "MHrYRxAiMNBTku3eoDHwhA1LQGDjUStZW2", NULL},
    {"ltc", "ltc1qx88q7zjd74lxwgkjmmwlqv5pd3vujuehexfttt", NULL},
    {"ltc", "LTC1QUDHTHEW8H03VZC7X99M3QG0Z8WJQ2F759HP4EJ", "ltc1qudhthew8h03vzc7x99m3qg0z8wjq2f759hp4ej"},
    /* Dogecoin Core, src/test/data/base58_keys_valid.json. */
    {"doge", "DD4KSSuBJqcjuTcvUg1CgUKeurPUFeEZkE", NULL},
    {"doge", "A7HRQk3GFCW2QasvdZxXuYj8kkQK5QrYLs", NULL},
    {"doge", "9zYnVRaekPtdKBYuPw5QiBtv3NNrzD2LLW", NULL},
    /* dashcore-lib's and base58check.js's documentation; a script address of version 16. */
    {"dash", "XuUGDZHrKLo841CyamDbG5W7n59epA71h2", NULL},
    {"dash", "XfMBLVNyzPxEELVUUsg7AJAHWKiV9do7Pj", NULL},
    {"dash", "7gnwGHt17heGpG9Crfeh4KGpYNFugPhJdh", NULL},
    /* The specification of cashaddr: its table of translations, and its test vector of 20 bytes. */
    {"bch", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", NULL},
    {"bch", "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq", NULL},
    {"bch", "qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg2", "bitcoincash:qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg2"},
    {"bch", "BITCOINCASH:QR95SY3J9XWD2AP32XKYKTTR4CVCU7AS4Y0QVERFUY",
     "bitcoincash:qr95sy3j9xwd2ap32xkykttr4cvcu7as4y0qverfuy"},
    {"bch", "pqq3728yw0y47sqn6l2na30mcw6zm78dzq5ucqzc37", "bitcoincash:pqq3728yw0y47sqn6l2na30mcw6zm78dzq5ucqzc37"},
    /* TRON's documentation of addresses. */
    {"trx", "TJCnKsPa7y5okkXvQAidZBzqx3QyQ6sxMW", NULL},
    {"trx", "TNPeeaaFB7K9cmo4uQpcU32zGK8G1NYqeL", NULL},
    /* xrpl.org, "Special addresses". */
    {"xrp", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", NULL},
    {"xrp", "rrrrrrrrrrrrrrrrrrrrrhoLvTp", NULL},
    {"xrp", "rrrrrrrrrrrrrrrrrrrrBZbvji", NULL},
    {"xrp", "rf1BiGeXwwQoi8Z2ueFYTEXSwuJYfV2Jpn", NULL},
    /* XLS-5d: without a tag, with one, with the largest. */
    {"xrp", "X7AcgcsBL6XDcUb289X4mJ8djcdyKaB5hJDWMArnXr61cqZ", NULL},
    {"xrp", "XV5sbjUmgPpvXv4ixFWZ5ptAYZ6PD2gYsjNFQLKYW33DzBm", NULL},
    {"xrp", "XVLhHMPHU98es4dbozjVtdWzVrDjtV18pX8yuPT7y4xaEHi", NULL},
    /* The Monero project's own address and a subaddress; an integrated address with its standard one. */
    {"xmr", "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A", NULL},
    {"xmr", "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H", NULL},
    {"xmr", "49Xgwx3RfyV3ZMEVyrUNuUMzgQ1WHjkWL5T6Xk7QaTszggbtPbRPEkZQau9yACYEmUCHPNrU2MBdnJf4s4xLK5AyLDP5ucd", NULL},
    {"xmr",
     "4KEMxkrvHF13ZMEVyrUNuUMzgQ1WHjkWL5T6Xk7QaTszggbtPbRPEkZQau9yACYEmUCHPNrU2MBdnJf4s4xLK5AyVTr66Q8LFefPwwfA1t",
     NULL},
    /* CIP-19, one of each type. */
    {"ada", "addr1qx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3n0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgse35a3x",
     NULL},
    {"ada", "addr1z8phkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gten0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgs9yc0hh",
     NULL},
    {"ada", "addr1yx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzerkr0vd4msrxnuwnccdxlhdjar77j6lg0wypcc9uar5d2shs2z78ve",
     NULL},
    {"ada", "addr1x8phkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gt7r0vd4msrxnuwnccdxlhdjar77j6lg0wypcc9uar5d2shskhj42g",
     NULL},
    {"ada", "addr1gx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer5pnz75xxcrzqf96k", NULL},
    {"ada", "addr128phkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gtupnz75xxcrtw79hu", NULL},
    {"ada", "addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl8", NULL},
    {"ada", "addr1w8phkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gtcyjy7wx", NULL},
    {"ada", "stake1uyehkck0lajq8gr28t9uxnuvgcqrc6070x3k9r8048z8y5gh6ffgw", NULL},
    {"ada", "stake178phkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gtcccycj5", NULL},
    /* Of the Byron era: the examples of CIP-19 and of Cardano's documentation. */
    {"ada", "Ae2tdPwUPEZFRbyhz3cpfC2CumGzNkFBN2L42rcUc2yjQpEkxDbkPodpMAi", NULL},
    {"ada", "Ae2tdPwUPEYwFx4dmJheyNPPYXtvHbJLeCaA96o6Y2iiUL18cAt7AizN2zG", NULL},
    {"ada", "DdzFFzCqrhsrcTVhLygT24QwTnNqQqQ8mZrq5jykUzMveU26sxaH529kMpo7VhPrt5pwW3dXeB2k3EEvKcNBRmzCfcQ7dTkyGzTs658C",
     NULL},
    /* Bitcoin Core, src/test/data/base58_keys_valid.json; the Bitcoin wiki, "Wallet import format". */
    {"wif", "5Kd3NBUAdUnhyzenEwVLy9pBKxSwXvE9FMPyR4UKZvpe6E3AgLr", NULL},
    {"wif", "Kz6UJmQACJmLtaQj5A3JAge4kVTNQ8gbvXuwbmCj7bsaabudb3RD", NULL},
    {"wif", "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ", NULL},
    {"wif", "L3Hq7a8FEQwJkW1M2GNKDW28546Vp5miewcCzSqUD9kCAXrJdS3g", NULL},
    /* BIP-38: plain, compressed, EC multiply. */
    {"bip38", "6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGg", NULL},
    {"bip38", "6PYNKZ1EAgYgmQfmNVamxyXVWHzK5s6DGhwP4J5o44cvXdoY7sRzhtpUeo", NULL},
    {"bip38", "6PfQu77ygVyJLZjfvMLyhLMQbYnu5uguoJJ4kMCLqWwPEdfpwANVS76gTX", NULL},
    /* BIP-32, vector 1; BIP-84; SLIP-132. */
    {"xkey",
     "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8",
     NULL},
    {"xkey",
     "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi",
     NULL},
    {"xkey",
     "ypub6Ww3ibxVfGzLrAH1PNcjyAWenMTbbAosGNB6VvmSEgytSER9azLDWCxoJwW7Ke7icmizBMXrzBx9979FfaHxHcrArf3zbeJJJUZPf663zsP",
     NULL},
    {"xkey",
     "yprvAHwhK6RbpuS3dgCYHM5jc2ZvEKd7Bi61u9FVhYMpgMSuZS613T1xxQeKTffhrHY79hZ5PsskBjcc6C2V7DrnsMsNaGDaWev3GLRQRgV7hxF",
     NULL},
    {"xkey",
     "zpub6jftahH18ngZxLmXaKw3GSZzZsszmt9WqedkyZdezFtWRFBZqsQH5hyUmb4pCEeZGmVfQuP5bedXTB8is6fTv19U1GQRyQUKQGUTzyHACMF",
     NULL},
    {"xkey",
     "zprvAWgYBBk7JR8Gjrh4UJQ2uJdG1r3WNRRfURiABBE3RvMXYSrRJL62XuezvGdPvG6GFBZduosCc1YP5wixPox7zhZLfiUm8aunE96BBa4Kei5",
     NULL},
};
enum { VECTORS = sizeof vectors / sizeof *vectors };

static const char *expected_of(const struct coin_vector *vector)
{
    static char line[256];
    (void)snprintf(line, sizeof line, "%s:%s", vector->kind, vector->value == NULL ? vector->text : vector->value);
    return line;
}

static void expect(const char *text, const char *found)
{
    check_vectors(&(struct vector){text, found}, 1);
}

static void standards(void **state)
{
    static const char *const around[][2] = {{"", ""},         {"pay to ", "."},      {"\"", "\""},
                                            {"a=", "&b=1"},   {"(", "/tx)"},         {"[", "]"},
                                            {"\xff", "\xff"}, {"wallet:\t", "\r\n"}, {"coin:", "?amount=1"}};
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        for (size_t k = 0; k < sizeof around / sizeof *around; k++) {
            char text[256];
            (void)snprintf(text, sizeof text, "%s%s%s", around[k][0], vectors[i].text, around[k][1]);
            expect(text, expected_of(&vectors[i]));
        }
    }
}

/* Base58 reads 'l' and '0' nowhere, bech32 neither 'b' nor 'i': both ways to miss, and a character of the alphabet. */
static void one_character_changed(void **state)
{
    static const char others[] = "2qZ9l";
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "%s", vectors[i].text);
        size_t prefix = strcmp(vectors[i].kind, "bch") == 0 && strchr(text, ':') != NULL ? 12 : 0;
        for (size_t at = prefix; text[at] != '\0'; at++) {
            char kept = text[at];
            char other = others[(i + at) % (sizeof others - 1)];
            text[at] = kept == other ? 'x' : other;
            expect(text, "");
            text[at] = kept;
        }
    }
}

static void neighbours_deny(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        char text[256];
        if (strchr(vectors[i].text, ':') == NULL) {
            (void)snprintf(text, sizeof text, "a%s", vectors[i].text);
            expect(text, "");
        }
        (void)snprintf(text, sizeof text, "%s7", vectors[i].text);
        expect(text, "");
        (void)snprintf(text, sizeof text, "%.*s", (int)strlen(vectors[i].text) - 1, vectors[i].text);
        expect(text, "");
    }
}

/* Right checksums of what is no address or key of these kinds. */
static void other_networks(void **state)
{
    static const char *const texts[] = {
        "nhRsrUaxZou6sewjqaS37cJrMRJRgwVXdk",                               /* Dogecoin's test network */
        "6K7a8wZW8A1oZxNd7wZz8PhgAAaDxybkzNpD1sGVvmSaBmc3Hg2",              /* a private key of Dogecoin's */
        "bchtest:pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t",               /* Bitcoin Cash's test network */
        "pref:pr6m7j9njldwwzlg9v7v53unlr4jkmx6ey65nvtks5",                  /* a vector with a prefix of its own */
        "bitcoincash:q9adhakpwzztepkpwp5z0dq62m6u5v5xtyj7j3h2ws4mr9g0",     /* 24 bytes, which no script has */
        "bitcoincash:Qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",           /* in two cases */
        "tpgc1qpftpsvdn6mjp8celrkj0qxqy4jlapl959rlwg9",                     /* another prefix */
        "stake_test1urhqj6v0u59at0wknm38jqqpwqt57h4v26cwhdnw9mkrlpggpregu", /* CIP-19, test network */
        "stake1uyehkck0lajq8gr28t9uxnuvgcqrc6070x3k9r8048z8y5gh6ffgx",
        "Ae2tdPwUPEZFRbyhz3cpfC2CumGzNkFBN2L42rcUc2yjQpEkxDbkPodpMAj",
        "T7oKJ3q7s94kDH6tpkBowhetT1JKfcfdSCmAXbS75iATyLD",                 /* XLS-5d, test network */
        "addr_test1vz2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzerspjrlsz", /* CIP-19, test network */
        "9szghg3GN35i7zk8aci6gE76QQ68YsqaJTcSxJ5f6iUsTnYUZrPrh3CecdoQbGNi8HNoamaJZUne3iVqYve5kCH42a5e3qZ", /* Monero's
                                                                                                            */
        "9213qJab2HNEpMpYNBa7wHGFKKbkDn24jpANDs2huN3yi4J11ko", /* a key of Bitcoin's test network */
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect(texts[i], "");
}

/* All vectors in one text, in three encodings and through small chunks, by each first stage. */
static void encodings_and_paths(void **state)
{
    struct bytes plain = {0};
    struct bytes expected = {0};
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct scan alone = {0};
        bytes_format(&plain, "to %s, ", vectors[i].text);
        (void)scan_bytes(&alone, vectors[i].text, strlen(vectors[i].text));
        assert_int_equal(alone.sightings, 1);
        scan_free(&alone);
    }
    for (int path = SB_PORTABLE; path <= SB_AVX512; path++) {
        for (int encoding = SB_UTF8; encoding < SB_ENCODING_COUNT; encoding++) {
            for (size_t chunk = 0; chunk <= 1000; chunk += 1000) {
                struct scan scan = {.chunk = chunk};
                struct bytes data = {0};
                scan.options.path = path;
                bytes_append_char(&data, '\n');
                if (encoding == SB_UTF8)
                    bytes_append(&data, plain.data, plain.length);
                else
                    append_utf16(&data, bytes_text(&plain), encoding == SB_UTF16BE);
                (void)scan_bytes(&scan, data.data, data.length);
                assert_int_equal(scan.sightings, VECTORS);
                if (expected.length == 0)
                    bytes_append(&expected, scan.found.data, scan.found.length);
                assert_int_equal(scan.found.length, expected.length);
                assert_memory_equal(scan.found.data, expected.data, expected.length);
                bytes_free(&data);
                scan_free(&scan);
            }
        }
    }
    bytes_free(&plain);
    bytes_free(&expected);
}

/* Base64, digests, and tokens as programs make them, of every length and beginning. */
static void random_tokens(void **state)
{
    static const char *const alphabets[] = {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                                            "0123456789abcdef",
                                            "0123456789ABCDEF",
                                            "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
                                            "qpzry9x8gf2tvdw0s3jn54khce6mua7l",
                                            "abcdefghijklmnopqrstuvwxyz234567"};
    enum { SIZE = 256 * 1024 };
    uint64_t seed = 11;
    char *text = malloc(SIZE);
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof alphabets / sizeof *alphabets; i++) {
        size_t letters = strlen(alphabets[i]);
        size_t left = 0;
        for (size_t at = 0; at < SIZE; at++, left--) {
            text[at] = left == 0 ? ' ' : alphabets[i][next_random(&seed) % letters];
            if (left == 0)
                left = 20 + next_random(&seed) % 100;
        }
        struct scan scan = {0};
        (void)scan_bytes(&scan, text, SIZE);
        if (scan.found.length > 0)
            fail_msg("among random characters of \"%s\": %s", alphabets[i], bytes_text(&scan.found));
        scan_free(&scan);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standards),      cmocka_unit_test(one_character_changed), cmocka_unit_test(neighbours_deny),
        cmocka_unit_test(other_networks), cmocka_unit_test(encodings_and_paths),   cmocka_unit_test(random_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
