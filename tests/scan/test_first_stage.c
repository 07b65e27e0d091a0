/* The three first stages give the same anchors on the same bytes, and give those that are there. */
#include "harness.h"
#include "scan/anchors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 64 * 1024, BLOCKS = SIZE / BLOCK };

static struct classifier classifiers[3];
static struct hit hits[3][BLOCKS];
static const int paths[3] = {SB_PORTABLE, SB_AVX2, SB_AVX512};

static void prepare(void)
{
    static const struct literal literals[] = {{".onion", 6, true},
                                              {"bc1", 3, true},
                                              {"\x1f\x8b\x08", 3, false},
                                              {"PK\3\4", 4, false},
                                              {"stream\r", 7, false, 5}};
    for (int i = 0; i < 3; i++)
        classifier_prepare(&classifiers[i], literals, sizeof literals / sizeof *literals, paths[i]);
}

static void compare(const uint8_t *data, size_t length, size_t from)
{
    size_t counts[3];
    for (int i = 0; i < 3; i++) {
        memset(hits[i], 0, sizeof hits[i]);
        counts[i] =
            classifiers[i].find(&classifiers[i], data, length, from, (length - from + BLOCK - 1) / BLOCK, hits[i]);
    }
    for (int i = 1; i < 3; i++) {
        assert_int_equal(counts[i], counts[0]);
        assert_memory_equal(hits[i], hits[0], counts[0] * sizeof(struct hit));
    }
}

static void agreement(void **state)
{
    (void)state;
    uint64_t seed = 3;
    uint8_t *data = malloc(SIZE);
    static const char alphabet[] = "0011223344@@..::++// --xXbBcCzZ\0\0\0\0aAqQeeooccmm";
    prepare();
    for (int round = 0; round < 60; round++) {
        for (size_t i = 0; i < SIZE; i++) {
            uint64_t random = next_random(&seed) >> 20;
            switch (round % 3) {
            case 0: /* any byte */
                data[i] = (uint8_t)random;
                break;
            case 1: /* what shapes are made of */
                data[i] = (uint8_t)alphabet[random % (sizeof alphabet - 1)];
                break;
            default: /* long runs of one byte, with marks between */
                data[i] =
                    i > 0 && random % 150 != 0 ? data[i - 1] : (uint8_t)alphabet[random / 150 % (sizeof alphabet - 1)];
                break;
            }
        }
        compare(data, SIZE, 0);
        compare(data + round, SIZE - (size_t)round * 7 - 1, BLOCK * ((size_t)round % 5));
        compare(data, (size_t)round * 3 + 1, 0);
    }
    free(data);
}

/* However many bytes follow, no more hits are written than blocks were asked for. */
static void no_hit_beyond_the_blocks_asked_for(void **state)
{
    (void)state;
    enum { ASKED = 8 };
    uint8_t data[(ASKED + 2) * BLOCK];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t) "a@b.example "[i % 12];
    prepare();
    for (int i = 0; i < 3; i++) {
        for (size_t length = 1; length <= sizeof data; length++) {
            struct hit *exact = malloc(ASKED * sizeof *exact);
            size_t count = classifiers[i].find(&classifiers[i], data, length, 0, ASKED, exact);
            assert_in_range(count, length / BLOCK < ASKED ? length / BLOCK : ASKED, ASKED);
            free(exact);
        }
    }
}

static void real_files(void **state)
{
    (void)state;
    static const char *const names[] = {"/proc/self/exe", "/etc/services", "/etc/protocols", "/bin/sh",
                                        "/usr/bin/perl"};
    uint8_t *data = malloc(SIZE);
    prepare();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        FILE *file = fopen(names[i], "rb");
        size_t length;
        while (file != NULL && (length = fread(data, 1, SIZE, file)) > 0)
            compare(data, length, 0);
        if (file != NULL)
            (void)fclose(file);
    }
    free(data);
}

/* A shape at every place in three blocks, whatever block it begins and ends in, and whatever run of bytes surrounds it.
 */
