/* The recognisers of stripes, banks, seed phrases, names of hosts and devices: vectors of their standards, and what
 * only looks like one. */
#include "harness.h"
#include "scan/seed_words.h"

#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CARD "card:4539578763621486"
#define CARD_AND_TRACK CARD " track:4539578763621486=2712101"

static void track(void **state)
{
    (void)state;
    CHECK({"%B4539578763621486^DOE/JANE^2712101000000000?", CARD_AND_TRACK},
          {";4539578763621486=27121010000000000?", CARD_AND_TRACK}, {"4539578763621486=2712101", CARD_AND_TRACK},
          {"4539578763621486D2712101", CARD_AND_TRACK}, {"B4539578763621486^DOE/JANE^2712101", CARD_AND_TRACK},
          /* The sum: ';' ^ … ^ '?' of the low four bits; ' '-based of the low six for track 1. */
          {";4539578763621486=27121010000000000?3\n", CARD_AND_TRACK},
          {";4539578763621486=27121010000000000?7\n", CARD},
          /* No month 13, no such service code, no holder, no card. */
          {";4539578763621486=27131010000000000?", ""}, {"%B4539578763621486^DOE/JANE^2700101000000000?", ""},
          {"4539578763621486=2712391", CARD}, {"%B4539578763621486^J^2712101?", CARD},
          {";4539578763621487=27121010000000000?", ""}, {"x4539578763621486=2712101", ""});
}

static void bic(void **state)
{
    (void)state;
    CHECK({"BIC: DEUTDEFF", "bic:DEUTDEFF"}, {"SWIFT code NEDSZAJJXXX", "bic:NEDSZAJJXXX"},
          {"BIC/SWIFT: DABADKKK", "bic:DABADKKK"}, {"Swift-BIC (UNCRITMM)", "bic:UNCRITMM"},
          {"bic=\"DSBACNBXSHA\"", "bic:DSBACNBXSHA"}, {"ESSESESS (BIC)", "bic:ESSESESS"},
          {"BIC code of the bank is AARBDE5W100", "bic:AARBDE5W100"}, {"SWIFT: MARKDEFF", "bic:MARKDEFF"},
          {"SWIFT LANGUAGE", ""}, {"DEUTDEFF", ""}, {"BIC: DEUTXXFF", ""}, {"BIC: DEUTDEFFX", ""},
          {"BIC/SWIFT-kod: HANDSESS", "bic:HANDSESS"}, {"BIC-koodi NDEAFIHH", "bic:NDEAFIHH"},
          {"BIC kood HABAEE2X", "bic:HABAEE2X"}, {"SWIFT kodu: ISBKTRIS", "bic:ISBKTRIS"},
          {"SWIFT-\u043a\u043e\u0434: SABRRUMM", "bic:SABRRUMM"}, {"<BICFI>COBADEFFXXX</BICFI>", "bic:COBADEFFXXX"},
          {"Bank identifier code: COBADEFFXXX", "bic:COBADEFFXXX"},
          {"IBAN DE89370400440532013000 / COBADEFFXXX", "bic:COBADEFFXXX iban:DE89370400440532013000"},
          {"DE89 3704 0044 0532 0130 00 COBADEFFXXX", "bic:COBADEFFXXX iban:DE89370400440532013000"},
          {"DE88370400440532013000 / COBADEFFXXX", ""}, {"identifier code: COBADEFFXXX", ""},
          {"bank code: COBADEFFXXX", ""}, {"\u043a\u043e\u0434: SABRRUMM", ""}, {"BIC: DEUTDEFFXAB", ""},
          {"BIC: DEU1DEFF", ""}, {"BIC: DEUTUKFF", ""}, {"BIC: deutdeff", ""}, {"the BIC was DEUTDEFF", ""},
          {"BIC: DEUTDEFF_X", ""}, {"BICYCLE: DEUTDEFF", ""});
}

