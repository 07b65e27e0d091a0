/* Each recogniser against the vectors of its standard, and against what only looks like one. */
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void card(void **state)
{
    (void)state;
    CHECK({"4539578763621486", "card:4539578763621486"}, {"pan 5425233430109903.", "card:5425233430109903"},
          {"2223000048410010", "card:2223000048410010"}, {"378282246310005", "card:378282246310005"},
          {"6011000990139424", "card:6011000990139424"}, {"3566002020360505", "card:3566002020360505"},
          {"30569309025904", "card:30569309025904"}, {"38520000023237", "card:38520000023237"},
          {"6759649826438453", "card:6759649826438453"}, {"4539578763628", "card:4539578763628"},
          {"4539578763621486016", "card:4539578763621486016"}, {"621094837264850194", "card:621094837264850194"},
          {"6210948372648501937", "card:6210948372648501937"}, {"9792001234567809", "card:9792001234567809"},
          /* Groups. */
          {"Kort: 4539 5787 6362 1486 12/27 CVV 123", "card:4539578763621486"},
          {"4539-5787-6362-1486", "card:4539578763621486"}, {"3782 822463 10005", "card:378282246310005"},
          {"3056-930902-5904", "card:30569309025904"}, {"4539 5787 6362 1486 016", "card:4539578763621486016"},
          {"a 4539578763621486 5425233430109903 b", "card:4539578763621486 card:5425233430109903"},
          {"4539578763621486,12/27,123\n5425233430109903|12|27|123", "card:4539578763621486 card:5425233430109903"},
          /* Not a card: check digit, issuer, pattern. */
          {"4539578763621487", ""}, {"1234567812345670", ""}, {"9999999999999995", ""}, {"0000000000000000", ""},
          {"4111111111111111", "card:4111111111111111"}, {"4444444444444444", ""}, {"4539 5787 6362 1487", ""},
          /* Not a number of its own. */
          {"14539578763621486", ""}, {"45395787636214861", ""}, {"x4539578763621486", ""}, {"4539578763621486a", ""},
          {"0.4539578763621486", ""}, {"4539578763621486.25", ""}, {"_4539578763621486", ""}, {"4539578763621486_", ""},
          {"1b2c-4539578763621486-ab", ""}, {"45395787-6362-1486", ""}, {"4539 5787-6362 1486", ""},
          {"453 957876362 1486", ""}, {"1111 4539 5787 6362 1486", ""}, {"4539 5787 6362 1486 863A 9", ""},
          {"268C7 4539 5787 6362 1486 x", ""}, {"Kort 4539 5787 6362 1486 Anna", "card:4539578763621486"},
          {"4539 5787 6362 1486 2222", ""}, {"timestamp: 4539578763621486", ""}, {"\"id\": 4539578763621486", ""},
          {"https://example.org/i/4539578763621486", "url:https://example.org/i/4539578763621486"},
          {"%B4539578763621486^DOE&#x2F;JOHN^2712101?", "card:4539578763621486"}, {"%B4539578763621486^2712", ""},
          {"4539578763621486=2713101", ""},
          /* As cards are traded: with month, year and check value. */
          {"4539578763621486:12:27:123", "card:4539578763621486"},
          {"4539578763621486/12/27/123", "card:4539578763621486"},
          {"4539578763621486:12/27:123\n", "card:4539578763621486"},
          {"4539578763621486:12:2027:1234:Anna", "card:4539578763621486"},
          {"4539578763621486/12/27", "card:4539578763621486"}, {"4539578763621486:13:27:123", ""},
          {"4539578763621486:12:77:123", ""}, {"4539578763621486:12:277:123", ""}, {"4539578763621486:12:27:123a", ""},
          {"4539578763621486/12", ""}, {"4539578763621486:0012:27", ""},
          {"https://example.org/4539578763621486/12/27/123", "url:https://example.org/4539578763621486/12/27/123"});
}