static void every_place(void **state)
{
    (void)state;
    static const struct {
        enum shape shape;
        size_t at;
        const char *text;
        size_t length;
    } rows[] = {
        {SHAPE_AT, 1, "a@b", 3},
        {SHAPE_DIGITS, 0, "4539 5787-636", 13},
        {SHAPE_PLUS, 0, "+4", 2},
        {SHAPE_DOTTED, 3, "192.0.2.1", 9},
        {SHAPE_COLONS, 4, "2001:db8::1", 11},
        {SHAPE_COLONS, 4, "2a02::", 6},
        {SHAPE_SCHEME, 1, "p://", 4},
        {SHAPE_BASE58, 0, "1A1zP1eP5QGefi2DMPTfTL5SLm", 26},
        {SHAPE_BASE58, 0, "XuUGDZHrKLo841CyamDbG5W7n5", 26},
        {SHAPE_BECH32, 0, "addr1vx2fxv2umyhttkxyxp8x0dlpdt3", 32},
        {SHAPE_HEX, 0, "0x0123456789abcdefABCDEF", 24},
        {SHAPE_ACCOUNT, 0, "SE4550000000000", 15},
        {SHAPE_BASE64, 0, "QUJDQUJDQUJDQUJDQUJDQUJD", 24},
        {SHAPE_WIDE, 0, "a\0b\0c\0d\0e\0f\0", 12},
        {SHAPE_NAME, 1, "a.se\n", 5},
        {SHAPE_NAME, 1, "a.org\n", 6},
        {SHAPE_CODE, 0, "DEUTDEFF\n", 9},
        {SHAPE_CODE, 0, "DEUTDEFF500\n", 12},
        {SHAPE_PAIRS, 2, "08-00-27-4e-66-a1", 17},
        {SHAPE_PAIRS, 2, "08:00:27:4e:66:a1", 17},
        {SHAPE_PAIRS, 4, "0800.274e.66a1", 14},
        {SHAPE_WORDS, 0, "Ape bee cat dog eel fox gnu hen imp jay koi\nlambs, moth", 55},
        {SHAPE_HOST, 4, "t.me/", 5},
        {SHAPE_HANDLE, 0, "@ab_c3", 6},
        {SHAPE_NUMBER, 0, "880320", 6},
        {SHAPE_NUMBER, 0, "36 574 261 8", 12},
        {SHAPE_NUMBER, 0, "85.07.30-033", 12},
        {SHAPE_NUMBER, 0, "1112.22.333", 11},
        {SHAPE_NUMBER, 0, "RCCMNL83S18D969H", 16},
        {SHAPE_GROUPS, 0, "72E9 02B7 4216 ", 15},
        {SHAPE_LITERAL, 0, "PK\3\4", 4},
        {SHAPE_LITERAL, 5, "stream\r", 7},
        {SHAPE_LITERAL, 0, ".oNiOn", 6},
    };
    static const uint8_t around[] = {0xff, '\n', '#'};
    uint8_t data[6 * BLOCK];
    prepare();
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        for (size_t place = 0; place + rows[row].length <= sizeof data; place++) {
            for (size_t byte = 0; byte < sizeof around; byte++) {
                memset(data, around[byte], sizeof data);
                memcpy(data + place, rows[row].text, rows[row].length);
                compare(data, sizeof data, 0);
                size_t anchor = place + rows[row].at;
                size_t count = classifiers[2].find(&classifiers[2], data, sizeof data, 0, 6, hits[2]);
                bool found = false;
                for (size_t i = 0; i < count; i++)
                    found = found || (hits[2][i].at == anchor / BLOCK * BLOCK &&
                                      (hits[2][i].shape[rows[row].shape] >> anchor % BLOCK & 1) != 0);
                if (!found)
                    fail_msg("shape %d at %zu among %02x not seen", (int)rows[row].shape, place, around[byte]);
            }
        }
    }
}

/* Several blocks are looked at at once: what stands in one says nothing about another. */
static void blocks_apart(void **state)
{
    (void)state;
    static const char *const hardly[] = {"1-A2.50.0", "12.34.567", "1234.56.7"};
    uint8_t data[9 * BLOCK];
    prepare();
    for (size_t i = 0; i < sizeof hardly / sizeof *hardly; i++) {
        for (size_t block = 0; block < 8; block++) {
            memset(data, '#', sizeof data);
            memcpy(data + 3 * BLOCK + 20, hardly[i], strlen(hardly[i]));
            memcpy(data + block * BLOCK + 40, "880320", 6);
            compare(data, sizeof data, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agreement),
        cmocka_unit_test(no_hit_beyond_the_blocks_asked_for),
        cmocka_unit_test(real_files),
        cmocka_unit_test(every_place),
        cmocka_unit_test(blocks_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
