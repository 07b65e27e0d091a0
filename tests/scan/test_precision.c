/* What an installed system is full of and only looks like a finding, each beside what must still be found. The lines
 * are of the kinds that docs/precision.md tells of: tables of numbers, constants of curves, numbers of sections, places
 * on earth, blocks of addresses, certificates, compiled programs, manual pages. */
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Of this kind alone, "" for none. */
static void check_kind(const char *kind, const struct vector *vectors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char of_kind[4096] = "";
        char found[8192];
        (void)snprintf(found, sizeof found, "%s", found_in(vectors[i].text, strlen(vectors[i].text)));
        for (char *rest = found, *one; (one = strsep(&rest, " ")) != NULL;) {
            size_t length = strlen(kind);
            if (strncmp(one, kind, length) == 0 && one[length] == ':') {
                (void)strcat(of_kind, of_kind[0] == '\0' ? "" : " ");
                (void)strcat(of_kind, one + length + 1);
            }
        }
        if (strcmp(of_kind, vectors[i].found) != 0)
            fail_msg("in \"%s\": found %s \"%s\", not \"%s\"", vectors[i].text, kind, of_kind, vectors[i].found);
    }
}

#define CHECK_KIND(KIND, ...)                                                                                          \
    do {                                                                                                               \
        static const struct vector vectors[] = {__VA_ARGS__};                                                          \
        check_kind(KIND, vectors, sizeof vectors / sizeof *vectors);                                                   \
    } while (0)

static void card(void **state)
{
    (void)state;
    CHECK_KIND(
        "card",
        /* One of a table's numbers passes by chance. */
        {"4797891024485948\n4075592004871830\n4539368193036426\n4669976763471406\n4947422787582698\n", ""},
        {"{-6657713221567284142, 6430705550077215473, 4261100233077506749, 6203093196542754172, -6323096407076200889}",
         ""},
        /* Lists of cards, a list with a slip in it, and a card beside numbers of another length. */
        {"4716612652064279\n4539368193036426\n5425884370374244\n4669976763471406\n",
         "4539368193036426 4716612652064279 5425884370374244"},
        {"4797891024485948 4539368193036426 4669976763471406", "4539368193036426"},
        /* Two of a row of a table by chance, and two of a row in a list of cards. */
        {" 5077 5090 5104 5117 5064 5068 5072 5075\n 5130 5144 5157 5171 5184 5198 5211 5225\n 5238 5252 5266 5280 "
         "5293 "
         "5307 5321 5335\n",
         ""},
        {" 5130 5144 5157 5171 5184 5198 5211 5225\r\n 5238 5252 5266 5280 5293 5307 5321 5335\r\n", ""},
        {"5130 5144 5157 5171 5184 5198 5211 5225\n4539 3681 9303 6426 4716 6126 5206 4279\n",
         "4539368193036426 4716612652064279 5130514451575171 5184519852115225"},
        {"1700000000001,4539368193036426,1700000000002,1700000000003,1700000000004", "4539368193036426"},
        {"// e1100ffaa2804111\n// 1100ffaa2804111e\n// 42800111a2804111\n// 4539368193036426\n// b2d1a70000000001\n// "
         "00000000d65f03c0\n",
         ""},
        {"{\"trace\":\"a2fb4a1d1a96d312\",\"span\":\"b7ad6b7169203331\",\"up\":\"00f067aa0ba902b7\",\"pan\":"
         "\"4539368193036426\"}",
         "4539368193036426"},
        /* A sorted dictionary, and a list of cards of one bank. */
        {"45393680\n4539368193036426\n45393691\n", ""},
        {"4539365884370378\n4539368193036426\n4539368193036434\n", "4539368193036426 4539368193036434"},
        /* Test vectors of ciphers, round numbers, fractions, models, rows of numbers. */
        {"CIPHERTEXT = 5555555555575555", ""}, {"IV = 5555555555575555", ""},
        {"cell 4539368193036426", "4539368193036426"}, {"81000000000000000:", ""}, {"4907260782000000000", ""},
        {"4000000000000002", "4000000000000002"}, {"d=d-(-.4435068666934967)", ""},
        {"No.4539368193036426", "4539368193036426"}, {"Model 6220000702010001 Firmware", ""},
        {"{4537 4537 4537 4392 0 4270}", ""}, {"<4224 8192 1920 4224>", ""},
        {"<td>4539 3681 9303 6426</td>", "4539368193036426"}, {"4539 3681 9303 6426 03/28", "4539368193036426"});
}