/* Groups parted by more than a blank or a hyphen, and groups that are no columns of a table, but further cards. */
static void card_groups(void **state)
{
    (void)state;
    CHECK(
        {"4539\u00a05787\u00a06362\u00a01486", "card:4539578763621486"},
        {"4539\t5787\t6362\t1486", "card:4539578763621486"}, {"4539  5787  6362  1486", "card:4539578763621486"},
        {"4539.5787.6362.1486", "card:4539578763621486"}, {"Kort:\t4539.5787.6362.1486. Anna", "card:4539578763621486"},
        {"4539\t5787\t6362\t1486\t12/27", "card:4539578763621486"},
        {"4539 5787 6362 1486 5425 2334 3010 9903", "card:4539578763621486 card:5425233430109903"},
        {"4539 5787 6362 1486 5425 2334 3010 9903 4916 3385 0608 2832\n",
         "card:4539578763621486 card:4916338506082832 card:5425233430109903"},
        /* Parted in two ways, rows of a table, a fraction, hexadecimal columns. */
        {"4539\u00a05787 6362\u00a01486", ""}, {"4539\t5787 6362\t1486", ""}, {"1111\t4539\t5787\t6362\t1486", ""},
        {"4539\t5787\t6362\t1486\t2222", ""}, {"4539  5787  6362  1486  2a22", ""}, {"12  4539  5787  6362  1486", ""},
        {"1.4539.5787.6362.1486", ""}, {"4539.5787.6362.1486.1", ""}, {"4539   5787   6362   1486", ""},
        {"4539,5787,6362,1486", ""}, {"4539  5787  6362  1487", ""}, {"4539 5787 6362 1486 5425 2334 3010 9904", ""},
        {"4539 5787 6362 1486 5425 2334 3010 9903 1234", ""}, {"1234 4539 5787 6362 1486 5425 2334 3010 9903", ""});
}

/* A no-break space parts groups in UTF-16 too. */
static void wide_groups(void **state)
{
    (void)state;
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        static const char text[] =
            "Kort: 4539~5787~6362~1486\nIBAN: SE45~5000~0000~0583~9825~7466\ntel +46~70~174~06~05\n";
        struct bytes data = {0};
        append_utf16(&data, text, big_endian);
        for (size_t i = 0; i < data.length; i++)
            if (data.data[i] == '~')
                data.data[i] = 0xa0;
        assert_string_equal(found_in(data.data, data.length),
                            "card:4539578763621486 iban:SE4550000000058398257466 phone:+46701740605");
        bytes_free(&data);
    }
}