/* The English vectors are those of the standard's reference implementation. */
static void seed(void **state)
{
    (void)state;
#define ABANDON "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
#define LEGAL "legal winner thank year wave sausage worth useful legal winner thank "
#define LETTER "letter advice cage absurd amount doctor acoustic avoid letter advice cage "
    CHECK(
        {ABANDON "about", "seed:" ABANDON "about"}, {LEGAL "yellow", "seed:" LEGAL "yellow"},
        {LETTER "above", "seed:" LETTER "above"},
        {"my seed is " LETTER "above\n" LEGAL "yellow\n", "seed:" LEGAL "yellow seed:" LETTER "above"},
        {"zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong", "seed:zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong"},
        {"gravity machine north sort system female filter attitude volume fold club stay feature office ecology stable "
         "narrow fog",
         "seed:gravity machine north sort system female filter attitude volume fold club stay feature office ecology "
         "stable narrow fog"},
        {"hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel tennis "
         "maple dilemma loan word shrug inflict delay length",
         "seed:hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel "
         "tennis maple dilemma loan word shrug inflict delay length"},
        /* Lists of all sorts. */
        {"letter\nadvice\ncage\nabsurd\namount\ndoctor\nacoustic\navoid\nletter\nadvice\ncage\nabove\n",
         "seed:" LETTER "above"},
        {"1. letter\n2. advice\n3. cage\n4. absurd\n5. amount\n6. doctor\n7. acoustic\n8. avoid\n9. letter\n10. "
         "advice\n"
         "11. cage\n12. above\n",
         "seed:" LETTER "above"},
        /* Behind the list goes on a text that begins with a word of the list. */
        {"1. letter\n2. advice\n3. cage\n4. absurd\n5. amount\n6. doctor\n7. acoustic\n8. avoid\n9. letter\n10. "
         "advice\n"
         "11. cage\n12. above .\ntone of a text",
         "seed:" LETTER "above"},
        {"[\"letter\", \"advice\", \"cage\", \"absurd\", \"amount\", \"doctor\", \"acoustic\", \"avoid\", \"letter\", "
         "\"advice\", \"cage\", \"above\"]",
         "seed:" LETTER "above"},
        {"letter,advice,cage,absurd,amount,doctor,acoustic,avoid,letter,advice,cage,above", "seed:" LETTER "above"},
        {"Letter Advice Cage Absurd Amount Doctor Acoustic Avoid Letter Advice Cage Above", "seed:" LETTER "above"},
        {"letter advice cage absurd amount doctor\r\nacoustic avoid letter advice cage above", "seed:" LETTER "above"},
        {"seed:" LETTER "above.", "seed:" LETTER "above"},
        /* In capitals, parted by slashes, numbered with '#'. */
        {"LETTER ADVICE CAGE ABSURD AMOUNT DOCTOR ACOUSTIC AVOID LETTER ADVICE CAGE ABOVE", "seed:" LETTER "above"},
        {"letter / advice / cage / absurd / amount / doctor / acoustic / avoid / letter / advice / cage / above",
         "seed:" LETTER "above"},
        {"#1 letter #2 advice #3 cage #4 absurd #5 amount #6 doctor #7 acoustic #8 avoid #9 letter #10 advice #11 cage "
         "#12 above",
         "seed:" LETTER "above"},
        /* Words of the list behind or before it, where the other end is plain. */
        {"seed: " LETTER "above letter advice\n", "seed:" LETTER "above"},
        {LEGAL "yellow abandon", "seed:" LEGAL "yellow"},
        {"words and so, zoo zoo " LETTER "above\n", "seed:" LETTER "above"}, {"so " LETTER "above letter advice\n", ""},
        {LETTER "above letter advice cage", ""}, {"zoo zoo zoo " LETTER "above\n", ""},
        {"zoo zoo " LETTER "above zoo\n", ""}, {"zone zoo " LETTER "above so\n", ""},
        /* The wrong last word, a word of no list, one too few, the list itself. */
        {ABANDON "abandon", ""}, {LETTER "absorb", ""}, {LETTER "aboves", ""}, {LETTER, ""},
        {"legal winner thank year wave sausage worth useful legal winner the yellow", ""},
        {"abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve "
         "acid acoustic acquire across act action actor actress actual",
         ""});
}

/* Phrases made here by the rules of BIP-39, in each language there is a list of; a last word whose bits deny the sum is
 * one of no phrase. */