static void eth(void **state)
{
    (void)state;
#define ADDRESS "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"
#define SPELLED "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    CHECK_KIND(
        "eth",
        /* Beside other constants, and as a digest. */
        {"0xfffffffffffffffffffffffffffffffeffffac73\n" ADDRESS "\n0x100000000000000000001b8fa16dfab9aca16b6b3", ""},
        {"// HMAC_SHA1(\"key\", \"The quick brown fox jumps\") = " ADDRESS, ""}, {"sha1sum of it: " ADDRESS, ""},
        {"x " ADDRESS
         " 0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2"
         "ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
         ""},
        {ADDRESS ",0xa9059cbb0000000000000000000000005aaeb6053f3e94c9b9a09f33669435e7ef1beaed00000000000000000000000000"
                 "000000000000000000000000000000000f4240",
         SPELLED},
        /* In transactions, lists, and in mixed case wherever it stands. */
        {"tx 0x9fc76417374aa880d4449a1f7f31ec597f00b1f6f3dd2d66f4c9c6c445836d8b from " ADDRESS
         " value 0x2386f26fc10000",
         SPELLED},
        {ADDRESS "\n0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359\n",
         SPELLED " 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"},
        {SPELLED " 0x100000000000000000001b8fa16dfab9aca16b6b3", SPELLED});
}

static void phone(void **state)
{
    (void)state;
    CHECK_KIND("phone", {"CA +4339-07923 America/Toronto", ""}, {"US +394606-0860929 America/Indiana", ""},
               {"+4 4294967295", ""}, {"+46 70 174 06 05", "+46701740605"}, {"+4670-1740605", "+46701740605"},
               {"+1 415-492-9861", "+14154929861"});
}

static void seed(void **state)
{
    (void)state;
    CHECK_KIND("seed", {"cute cute cute cute cute cute cute cute cute cute cute cute", ""},
               {"list column message list item hover message list column message list item", ""});
    /* Eleven words and one again; and, of the standard's examples, a byte over and over. */
    const char *found = found_in("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong", 49);
    assert_non_null(strstr(found, "seed:"));
}

static void mac(void **state)
{
    (void)state;
    CHECK_KIND("mac", {"70:B3:D5:AB:80:00/36\tHoribaAb", ""}, {"02-1B-00-00-00-00/16", ""},
               {"00:1a:a0:12:8f:cb/eth0", "00:1a:a0:12:8f:cb"}, {"00:1a:a0:12:8f:cb / 36", "00:1a:a0:12:8f:cb"});
}