static void iban(void **state)
{
    (void)state;
    static const char *const registry[] = {
        "AD1200012030200359100100",
        "AE070331234567890123456",
        "AL47212110090000000235698741",
        "AT611904300234573201",
        "AZ21NABZ00000000137010001944",
        "BA391290079401028494",
        "BE68539007547034",
        "BG80BNBG96611020345678",
        "BH67BMAG00001299123456",
        "BR1800360305000010009795493C1",
        "CH9300762011623852957",
        "CR05015202001026284066",
        "CY17002001280000001200527600",
        "CZ6508000000192000145399",
        "DE89370400440532013000",
        "DK5000400440116243",
        "DO28BAGR00000001212453611324",
        "EE382200221020145685",
        "ES9121000418450200051332",
        "FI2112345600000785",
        "FO6264600001631634",
        "FR1420041010050500013M02606",
        "GB29NWBK60161331926819",
        "GE29NB0000000101904917",
        "GI75NWBK000000007099453",
        "GL8964710001000206",
        "GR1601101250000000012300695",
        "GT82TRAJ01020000001210029690",
        "HR1210010051863000160",
        "HU42117730161111101800000000",
        "IE29AIBK93115212345678",
        "IL620108000000099999999",
        "IS140159260076545510730339",
        "IT60X0542811101000000123456",
        "JO94CBJO0010000000000131000302",
        "KW81CBKU0000000000001234560101",
        "KZ86125KZT5004100100",
        "LB62099900000001001901229114",
        "LC55HEMM000100010012001200023015",
        "LI21088100002324013AA",
        "LT121000011101001000",
        "LU280019400644750000",
        "LV80BANK0000435195001",
        "MC5811222000010123456789030",
        "MD24AG000225100013104168",
        "ME25505000012345678951",
        "MK07250120000058984",
        "MR1300020001010000123456753",
        "MT84MALT011000012345MTLCAST001S",
        "MU17BOMM0101101030300200000MUR",
        "NL91ABNA0417164300",
        "NO9386011117947",
        "PK36SCBL0000001123456702",
        "PL61109010140000071219812874",
        "PS92PALS000000000400123456702",
        "PT50000201231234567890154",
        "QA58DOHB00001234567890ABCDEFG",
        "RO49AAAA1B31007593840000",
        "RS35260005601001611379",
        "SA0380000000608010167519",
        "SE4550000000058398257466",
        "SI56263300012039086",
        "SK3112000000198742637541",
        "SM86U0322509800000000270100",
        "TL380080012345678910157",
        "TN5910006035183598478831",
        "TR330006100519786457841326",
        "UA213223130000026007233566001",
        "VA59001123000012345678",
        "VG96VPVG0000012345678901",
        "XK051212012345678906",
        "EG380019000500000000263180002",
        "IQ98NBIQ850123456789012",
        "LY83002048000020100120361",
        "SC18SSCB11010000000000001497USD",
        "ST23000100010051845310146",
        "SV62CENR00000000000000700025",
        "SD8811123456789012",
        "BI4210000100010000332045181",
        "DJ2100010000000154000100186",
        "RU0304452522540817810538091310419",
        "SO211000001001000100141",
        "NI45BAPR00000013000003558124",
        "MN121234123456789123",
        "FK88SC123456789012",
        "OM810180000001299123456",
        "YE15CBYE0001018861234567891234",
        "BY13NBRB3600900000002Z00AB00",
        "HN88CABF00000000000250005469",

    };
    for (size_t i = 0; i < sizeof registry / sizeof *registry; i++) {
        char text[128];
        char expected[64];
        char grouped[64];
        size_t used = 0;
        for (size_t j = 0; registry[i][j] != '\0'; j++) {
            if (j > 0 && j % 4 == 0)
                grouped[used++] = ' ';
            grouped[used++] = registry[i][j];
        }
        grouped[used] = '\0';
        (void)snprintf(expected, sizeof expected, "iban:%s", registry[i]);
        (void)snprintf(text, sizeof text, "konto %s, bank", registry[i]);
        assert_string_equal(found_in(text, strlen(text)), expected);
        (void)snprintf(text, sizeof text, "IBAN %s betala", grouped);
        assert_string_equal(found_in(text, strlen(text)), expected);
        /* Any wrong digit is noticed. */
        (void)snprintf(text, sizeof text, "konto %s, bank", registry[i]);
        text[8] = text[8] == '9' ? '1' : '9';
        assert_string_equal(found_in(text, strlen(text)), "");
    }
    CHECK({"gb29nwbk60161331926819", "iban:GB29NWBK60161331926819"},
          {"SE45-5000-0000-0583-9825-7466", "iban:SE4550000000058398257466"},
          {"IBAN:SE4550000000058398257466;", "iban:SE4550000000058398257466"}, {"SE4550000000058398257467", ""},
          {"SE455000000005839825746", ""}, {"SE45500000000583982574660", ""}, {"xSE4550000000058398257466", ""},
          {"sE4550000000058398257466", ""}, {"SE45 5000 0000-0583 9825 7466", ""}, {"XX4550000000058398257466", ""},
          {"GB2960161331926819NWBK", ""},
          /* With other joints, with a blank behind the country, with what stands before and behind it in one word. */
          {"SE45\u00a05000\u00a00000\u00a00583\u00a09825\u00a07466", "iban:SE4550000000058398257466"},
          {"SE45\t5000\t0000\t0583\t9825\t7466", "iban:SE4550000000058398257466"},
          {"SE45  5000  0000  0583  9825  7466", "iban:SE4550000000058398257466"},
          {"SE45.5000.0000.0583.9825.7466", "iban:SE4550000000058398257466"},
          {"IBAN: SE 45 5000 0000 0583 9825 7466", "iban:SE4550000000058398257466"},
          {"IBANSE4550000000058398257466", "iban:SE4550000000058398257466"},
          {"SE4550000000058398257466EUR 10", "iban:SE4550000000058398257466"}, {"SE 45 5000 0000 0583 9825 7467", ""},
          {"USE 45 5000 0000 0583 9825 7466", ""}, {"SE4550000000058398257466EURO", ""},
          {"SE4550000000058398257466ABC", ""}, {"SE45\t5000 0000\t0583 9825\t7466", ""},
          {"SE45  5000 0000  0583  9825  7466", ""}, {"XIBANSE4550000000058398257466", ""});
}

