/* Input made to hurt: what starts a recogniser, over and over, costs in proportion to its length, and no more. */
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static double seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* The processor's seconds for so many bytes, at best of three: other work on the machine only adds. */
static double cost(const uint8_t *data, size_t size)
{
    double least = 0;
    for (int try = 0; try < 3; try++) {
        struct scan scan = {0};
        double start = seconds();
        assert_int_equal(scan_bytes(&scan, data, size), 0);
        double spent = seconds() - start;
        least = try == 0 || spent < least ? spent : least;
        scan_free(&scan);
    }
    return least;
}

/* Nobody gains by repeating what starts a recogniser: four times as much of it takes about four times as long, where a
 * cost that grew with the square would take sixteen times as long. */
static void hostile(void **state)
{
    (void)state;
    static const char *const patterns[] = {
        "@",
        "a@",
        "a@b.",
        "a@b.se",
        "0",
        "4",
        "4 ",
        "45395787",
        "4539 ",
        "0x",
        "0x12345678",
        "0xa",
        "+1",
        "+46 ",
        "1.",
        "1.1.1.1.",
        ":",
        "a:",
        "::1",
        "http://",
        "http://a.se/",
        "://",
        "bc1",
        "bc1q",
        ".onion",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN",
        "SE45 5000 ",
        "SE45",
        "a\0",
        "\0@",
        "A",
        "QUJD",
        "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD\n",
        "XC\1\2",
        "(",
        "http://a.se/((((",
        "%B4539578763621486^",
        "2001:db8::",
        "2001:db8::1 ",
        "a@b.se:pass1\n",
        "a@b.se:",
        "URL: http://a.se\n",
        "http://a.se:b:",
        "Password: x",
        "880320-0016\n",
        "880320-0016;",
        "111222333\n",
        "1 bsn 111222333 ",
        "1234 ",
        "ABCD ",
        "7408122F1204159",
        "<7408122F1204159ZE184226B<<<<<10",
        "t.me/",
        "telegram @",
        "jabber a@b.se ",
        "\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEawTD1xYJKwYBBAHaRw8B",
        " AAAAC3NzaC1lZDI1NTE5AAAA",
        "058520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a ",
        "4539 5787 6362 1486 ",
        "4539  ",
        "4539578763621486:12:27:",
        "SE 45 5000 ",
        "IBANSE45",
        "0046 70 174 06 05 ",
        "46701740605@c.us",
        "whatsapp://send?a=b&",
        "a@\xc3\xbc",
        "\xd0\xb8@\xd0\xb8.",
        "https://\xc3\xbc.de",
        "\xc3\xbc.de ",
        "domain: a.xyz ",
        "evil-host.top ",
        "WWW.A.COM ",
        "x,https://a.se/,b,c1\n",
        "\"https://a.se/\",\"b\",\"c1\"\n",
        "a.se/b:c:d\n",
        "a@b.se pass1\n",
        "a@b.se,pass1\n",
        "+46701740605:pass1\n",
        "Login: a@b.se | ",
        "URL: http://a.se | Login: b | ",
        "a@b.se:c.com\n",
        "OZONE ",
        "ozone / drill ",
        "#1 ozone ",
        "mac a45e60d891f3 ",
        "DE89370400440532013000 / COBADEFFXXX ",
        "stake1",
        "Ae2tdPwUPEZ",
    };
    enum { SIZE = 1 << 20, QUARTER = SIZE / 4 };
    static const double noise = 0.05; /* seconds that mean nothing */
    static uint8_t data[SIZE];
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        size_t length = strlen(patterns[i]);
        length += length == 0 || patterns[i][length - 1] == 'a' ? 1 : 0; /* the NUL of "a\0" */
        if (patterns[i][0] == '\0')
            length = 2;
        for (size_t j = 0; j < SIZE; j++)
            data[j] = (uint8_t)patterns[i][j % length];
        double quarter = cost(data, QUARTER);
        double whole = cost(data, SIZE);
        if (whole > 8 * quarter + noise)
            fail_msg("\"%s\" repeated: %.3f s for %d bytes, %.3f s for %d", patterns[i], quarter, QUARTER, whole, SIZE);
        if (getenv("SCAN_TIMES") != NULL)
            printf("%-40s %8.1f MB/s\n", patterns[i], SIZE / whole * 1e-6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