static void seed_languages_all(void **state)
{
    (void)state;
    static const char *const languages[] = {"english", "spanish", "french", "italian", "portuguese", "czech"};
    uint64_t random = 7;
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        unsigned at = 0;
        while (at < seed_language_count && strcmp(seed_languages[at], languages[i]) != 0)
            at++;
        assert_true(i > 3 || at < seed_language_count);
        if (at == seed_language_count)
            print_message("skipped: seed phrases in %s, of which this build has no words\n", languages[i]);
    }
    for (unsigned language = 0; language < seed_language_count; language++) {
        for (size_t count = 12; count <= 24; count += 3) {
            uint8_t bits[40] = {0};
            uint8_t digest[SHA256_SIZE];
            unsigned number = 0;
            struct bytes text = {0};
            for (size_t i = 0; i < count / 3 * 4; i++)
                bits[i] = (uint8_t)(next_random(&random) >> 32);
            digest_sha256(bits, count / 3 * 4, digest);
            bits[count / 3 * 4] = digest[0];
            for (size_t i = 0; i < count; i++) {
                number = 0;
                for (size_t bit = i * 11; bit < i * 11 + 11; bit++)
                    number = number << 1 | (bits[bit / 8] >> (7 - bit % 8) & 1);
                bytes_format(&text, "%s%s", i == 0 ? "" : " ", seed_words[language][number]);
            }
            char expected[512];
            (void)snprintf(expected, sizeof expected, "seed:%s", bytes_text(&text));
            assert_string_equal(found_in(text.data, text.length), expected);
            if (count == 12) {
                text.length -= strlen(seed_words[language][number]);
                bytes_append_text(&text, seed_words[language][number ^ 1]);
                assert_string_equal(found_in(text.data, text.length), "");
            }
            bytes_free(&text);
        }
    }
}

/* Accents as one character, as a letter and a combining mark, and left out: the same phrase. */
static void seed_accents(void **state)
{
    (void)state;
    static const char found[] = "seed:ábaco ábaco ábaco ábaco ábaco ábaco ábaco ábaco ábaco ábaco ábaco abierto";
    CHECK(
        {"ábaco ábaco ábaco ábaco ábaco ábaco ábaco ábaco ábaco ábaco ábaco abierto", found},
        {"abaco abaco abaco abaco abaco abaco abaco abaco abaco abaco abaco abierto", found},
        {"a\u0301baco a\u0301baco a\u0301baco a\u0301baco a\u0301baco a\u0301baco a\u0301baco a\u0301baco a\u0301baco "
         "a\u0301baco a\u0301baco abierto",
         found});
}