static void email(void **state)
{
    (void)state;
    CHECK({"anna.berg@example.org", "email:anna.berg@example.org"},
          {"DodO7362@GaposAdI.EXAmPLE", "email:dodo7362@gaposadi.example"}, {"a@b.cOm", ""},
          {"<Anna@Example.COM>", "email:anna@example.com"},
          {"mail a+b_c-d@mail.example.se.", "email:a+b_c-d@mail.example.se"},
          {"xlsx_comment@microsoft_excel.com", "email:xlsx_comment@microsoft_excel.com"},
          {"a@b.test,c@d.invalid;e@f.example", "email:a@b.test email:c@d.invalid email:e@f.example"},
          {"user%tag@example.org", "email:user%tag@example.org"}, {"a%20bo@example.org", "email:bo@example.org"},
          {"o'brien@example.net", "email:o'brien@example.net"}, {"'quoted@example.net'", "email:quoted@example.net"},
          {"mailto:x@xn--bcher-kva.example", "email:x@xn--bcher-kva.example"},
          {"u@example.xn--p1ai", "email:u@example.xn--p1ai"}, {"git@github.com:samband", "email:git@github.com"},
          {"..dots@example.org", "email:dots@example.org"},
          {"to=%20anna%40x anna%3Dbo@example.org", "email:bo@example.org"},
          {"\"a\\nbo@example.org\"", "email:bo@example.org"}, {"\\u003cbo@example.org", "email:bo@example.org"},
          {"bo@example.org...", "email:bo@example.org"}, {"bo@example.org-", "email:bo@example.org"},
          {"1234567890123456789012345678901234567890123456789012345678901234@example.org",
           "email:1234567890123456789012345678901234567890123456789012345678901234@example.org"},
          {"12345678901234567890123456789012345678901234567890123456789012345@example.org", ""}, {"icon@2x.png", ""},
          {"pkg@1.2.3", ""}, {"getty@tty1.service", ""}, {"memcpy@GLIBC_2.2.5", ""}, {"memcpy@@GLIBC_2.x", ""},
          {"a@localhost", ""}, {"a@b", ""}, {"@example.org", ""}, {"a@.example.org", ""}, {"a@-x.org", ""},
          {"a@example.o", ""}, {"a @example.org", ""}, {"a@ example.org", "domain:example.org"}, {"a@example.c0m", ""},
          {"ftp://user:secret@example.org/", "url:ftp://user:secret@example.org/"});
}