static void ip(void **state)
{
    (void)state;
    CHECK_KIND("ip", {"5.21.16.2 Server Objects", ""}, {"intro\n  43.6.4.1. Returning from a function", ""},
               {"<h4>36.2.1.6. No-op</h4>", ""},
               {"Mozilla/5.0 (X11) AppleWebKit/532.0 Chrome/4.0.219.6 Safari/532.1", ""},
               {"arm R: Path 1 [1.3.1.4]", ""}, {"5.18.1.105 Platform", ""}, {"8.53,3.25.74.74,-2.14", ""},
               {"443,3.25.74.74,80", "3.25.74.74"}, {"\"uid\" //2.5.4.45", ""},
               {"title=\"34.5.1.3. Error Handling\"", ""}, {"94.23.1.77 Connected", "94.23.1.77"},
               {"8.8.1. Pristine source\n    * 6.8.8.2. Repackaged upstream", ""}, {"* 94.23.1.77. Then", "94.23.1.77"},
               /* Lists of packages and of their versions, dictionaries of RADIUS, paths of drawings. */
               {"ke-apollo-client\t2.1.2.3\t2024-02\ta client", ""}, {"lattice-dash 1.114.2.0 2026-10", ""},
               {"client 2.1.2.3 2024-02-11 12:00", "2.1.2.3"}, {"8.114.2.7\t2026-10-11", "8.114.2.7"},
               {"4.0.131 4.0.132 4.100.132.1 5.0", ""}, {"8.8.8 9.114.2.7", "9.114.2.7"},
               {"ATTRIBUTE WiMAX-PFDv2-Mask\t84.9.5.9 ether", ""}, {"attribute 84.9.5.9", "84.9.5.9"},
               {"1.94.043 3.007.194 3.188.219.119-.194.384-.766", ""}, {"XFree86 4.3.99.16 Bring", ""},
               {"84.9.5.9 - .194", "84.9.5.9"}, {"84.9.5.9-84.9.5.12", ""},
               {"195.145.16.2 Server Objects", "195.145.16.2"}, {"5.79.68.161 - - [10/Oct/2026", "5.79.68.161"},
               {"from mail [66.31.45.164]", "66.31.45.164"}, {"shop.example/66.31.45.164:443", "66.31.45.164"});
}

static void email(void **state)
{
    (void)state;
    CHECK_KIND("email", {"z@MetastoreV1beta.FederationsService.GetIamPolicy", ""}, {"O@NCRSI.EKPTZ", ""},
               {"77ba3f095ceb@addon.firefox", ""}, {"<199702221943.LAA20388@wall.example.org>", ""},
               {"<CAOLTT8QfwOi9yx_qZZgyGa8iL8kHW@mail.gmail.com>", ""}, {"anna@gmail.com", "anna@gmail.com"},
               {"bug\\-file\\-fetch@rt.example.org", "bug-file-fetch@rt.example.org"},
               {"user:test\\-user@example.org", "test-user@example.org"},
               {"\\fBanna@example.org\\fR", "anna@example.org"}, {"\\*(Aqanna@example.org\\*(Aq", "anna@example.org"},
               {"C:\\anna@example.org", "anna@example.org"}, {"anna@firm.lan", "anna@firm.lan"},
               {"anna@firma.berlin", "anna@firma.berlin"}, {"19970222@example.org", "19970222@example.org"},
               {"Message-ID: <4f3a.1@mail.example.org>\nFrom: Anna <anna@example.org>", "anna@example.org"},
               {"References: <a1@mail.example.org> <b2@mail.example.org>", ""},
               {"aes256-gcm@openssh.com,umac-64-etm@openssh.com", ""}, {"openssh@openssh.com", "openssh@openssh.com"},
               {"\"easy-lab@tools.example.org:1.0.2\"", ""}, {"\"anna@example.org:12.03.1985\"", "anna@example.org"},
               {"ssh://git@github.com", ""}, {"sip:anna@example.org", "anna@example.org"});
}

static void url(void **state)
{
    (void)state;
    /* An IA5String and the URI of a GeneralName with the next element's tag behind, a string of compiled Python, and a
     * length that is none. */
    CHECK_KIND("url", {"\x16\x1ehttp://example.org/ca/root.crt0:", "http://example.org/ca/root.crt"},
               {"\x86\x1fhttp://example.org/ca/root.crl0\x4f", "http://example.org/ca/root.crl0"},
               {"\x86\x1ehttp://example.org/ca/root.crt0O", "http://example.org/ca/root.crt"},
               {"\xfa\x17https://example.org/v1/zAnext", "https://example.org/v1/"},
               {"Nz2https://networkconnectivity.example.org/v1beta/locations/zUhttps://example.org",
                "https://example.org https://networkconnectivity.example.org/v1beta/loc"},
               {"quiz (https://example.org/a/b/c/d/e/f/g/h/i/j/k/l)", "https://example.org/a/b/c/d/e/f/g/h/i/j/k/l"},
               {"https://example.org/load\\-balancing/docs\\fR", "https://example.org/load-balancing/docs"},
               {"\x86\x05http://example.org/ca", "http://example.org/ca"},
               {"\x86\x7fhttp://example.org/ca", "http://example.org/ca"});
}

