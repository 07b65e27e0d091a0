/* Input made to hurt: what starts a recogniser, over and over, costs no more than a bounded time. */
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

/* Nobody gains by repeating what starts a recogniser: 4 MiB of it take a bounded time. */
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
    };
    enum { SIZE = 4 * 1024 * 1024 };
    uint8_t *data = malloc(SIZE);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        size_t length = strlen(patterns[i]);
        length += length == 0 || patterns[i][length - 1] == 'a' ? 1 : 0; /* the NUL of "a\0" */
        if (patterns[i][0] == '\0')
            length = 2;
        for (size_t j = 0; j < SIZE; j++)
            data[j] = (uint8_t)patterns[i][j % length];
        struct scan scan = {0};
        double start = seconds();
        assert_int_equal(scan_bytes(&scan, data, SIZE), 0);
        double spent = seconds() - start;
        if (spent > 2.0)
            fail_msg("\"%s\" repeated: %.1f s for 4 MiB", patterns[i], spent);
        if (getenv("SCAN_TIMES") != NULL)
            printf("%-40s %8.1f MB/s\n", patterns[i], SIZE / spent * 1e-6);
        scan_free(&scan);
    }
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