static void url(void **state)
{
    (void)state;
    CHECK(
        {"see http://Example.ORG/Path?Q=1#F.", "url:http://example.org/Path?Q=1#F"},
        {"HTTPS://EXAMPLE.ORG", "url:https://example.org"},
        {"(https://example.org/a_(b))", "url:https://example.org/a_(b)"},
        {"[x](https://example.org/a)", "url:https://example.org/a"},
        {"\"http://example.org/\"", "url:http://example.org/"}, {"'http://example.org/a'b", "url:http://example.org/a"},
        {"<a href=&quot;http://example.org/a&quot;>", "url:http://example.org/a"},
        {"http://192.0.2.7:8080/x", "ip:192.0.2.7 url:http://192.0.2.7:8080/x"},
        {"http://[2001:db8::1]/x", "ip:2001:db8::1 url:http://[2001:db8::1]/x"},
        {"ws://example.org/s wss://example.org/s", "url:ws://example.org/s url:wss://example.org/s"},
        {"\x01http://example.org/x", "url:http://example.org/x"}, {"Lhttp://example.org/x", "url:http://example.org/x"},
        {"git+https://example.org/x.git", "url:https://example.org/x.git"},
        {"http://example.org/100%25 50%", "url:http://example.org/100%25"},
        {"http://example.org/%zz", "url:http://example.org/"},
        {"http://example.org, http://example.net!", "url:http://example.net url:http://example.org"},
        {"https://anna@example.org/x", "email:anna@example.org url:https://anna@example.org/x"},
        {"http://example.org/?u=http://example.net/", "url:http://example.org/?u=http://example.net/"},
        {"http://example.org/ahttp://example.net/b,http://example.com/",
         "url:http://example.com/ url:http://example.net/b url:http://example.org/a"},
        {"http://", ""}, {"http:///x", ""}, {"http://localhost/", ""}, {"http://%s/x", ""}, {"http://x..org/", ""},
        {"foo://example.org/", ""}, {"xws://example.org/", ""}, {"http://-x.org/", ""}, {"http://300.1.2.3/", ""},
        {"http://[2001:zz]/", ""});
}

static void onion(void **state)
{
    (void)state;
    CHECK({"pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion",
           "onion:pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"},
          {"SP3K262UWY4R2K3YCR5AWLUARYKDPAG6A7Y33JXOP4CS2LU5UZ5SSEQD.ONION",
           "onion:sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd.onion"},
          {"www.xa4r2iadxm55fbnqgwwi5mymqdcofiu3w6rpbtqn7b2dyn7mgwj64jyd.onion:80/x",
           "onion:xa4r2iadxm55fbnqgwwi5mymqdcofiu3w6rpbtqn7b2dyn7mgwj64jyd.onion"},
          {"http://duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion/?q=x",
           "onion:duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion "
           "url:http://duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion/?q=x"},
          {"qg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", ""},
          {"apg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", ""},
          {"pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onions", ""}, {"expyuzz4wqqyqhjn.onion", ""});
}

static void ip(void **state)
{
    (void)state;
    CHECK({"from 192.0.2.1 to 198.51.100.23:443", "ip:192.0.2.1 ip:198.51.100.23"}, {"[203.0.113.9]", "ip:203.0.113.9"},
          {"203.0.113.9.", "ip:203.0.113.9"}, {"203.0.113.0/24", "ip:203.0.113.0"}, {"dns 8.8.8.8", "ip:8.8.8.8"},
          {"Received: from mx (mail [8.8.8.8])", "ip:8.8.8.8"}, {"see (mail [8.8.8.8])", ""}, {"Firefox/115.0.3.1", ""},
          {"Safari/185.220.101.4", ""}, {"smb/185.220.101.4", "ip:185.220.101.4"},
          {"2001:DB8:0:0:0:0:0:1", "ip:2001:db8::1"}, {"2001:db8::1", "ip:2001:db8::1"},
          {"[2001:db8::a:b]:443", "ip:2001:db8::a:b"},
          /* With IPv4 at its end: an address of its own, or IPv4 in the clothes of IPv6. */
          {"2001:db8::192.0.2.33", "ip:2001:db8::c000:221"}, {"::ffff:192.0.2.33", "ip:192.0.2.33"},
          {"2001:db8:1:2:3:4:192.0.2.33.", "ip:2001:db8:1:2:3:4:c000:221"}, {"64:ff9b::192.0.2.33", "ip:192.0.2.33"},
          {"port:192.0.2.33", "ip:192.0.2.33"}, {"12:192.0.2.33", "ip:192.0.2.33"}, {"2001:db8::192.0.2.333", ""},
          {"2024:01:02:03:04:05", ""}, {"2023:10:12 14:22:33", ""}, {"1.2.840.113549.1.1.11", ""},
          {"2001:0db8:85a3:0000:0000:8a2e:0370:7334.", "ip:2001:db8:85a3::8a2e:370:7334"},
          {"at 2001:db8::1: up", "ip:2001:db8::1"}, {"Upgrade V8 to 3.31.74.1", ""},
          {"Requires xextproto 7.0.99.2", ""}, {"3.7.91.1 - 2013-03-05", ""}, {"5.9.10.20 - - [", "ip:5.9.10.20"},
          {"2.5.4.41", ""}, {"3.43.1.6 Why", ""}, {"3558::", ""}, {"c 2.12 3.51.98.32 2.03.5", ""},
          {"version 92.0.2.1", ""}, {"Version: 92.0.2.1", ""}, {"v92.0.2.1", ""}, {"1.2.3.4", ""}, {"1.0.0.0", ""},
          {"lib-92.10.2.1.so", ""}, {"192.0.2.1.5", ""}, {"5.192.0.2.1", ""}, {"192.0.2.256", ""}, {"192.0.2.01", ""},
          {"0.0.0.0", ""}, {"255.255.255.255", ""}, {"255.255.255.0", ""}, {"127.0.0.1", ""}, {"10.1.2.3", ""},
          {"172.16.1.1", ""}, {"192.168.1.1", ""}, {"224.0.0.1", ""}, {"169.254.1.1", ""}, {"192.0.2.1-beta", ""},
          {"1.3.6.1.4.1.311", ""}, {"::1", ""}, {"fe80::1", ""}, {"std::cout", ""}, {"12:34:56:78", ""},
          {"00:11:22:33:44:55", ""}, {"2001:db8::1::2", ""}, {"2001:db8:1:2:3:4:5:6:7", ""}, {"x2001:db8::1", ""});
}