static void pgp(void **state)
{
    (void)state;
#define DIGITS "72E902B74216A85EA244C0C418E50818D72EFD4C"
#define SMALL "72e902b74216a85ea244c0c418e50818d72efd4c"
    CHECK_KIND("pgp", {"KEY = " DIGITS, ""}, {"Public Key Id: " SMALL, ""}, {"kernel signing key: " SMALL, ""},
               {"fingerprint = '^" SMALL "'", ""}, {"gpg key " SMALL, DIGITS}, {"key fingerprint: " SMALL, DIGITS},
               {"--recv-keys " DIGITS, DIGITS}, {"signing key " DIGITS, DIGITS});
}

static void others(void **state)
{
    (void)state;
    CHECK_KIND(
        "domain", {"from mitmproxy.net import server_spec", ""}, {"from mitmproxy.net imports", "mitmproxy.net"},
        /* A name that a program of Go counts, one that is not counted, and one that begins with a digit. */
        {"}\1"
         "0google.golang.org/genproto/googleapis/rpc/status\1*",
         "google.golang.org"},
        {"}\1"
         "0google.golang.org/genproto/googleapis/rpc\1*",
         "0google.golang.org"},
        {"\n3github.com/golang/protobuf/ptypes/empty/empty.proto\x12", "github.com"},
        {"\1google.golang.org/grpc/balancer/rls/internal/keys/of/packages/that/have/names/as/long/as/the/letter/g/aa"
         "\1",
         "google.golang.org"},
        /* Members in programs, and the second half of a name. */
        {"\treturn fd.net + ':'", ""}, {"if net is None: net = constants.net\n", ""},
        {"reflect.flag.ro\nreflect.Value", ""}, {"* us-\n      central1-ml.example.com", ""},
        {"domain = shop.example.net", "shop.example.net"}, {"-\n  shop.example.net", "shop.example.net"},
        {"returned shop.example.net", "shop.example.net"}, {"500px.com", "500px.com"},
        {"\1"
         "163mail.com/a/b",
         "163mail.com"});
    CHECK_KIND("telegram", {"~TG\x01\x96@iHeTs.}98", ""}, {"TG \xe2\x80\xa2@LusiFerPy", "lusiferpy"},
               {"TG:\t@LusiFerPy", "lusiferpy"});
    CHECK_KIND("national_id", {"SV\n1237010180,1237010181,HN", ""}, {"SV-Nr. 1237 010180", "AT:1237010180"},
               {"COMPROBANTE FISCAL 274538199", ""}, {"identificação fiscal: 274538199", "PT:274538199"},
               {"nif: 123456789", ""});
    CHECK_KIND("xmpp", {"<author jid='anna@jabber.example.org' email='berg@example.org'/>", "anna@jabber.example.org"},
               {"E-Mail and Jabber: anna@example.org", "anna@example.org"});
    CHECK_KIND(
        "credential",
        {"anna@example.org:{PLAIN}password::::::\nbo@example.org:{PLAIN}whee1::::::\ncarl@example.net:pass::word\n",
         "anna@example.org:5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8 "
         "bo@example.org:16b88fd550b1de44c4ed68db3261b9e3bdd14ef7 "
         "carl@example.net:f239727c8318d2f95f6d074a50aaa2226b846f42"},
        {"URL: https://imap\\&.example\\&.com\nUsername: bob\nPassword: geheim4711\n", ""});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(card), cmocka_unit_test(eth),    cmocka_unit_test(phone), cmocka_unit_test(seed),
        cmocka_unit_test(mac),  cmocka_unit_test(ip),     cmocka_unit_test(email), cmocka_unit_test(url),
        cmocka_unit_test(pgp),  cmocka_unit_test(others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