static void domain(void **state)
{
    (void)state;
    CHECK(
        {"see shop.example.org for it", "domain:shop.example.org"}, {"example.com", "domain:example.com"},
        {"\"krim.example.net\",", "domain:krim.example.net"}, {"a.b.example.co.uk.", "domain:a.b.example.co.uk"},
        {"host=db.example.de\n", "domain:db.example.de"}, {"example.org:443", "domain:example.org"},
        {"example.org/path", "domain:example.org"}, {"www.example.info", "domain:www.example.info"},
        {"domain: example.so", "domain:example.so"}, {"mail.example.pl", "domain:mail.example.pl"},
        {"163.com", "domain:163.com"}, {"t.co/abc", ""}, {"xn--bcher-kva.com", "domain:xn--bcher-kva.com"},
        /* In capitals, with a word or "www."; ends of all kinds, with such or a name that no program has. */
        {"WWW.EXAMPLE.COM", "domain:www.example.com"}, {"WWW.example.com", "domain:www.example.com"},
        {"Domain Name: EXAMPLE-MARKET.BIZ", "domain:example-market.biz"}, {"Domain: example.xyz", "domain:example.xyz"},
        {"Host: panel.example.website", ""}, {"evil-host.top", "domain:evil-host.top"},
        {"darkmarket.shop", "domain:darkmarket.shop"}, {"server: a.example.online", "domain:a.example.online"},
        {"COMMAND.COM", ""}, {"README.MD", ""}, {"file NAME.COM", ""}, {"obj.name.top", ""}, {"style.top", ""},
        {"element.top = 1", ""}, {"bounding-box.top + 1", ""}, {"position.xyz", ""}, {"$store.site", ""},
        {"redux.store", ""}, {"host == other.target", ""}, {"self.site = packagefile.site", ""},
        {"\"host\": \"panel.example.shop\"", "domain:panel.example.shop"}, {"something.site(x)", ""},
        /* Letters beyond ASCII. */
        {"see m\u00fcnchen.de for it", "domain:xn--mnchen-3ya.de"}, {"M\u00fcnchen.de", ""},
        {"https://m\u00fcller-bau.de/kontakt", "url:https://xn--mller-bau-q9a.de/kontakt"},
        {"https://\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444/", "url:https://xn--e1afmkfd.xn--p1ai/"},
        {"kontakt@m\u00fcller-bau.de", "email:kontakt@xn--mller-bau-q9a.de"},
        {"anna@m\u00dcLLER-BAU.de,", "email:anna@xn--mller-bau-q9a.de"},
        {"\u0438\u0432\u0430\u043d@\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444",
         "email:\u0438\u0432\u0430\u043d@xn--e1afmkfd.xn--p1ai"},
        {"info@\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444 ", "email:info@xn--e1afmkfd.xn--p1ai"},
        {"https://example.org\u3002", "url:https://example.org"},
        {"https://example.org\u201d", "url:https://example.org"},
        {"https://example.org.\u8bbf\u95ee", "url:https://example.org"},
        {"anna@example.org\u3002", "email:anna@example.org"}, {"\u8bbf\u95eeexample.com", ""},
        {"https://ex\u0430mple.org/", ""}, {"info@\u043f\u0440\u0438\u043c\u0435\u0440.\u043f\u0440\u0438\u043c", ""},
        {"info@\u201cx.org", ""},
        /* Found as what they are part of. */
        {"anna@shop.example.org", "email:anna@shop.example.org"},
        {"https://shop.example.org/x", "url:https://shop.example.org/x"},
        /* Files, members, packages, versions, suffixes alone, ends that nobody can register under. */
        {"readme.md main.py libfoo.so setup.pl lib.rs run.sh a.zip film.mov", ""}, {"foo.bar.name", ""},
        {"self.info.name user.id", ""}, {"foo.com(x)", ""}, {"org.example.net", ""}, {"com.example.de", ""},
        {"x.com", ""}, {"co.uk", ""}, {"example.c0m", ""}, {"example.krim", ""}, {"/usr/lib/example.org", ""},
        {"example.org_x", ""}, {"$example.com", ""}, {".example.com", ""}, {"-example.com", ""}, {"exa..mple.com", ""},
        {"Example.Com", ""}, {"1.2.com", ""}, {"foo.example.onion", ""}, {"1.2.0.192.in-addr.arpa", ""});
}

static void i2p(void **state)
{
    (void)state;
    CHECK({"stats.i2p", "i2p:stats.i2p"}, {"see http://forum.i2p/x", "i2p:forum.i2p"}, {"Paste.I2P.", "i2p:paste.i2p"},
          {"udhdrtrhgjgsisgzqjmw4mxy7u7z4vxtlkzmnfasvrmcjflyxkva.b32.i2p",
           "i2p:udhdrtrhgjgsisgzqjmw4mxy7u7z4vxtlkzmnfasvrmcjflyxkva.b32.i2p"},
          {"ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p",
           "i2p:ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p"},
          {"ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdr.b32.i2p", ""},
          {"ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkd.b32.i2p", ""},
          {"ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkd1.b32.i2p", ""}, {"net.i2p.router", ""},
          {"~/.i2p/x", ""}, {"/opt/a.i2p", ""}, {"a.i2p(", ""}, {"1.i2p", ""}, {"foo.i2pd", ""});
}