static void phone(void **state)
{
    (void)state;
    CHECK({"+46701740605", "phone:+46701740605"}, {"+46 70 174 06 05", "phone:+46701740605"},
          {"tel:+46-70-174 06 05", "phone:+46701740605"}, {"+46 (0)70-174 06 05", "phone:+46701740605"},
          {"+46 8 465 004 00", "phone:+46846500400"}, {"+44 20 7946 0958", "phone:+442079460958"},
          {"+1 (202) 555-0143", "phone:+12025550143"}, {"+1-202-555-0143.", "phone:+12025550143"},
          {"+1.202.555.0143", "phone:+12025550143"}, {"(+49 30 23125 148)", "phone:+493023125148"},
          {"+39 06 698 12345", "phone:+390669812345"}, {"+358401234599", "phone:+358401234599"},
          {"+46701740605 2024-01-01", "phone:+46701740605"}, {"+4670174060", "phone:+4670174060"},
          {"+46 70 174 06 05, +1 202 555 0143", "phone:+12025550143 phone:+46701740605"}, {"a+46701740605", ""},
          {"5+46701740605", ""}, {"+467017406051234", ""}, {"+0046701740605", ""}, {"12:00:00+0200", ""},
          {"12:00 +0200", ""}, {"+1 102 555 0143", ""}, {"+1 202 155 0143", ""}, {"+12345678901", ""},
          {"+999123456789", ""}, {"+46701740605abc", ""}, {"x/+46701740605/y", ""}, {"+46 070 174 06 05", ""},
          {"+11111111111", ""}, {"++46701740605", ""}, {"+46701", ""}, {"Decimal('+35236450.6')", ""});
    /* A sequence is rubbish where it is the whole number, not where it follows an area code. */
    CHECK({"+46 8 465 004 48=20\r\n", ""}, {"+46 8 465 004 =\r\n48", ""},
          {"+46 8 465 004 48 = Anna", "phone:+46846500448"});
    CHECK({"+46 70 123 45 67", "phone:+46701234567"}, {"+49 30 123456", "phone:+4930123456"},
          {"+44 20 7123 4567", "phone:+442071234567"}, {"+33 1 23 45 67 89", ""}, {"+1 234 567 890 12", ""},
          {"+1 234 567 8901", ""}, {"+1 234 567 8900", ""}, {"+44 1234 567890", ""}, {"+1 987 654 3210", ""},
          {"+46 98 765 43 21", ""}, {"+7 890 123 45 67", ""}, {"+46 70 000 00 00", ""});
    /* "00" for '+', brackets around the code, separators of typesetting. */
    CHECK({"0046 70 174 06 05", "phone:+46701740605"}, {"00 49 151 2397 8845", "phone:+4915123978845"},
          {"tel:0033612937485", "phone:+33612937485"}, {"callto:0046701740605", "phone:+46701740605"},
          {"Telefon: 0046701740605", "phone:+46701740605"}, {"(+46) 70 174 06 05", "phone:+46701740605"},
          {"(+46)701740605", "phone:+46701740605"}, {"(+46701740605)", "phone:+46701740605"},
          {"+46\u00a070\u00a0174\u00a006\u00a005", "phone:+46701740605"},
          {"+46\u202f70\u202f174\u202f06\u202f05", "phone:+46701740605"},
          {"+46\u201170\u2011174\u201106\u201105", "phone:+46701740605"},
          /* Numbers with zeros in front, dumps, tables, no code. */
          {"0046701740605", ""}, {"id 0046701740605", ""}, {"00 46 70 17 40 60 50", ""}, {"0046 7017 4060 5000", ""},
          {"12 0046 70 174 06 05", ""}, {"0046 70 174 06 05 12", ""}, {"10046 70 174 06 05", ""},
          {"tel:000701740605", ""}, {"tel:0099912345678", ""}, {"hotel 0046701740605", ""});
}

static void btc(void **state)
{
    (void)state;
    CHECK({"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "btc:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
          {"bitcoin:3P14159f73E4gFr7JterCCQh9QjiTjiZrG?amount=1", "btc:3P14159f73E4gFr7JterCCQh9QjiTjiZrG"},
          {"3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "btc:3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"},
          {"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "btc:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
          {"bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3",
           "btc:bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3"},
          {"bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
           "btc:bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y"},
          {"BC1SW50QGDZ25J", "btc:bc1sw50qgdz25j"},
          {"bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "btc:bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs"},
          {"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
           "btc:bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"},
          {"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", ""}, {"x1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", ""},
          {"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNax", ""}, {"11A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", ""},
          /* BIP-350: the other checksum, mixed case, wrong lengths, another network. */
          {"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", ""},
          {"BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", ""},
          {"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", ""}, {"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", ""},
          {"bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", ""}, {"bc1pw5dgrnzv", ""},
          {"BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", ""}, {"tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", ""},
          {"bc1gmk9yu", ""});
}

static void eth(void **state)
{
    (void)state;
    static const char *const addresses[] = {
        "0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    };
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        char expected[64];
        char lower[64];
        (void)snprintf(expected, sizeof expected, "eth:%s", addresses[i]);
        assert_string_equal(found_in(addresses[i], strlen(addresses[i])), expected);
        (void)snprintf(lower, sizeof lower, "%s", addresses[i]);
        for (char *c = lower; *c != '\0'; c++)
            *c = (char)(*c >= 'A' && *c <= 'Z' ? *c | 0x20 : *c);
        assert_string_equal(found_in(lower, strlen(lower)), expected);
    }
    CHECK({"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", ""}, {"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", ""},
          {"0x0000000000000000000000000000000000000000", ""}, {"0xffffffffffffffffffffffffffffffffffffffff", ""},
          {"0x00000000000000000000000000000000deadbeef", ""}, {"sha: 0xde709f2102306220921060314715629080e2fb77", ""},
          {"0xE12343434343434343434EAB3484343434343434", ""}, {"0x1234567890123456789012345678901234567890", ""},
          {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed0", ""}, {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", ""},
          {"00x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", ""});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(card),  cmocka_unit_test(card_groups), cmocka_unit_test(wide_groups), cmocka_unit_test(iban),
        cmocka_unit_test(email), cmocka_unit_test(url),         cmocka_unit_test(onion),       cmocka_unit_test(ip),
        cmocka_unit_test(phone), cmocka_unit_test(btc),         cmocka_unit_test(eth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