static void mac(void **state)
{
    (void)state;
    CHECK({"08:00:27:4e:66:a1", "mac:08:00:27:4e:66:a1"}, {"08-00-27-4E-66-A1", "mac:08:00:27:4e:66:a1"},
          {"0800.274e.66a1", "mac:08:00:27:4e:66:a1"}, {"ether 00:16:3e:00:00:01", "mac:00:16:3e:00:00:01"},
          {"MAC:08-00-27-4E-66-A1", "mac:08:00:27:4e:66:a1"}, {"HWaddr:08:00:27:4E:66:A1", "mac:08:00:27:4e:66:a1"},
          {"MAC:08:00:27:4e:66:a1", "mac:08:00:27:4e:66:a1"}, {"mac: 08:00:27:4e:66:a1", "mac:08:00:27:4e:66:a1"},
          {"\"bc\":\"08:00:27:4e:66:a1\"", "mac:08:00:27:4e:66:a1"}, {"(ac:de:48:00:11:22)", "mac:ac:de:48:00:11:22"},
          {"mac 00:50:56:12:34:78", "mac:00:50:56:12:34:78"}, {"00:50:56:12:34:78", ""}, {"12-31-22-10-20-30", ""},
          {"ff:ff:ff:ff:ff:ff", ""}, {"01:00:5e:00:00:fb", ""}, {"00:00:00:00:00:00", ""}, {"aa:bb:cc:dd:ee:ff", ""},
          {"08:00:27:4e:66:a1:42", ""}, {"42:08:00:27:4e:66:a1", ""}, {"08:00:27:4e:66", ""}, {"08:00:27:4e:66-a1", ""},
          {"08:00:27:4e:66:a1b", ""}, {"08 00 27 4e 66 a1", ""}, {"08:00:27:4e:66:A1", ""},
          {"6f9619ff-8b86-d011-b42d-00cf4fc964ff", ""}, {"5d:41:40:2a:bc:4b:2a:76:b9:71:9d:91:10:17:c5:92", ""},
          /* Without separators, behind a label. */
          {"MAC A45E60D891F3", "mac:a4:5e:60:d8:91:f3"}, {"\"mac\":\"a45e60d891f3\"", "mac:a4:5e:60:d8:91:f3"},
          {"MAC-Adresse: b827eb123456", "mac:b8:27:eb:12:34:56"}, {"mac address a45e60d891f3", "mac:a4:5e:60:d8:91:f3"},
          {"mac of the file and its hash a45e60d891f3", ""}, {"macaddr=b827eb123478,", "mac:b8:27:eb:12:34:78"},
          {"A45E60D891F3", ""}, {"id a45e60d891f3", ""}, {"mac a45e60d891f3a", ""}, {"MAC a45e60d891f3-1", ""},
          {"mac A45e60d891f3", ""}, {"mac: 12345678-1234-1234-1234-a45e60d891f3", ""},
          /* One digit after the other. */
          {"12:34:56:78:90:ab", ""}, {"01:23:45:67:89:ab", ""}, {"2024.1101.1203", ""}, {"[*04BE.0020.0002]", ""});
}

static void imei(void **state)
{
    (void)state;
    CHECK({"IMEI: 490154203237518", "imei:490154203237518"}, {"imei=35-209900-176148-1", "imei:352099001761481"},
          {"IMEI 1: 35 209900 176148 1", "imei:352099001761481"}, {"*#06# 490154203237518", "imei:490154203237518"},
          {"IMEI\n490154203237518, 352099001761481\n", "imei:352099001761481 imei:490154203237518"},
          {"490154203237518", ""}, {"IMEI: 490154203237517", ""}, {"IMEI: 4901542032375180", ""},
          {"IMEI: 230154203237510", ""}, {"IMEI: 490154200000007", ""}, {"IMEI: x490154203237518", ""});
}

static void iccid(void **state)
{
    (void)state;
    CHECK({"ICCID: 8991101200003204514", "iccid:8991101200003204514"},
          {"sim: 89148000000745809013", "iccid:89148000000745809013"},
          {"SIM card 8991 1012 0000 3204 514", "iccid:8991101200003204514"},
          {"iccid 8991101200003204514F", "iccid:8991101200003204514"}, {"8991101200003204514", ""},
          {"ICCID: 8991101200003204515", ""}, {"ICCID: 899110120000320451", ""}, {"similar 8991101200003204514", ""},
          {"ICCID: 8899101200003204510", ""});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(track),        cmocka_unit_test(bic),
        cmocka_unit_test(seed),         cmocka_unit_test(seed_languages_all),
        cmocka_unit_test(seed_accents), cmocka_unit_test(domain),
        cmocka_unit_test(i2p),          cmocka_unit_test(mac),
        cmocka_unit_test(imei),         cmocka_unit_test(iccid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
