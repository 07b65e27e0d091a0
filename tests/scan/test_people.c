/* The recognisers of people against the vectors of their standards, and against what only looks alike. What they must
 * not show, passwords above all, is looked for in everything that is reported. */
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The SHA-1 of "password". */
#define PASSWORD "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8"

/* How many credentials, and which is the first. */
static void credentials_in(const char *text, unsigned count, const char *first)
{
    const char *found = found_in(text, strlen(text));
    unsigned seen = 0;
    for (const char *at = found; (at = strstr(at, "credential:")) != NULL; at++)
        seen++;
    if (seen != count || (first != NULL && strstr(found, first) == NULL))
        fail_msg("in \"%s\": found \"%s\"", text, found);
}

static void credential(void **state)
{
    (void)state;
    credentials_in("anna@example.org:password\nbo@example.org:qwerty1\ncarl@example.net:qwerty2\n", 3,
                   "credential:anna@example.org:" PASSWORD);
    credentials_in("Anna@Example.org;password\r\nbo@example.org;qwerty1\r\ncarl@example.net;qwerty2\r\n", 3,
                   "credential:anna@example.org:" PASSWORD);
    credentials_in("anna@example.org|password\nbo@example.org|qwerty1\n\ncarl@example.net|qwerty2", 3,
                   "credential:anna@example.org:" PASSWORD);
    credentials_in("anna@example.org : password\nbo@example.org : qwerty1\ncarl@example.net : qwerty2\n", 3, NULL);
    credentials_in("https://a.example/in:anna:password\nhttps://a.example/in:bo:qwerty1\n"
                   "https://b.example:8080/:carl@example.net:qwerty2\n",
                   3, "credential:a.example/anna:" PASSWORD);
    credentials_in("URL: https://a.example/login\nUsername: anna@example.org\nPassword: password\n", 1,
                   "credential:anna@example.org:" PASSWORD);
    credentials_in("SOFT: Chrome\nHost: https://a.example:8443/login\nLogin: Anna\nPass: password\n", 1,
                   "credential:a.example/Anna:" PASSWORD);
    /* Other separators, where what they part is plain to see; a site's address without its scheme, or with a blank
     * behind; telephone numbers; rows of tables. */
    credentials_in("anna@example.org,passw0rd\nbo@example.org,qwerty1\ncarl@example.net,qwerty2\n", 3, NULL);
    credentials_in("anna@example.org\tpassw0rd\nbo@example.org\tqwerty1\ncarl@example.net\tqwerty2\n", 3, NULL);
    credentials_in("anna@example.org passw0rd\nbo@example.org qwerty1\ncarl@example.net qwerty2\n", 3, NULL);
    credentials_in("a.example.org/in:anna:password\na.example.org/in:bo:qwerty1\nb.example.org/"
                   ":carl:qwerty2\nb.example.org:80/:dora:qwerty3\n",
                   3, "credential:a.example.org/anna:" PASSWORD);
    credentials_in("a.example.org/in:anna@example.org:password\na.example.org/:bo@example.org:qwerty1\n"
                   "b.example.org:carl@example.org:qwerty2\n",
                   3, "credential:anna@example.org:" PASSWORD);
    credentials_in(
        "https://a.example/in anna:password\nhttps://a.example/in bo:qwerty1\nhttps://b.example/ carl:qwerty2\n", 3,
        "credential:a.example/anna:" PASSWORD);
    credentials_in("+46701740605:password\n+46701740606:qwerty1\n+46701740607:qwerty2\n", 3,
                   "credential:+46701740605:" PASSWORD);
    credentials_in("name,url,username,password\nx,https://a.example/in,anna,password\n", 1,
                   "credential:a.example/anna:" PASSWORD);
    credentials_in(
        "\"url\",\"username\",\"password\",\"guid\"\n\"https://a.example\",\"anna@example.org\",\"password\",\"1\"\n",
        1, "credential:anna@example.org:" PASSWORD);
    credentials_in(
        "x,https://a.example/in,anna,passw0rd\nx,https://a.example/,bo,qwerty1\nx,https://b.example/,carl,qwerty2\n", 3,
        NULL);
    /* Blocks in other languages, in one line, without a site. */
    credentials_in("URL: https://a.example/in\nUSR: anna\nPWD: password\n", 1, "credential:a.example/anna:" PASSWORD);
    credentials_in("URL: https://a.example/in\nBenutzername: anna\nPasswort: password\n", 1,
                   "credential:a.example/anna:" PASSWORD);
    credentials_in("URL: https://a.example/in\nNom d'utilisateur : anna\nMot de passe : password\n", 1,
                   "credential:a.example/anna:" PASSWORD);
    credentials_in("URL: https://a.example/in\nUsuario: anna\nContrase\u00f1a: password\n", 1,
                   "credential:a.example/anna:" PASSWORD);
    credentials_in("URL: https://a.example/in\n\u041b\u043e\u0433\u0438\u043d: "
                   "anna\n\u041f\u0430\u0440\u043e\u043b\u044c: password\n",
                   1, "credential:a.example/anna:" PASSWORD);
    credentials_in("url: https://a.example/in\nusername: \"anna\"\npassword: \"password\"\n", 1,
                   "credential:a.example/anna:" PASSWORD);
    credentials_in("URL: https://a.example/in | Login: anna | Password: password\n", 1,
                   "credential:a.example/anna:" PASSWORD);
    credentials_in("Login: anna@example.org\nPassword: password\n", 1, "credential:anna@example.org:" PASSWORD);
    credentials_in("Login: anna@example.org | Password: password\n", 1, "credential:anna@example.org:" PASSWORD);
    /* Addresses with names, dates, numbers, hosts; tables of anything else; timestamps and paths. */
    credentials_in("anna@example.org,Anna\nbo@example.org,Bo\ncarl@example.net,Carl\n", 0, NULL);
    credentials_in("anna@example.org,2021-01-05\nbo@example.org,2021-01-06\ncarl@example.net,2021-01-07\n", 0, NULL);
    credentials_in("anna@example.org 5-Jan-2021\nbo@example.org 6-Jan-2021\ncarl@example.net 7-Jan-2021\n", 0, NULL);
    credentials_in("anna@example.org\thost1.example.org\nbo@example.org\thost2.example.org\n"
                   "carl@example.net\thost3.example.org\n",
                   0, NULL);
    credentials_in("anna@example.org 12345678\nbo@example.org 23456789\ncarl@example.net 34567890\n", 0, NULL);
    credentials_in(
        "x,https://a.example/1,title,text\nx,https://a.example/2,heading,words\nx,https://a.example/3,name,more\n", 0,
        NULL);
    credentials_in("a.example.org/one.c:12:error1\nb.example.org/two.c:13:error2\nc.example.org/three.c:14:error\n", 0,
                   NULL);
    credentials_in("+46701740605:ok\n+46701740606:no\n+46701740607:ok\n", 0, NULL);
    credentials_in("mail: anna@example.org\nsubject: password\n", 0, NULL);
    /* A password is no domain. */
    assert_null(
        strstr(found_in("a@example.org:dragon.com\nb@example.org:qwerty1\nc@example.net:qwerty2\n", 69), "domain"));
    /* No list: one line or two, the same name, prose, lists of addresses, of places, of words. */
    credentials_in("anna@example.org:password\n", 0, NULL);
    credentials_in("anna@example.org:password1\nbo@example.org:qwerty1\n", 0, NULL);
    credentials_in("git@example.org:anna/one.git\ngit@example.org:bo/two.git\ngit@example.org:carl/three.git\n", 0,
                   NULL);
    credentials_in("anna@example.org: she said 1\nbo@example.org: he said 2\ncarl@example.net: they said 3\n", 0, NULL);
    credentials_in(
        "anna@example.org;bo@example.org\ncarl@example.org;dora@example.org\neva@example.org;f@example.org\n", 0, NULL);
    credentials_in("anna@a.example.org:/srv/1\nbo@b.example.org:/srv/2\ncarl@c.example.org:/srv/3\n", 0, NULL);
    credentials_in("anna@example.org:owner\nbo@example.org:member\ncarl@example.org:guest\n", 0, NULL);
    credentials_in("URL: https://a.example/\nAuthor: anna@example.org\nLicense: none\n", 0, NULL);
}

/* No password stands in a value or in a context, whichever kind was found beside it and however it is encoded. */
static void passwords_stay_hidden(void **state)
{
    (void)state;
    static const char secret[] = "Hunter2secret";
    static const char *const texts[] = {
        "anna@example.org:Hunter2secret\nbo@example.org:Hunter2secret1\ncarl@example.net:Hunter2secret2\n",
        "anna@example.org;Hunter2secret\r\nbo@example.org;xHunter2secret\r\nhttps://example.org/\r\n",
        "URL: https://a.example/login\nUsername: anna@example.org\nPassword: my Hunter2secret pass\n+46 70 174 06 05\n",
        "https://a.example/in:anna:Hunter2secret\nhttps://a.example/in:bo:Hunter2secret\n",
        "https://a.example/in:anna@example.org:Hunter2secret\n192.0.2.7\n",
        "write to anna@example.org:Hunter2secret now, or bo@example.org",
        "  User Password = Hunter2secret\n see https://example.org/\n",
        "anna@example.org:\xc3\xa5Hunter2secret\nbo@example.org",
        "name,url,username,password\nx,https://a.example/in,anna,Hunter2secret\nx,https://a.example/"
        ",bo,Hunter2secret!\n",
        "x,https://login.example.org/,anna.berg,Hunter2secret!\n",
        "\"https://a.example\",\"anna\",\"Hunter2secret\"\n\"https://b.example\",\"bo\",\"Hunter2secret\"\n",
        "anna@example.org,Hunter2secret\nbo@example.org,1Hunter2secret\ncarl@example.org,Hunter2secret3\n",
        "anna@example.org\tHunter2secret\nbo@example.org\t1Hunter2secret\ncarl@example.org\tHunter2secret3\n",
        "anna@example.org Hunter2secret\nbo@example.org 1Hunter2secret\ncarl@example.org Hunter2secret3\n",
        "+46701740605:Hunter2secret\n+46701740606:Hunter2secret1\n+46701740607:Hunter2secret2\n",
        "a.example.org/in:anna:Hunter2secret\na.example.org/in:bo:Hunter2secret1\na.example.org/:c:Hunter2secret2\n",
        "a.example.org/in:anna@example.org:Hunter2secret\nwww.example.org",
        "https://a.example/in anna:Hunter2secret\nhttps://a.example/in bo:Hunter2secret1\n",
        "URL: https://a.example/in\nUSR: anna\nPWD: Hunter2secret\n",
        "URL: https://a.example/in\nUtilisateur: anna\nMot de passe: Hunter2secret\n",
        "URL: https://a.example/in\nUsuario: anna\nContrase\u00f1a: Hunter2secret\n",
        "URL: https://a.example/in\n\u041b\u043e\u0433\u0438\u043d: anna\n\u041f\u0430\u0440\u043e\u043b\u044c: "
        "Hunter2secret\n",
        "URL: https://a.example/in | Login: anna | Password: Hunter2secret\n",
        "Login: anna@example.org | Password: Hunter2secret | 192.0.2.7\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (int wide = 0; wide < 3; wide++) {
            struct bytes data = {0};
            struct scan scan = {.context = true};
            if (wide == 0)
                bytes_append_text(&data, texts[i]);
            else
                append_utf16(&data, texts[i], wide == 2);
            assert_int_equal(scan_bytes(&scan, data.data, data.length), 0);
            assert_true(scan.sightings > 0);
            /* A part of it is too much as well. */
            for (size_t cut = 0; cut + 6 <= strlen(secret); cut++) {
                char part[7];
                (void)snprintf(part, sizeof part, "%.6s", secret + cut);
                if (strstr(bytes_text(&scan.found), part) != NULL)
                    fail_msg("\"%s\" shows a password: %s", texts[i], bytes_text(&scan.found));
            }
            scan_free(&scan);
            bytes_free(&data);
        }
    }
}

static void messengers(void **state)
{
    (void)state;
    CHECK({"t.me/Some_Channel", "telegram:some_channel"}, {"see t.me/s/some_channel/123", "telegram:some_channel"},
          {"telegram.me/somebody.", "telegram:somebody"}, {"Telegram: @Some_Body1", "telegram:some_body1"},
          {"tg @somebody", "telegram:somebody"}, {"tg://resolve?domain=somebody", "telegram:somebody"},
          {"tg://join?invite=AbCdEfGhIjKlMnOp", "telegram:+AbCdEfGhIjKlMnOp"},
          {"t.me/+AbCdEfGhIjKlMnOp", "telegram:+AbCdEfGhIjKlMnOp"},
          {"t.me/joinchat/AbCdEfGhIjKlMnOp", "telegram:+AbCdEfGhIjKlMnOp"},
          /* Too short, no name, another host, nothing that says so. */
          {"t.me/abcd", ""}, {"t.me/share/url", ""}, {"start.me/somebody", ""}, {"not.me/somebody", ""},
          {"@somebody", ""}, {"telegram: someone said @somebody", ""}, {"t.me/1somebody", ""}, {"t.me/$channel", ""},
          /* WhatsApp. */
          {"wa.me/46701740605", "whatsapp:+46701740605"},
          {"api.whatsapp.com/send?phone=46701740605&text=x", "domain:api.whatsapp.com whatsapp:+46701740605"},
          {"api.whatsapp.com/send/?phone=%2B46701740605", "domain:api.whatsapp.com whatsapp:+46701740605"},
          {"chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStU1",
           "domain:chat.whatsapp.com whatsapp:chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStU1"},
          {"wa.me/0701740605", ""}, {"wa.me/4670", ""}, {"nowa.me/46701740605", ""},
          {"chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStU", "domain:chat.whatsapp.com"},
          {"whatsapp://send?phone=46701740605", "whatsapp:+46701740605"},
          {"whatsapp://send?text=x&phone=+46701740605", "phone:+46701740605 whatsapp:+46701740605"},
          {"api.whatsapp.com/send?text=x%20y&phone=46701740605", "domain:api.whatsapp.com whatsapp:+46701740605"},
          {"wa.me/c/46701740605", "whatsapp:+46701740605"},
          {"WhatsApp: +46 70 174 06 05", "phone:+46701740605 whatsapp:+46701740605"},
          /* Its own ids are no mail addresses. */
          {"46701740605@s.whatsapp.net", "whatsapp:+46701740605"}, {"<46701740605@c.us>", "whatsapp:+46701740605"},
          {"46701740605:12@s.whatsapp.net.", "whatsapp:+46701740605"},
          {"120363025246125486@g.us", "whatsapp:120363025246125486@g.us"},
          {"46701740605-1423938472@g.us", "whatsapp:46701740605-1423938472@g.us"}, {"whatsapp://send?text=phone", ""},
          {"whatsapp://send?phone=0701740605", ""}, {"whats +46 70 174 06 05", "phone:+46701740605"},
          {"anna1@c.us", "email:anna1@c.us"}, {"46701740605@c.us.example.org", "email:46701740605@c.us.example.org"},
          {"4670@s.whatsapp.net", ""}, {"a46701740605@g.us", "email:a46701740605@g.us"},
          /* Discord. */
          {"discord.gg/AbC123x", "discord:AbC123x"},
          {"discord.com/invite/some-server", "discord:some-server domain:discord.com"},
          {"discordapp.com/invite/AbC123x?x", "discord:AbC123x domain:discordapp.com"},
          {"discord.com/channels/1234567890", "domain:discord.com"}, {"mydiscord.gg/AbC123x", ""}, {"discord.gg/", ""},
          {"discord.gg/${code}", ""},
          /* XMPP: RFC 7622, section 3.5; RFC 5122, section 2.7. */
          {"xmpp:juliet@example.com", "email:juliet@example.com xmpp:juliet@example.com"},
          {"xmpp:romeo@example.net/orchard", "email:romeo@example.net xmpp:romeo@example.net"},
          {"Jabber ID: Juliet@example.com", "email:juliet@example.com xmpp:juliet@example.com"},
          {"jabber a@b.se, mail juliet@example.com", "email:a@b.se email:juliet@example.com xmpp:a@b.se"},
          {"juliet@example.com", "email:juliet@example.com"});
}

static void long_numbers(void **state)
{
    (void)state;
    /* Tox: the echo service's ID that its project publishes. Session: a key of RFC 7748, section 6.1. */
    CHECK({"76518406F6A9F2217E8DC487CC783C25CC16A15EB36FF32E335A235342C48A39218F515C39A6",
           "tox:76518406F6A9F2217E8DC487CC783C25CC16A15EB36FF32E335A235342C48A39218F515C39A6"},
          {"tox:76518406f6a9f2217e8dc487cc783c25cc16a15eb36ff32e335a235342c48a39218f515c39a6",
           "tox:76518406F6A9F2217E8DC487CC783C25CC16A15EB36FF32E335A235342C48A39218F515C39A6"},
          {"76518406F6A9F2217E8DC487CC783C25CC16A15EB36FF32E335A235342C48A39218F515C39A7", ""},
          {"76518406F6A9F2217E8DC487CC783C25CC16A15EB36FF32E335A235342C48A39218F515C39A6A", ""},
          {"0000000000000000000000000000000000000000000000000000000000000000000000000000", ""},
          {"058520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
           "session:058520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"},
          {"05de9edb7d7b7dbc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", ""},
          {"05de9edb7d7b7dbc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4",
           ""}, /* one short, and one number on the twist */
          {"050200000000000000000000000000000000000000000000000123456789abcdef", ""});
}

static void travel_documents(void **state)
{
    (void)state;
#define TD3_1 "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
#define TD3_2 "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
#define TD1_1 "I<UTOD231458907<<<<<<<<<<<<<<<"
#define TD1_2 "7408122F1204159UTO<<<<<<<<<<<6"
#define TD1_3 "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
#define TD2_1 "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<"
#define TD2_2 "D231458907UTO7408122F1204159<<<<<<<6"
#define VISA_1 "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
#define VISA_2 "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"
    /* Doc 9303, parts 4 to 7, appendices. */
    CHECK({TD3_1 "\n" TD3_2, "mrz:" TD3_1 TD3_2}, {TD3_1 "\r\n" TD3_2 "\r\n", "mrz:" TD3_1 TD3_2},
          {TD3_1 TD3_2, "mrz:" TD3_1 TD3_2}, {TD1_1 "\n" TD1_2 "\n" TD1_3, "mrz:" TD1_1 TD1_2 TD1_3},
          {TD1_1 TD1_2 TD1_3, "mrz:" TD1_1 TD1_2 TD1_3}, {TD2_1 "\n" TD2_2, "mrz:" TD2_1 TD2_2},
          {VISA_1 "\n" VISA_2, "mrz:" VISA_1 VISA_2},
          /* A document's number that goes on in the optional data (part 5, section 4.2.2.1). */
          {"I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<",
           "mrz:I<UTOD23145890<7349<<<<<<<<<<<3407127M9507122UTO<<<<<<<<<<<2STEVENSON<<PETER<JOHN<<<<<<<<<"},
          /* A check digit, a date, a line too long, a line alone. */
          {TD3_1 "\nL898902C36UTO7408123F1204159ZE184226B<<<<<10", ""},
          {TD3_1 "\nL898902C36UTO7408122F1204159ZE184226B<<<<<12", ""},
          {TD3_1 "\nL898902C37UTO7408122F1204159ZE184226B<<<<<10", ""}, {TD3_1 "<\n" TD3_2, ""},
          {TD3_1 "\n" TD3_2 "0", ""}, {TD3_2, ""}, {TD1_1 "\n" TD1_2, ""});
}

/* Neither the number nor the zone stands in what is shown around it. */
static void papers_stay_hidden(void **state)
{
    (void)state;
    static const char text[] = "to " TD3_1 "\n" TD3_2 "\n personnummer 880320-0016 of the holder";
    struct scan scan = {.context = true};
    assert_int_equal(scan_bytes(&scan, text, sizeof text - 1), 0);
    assert_int_equal(scan.sightings, 2);
    assert_null(strstr(bytes_text(&scan.found), "880320-0016"));
    assert_null(strstr(bytes_text(&scan.found), "L898902C36UTO7408122F1204159ZE184226B<<<<<10\n"));
    scan_free(&scan);
}

static void national_numbers(void **state)
{
    (void)state;
    /* The examples that registers and tax offices give. */
    CHECK({"SVNR 1237 010180", "national_id:AT:1237010180"},
          {"rijksregisternummer 85.07.30-033.28", "national_id:BE:85073003328"},
          {"NISS 85.07.30-033-28", "national_id:BE:85073003328"}, {"NISS 850730-033.28", "national_id:BE:85073003328"},
          {"NISS 85.07.30-033/28", ""}, {"NISS: 17073003384", "national_id:BE:17073003384"},
          {"EGN 7523169263", "national_id:BG:7523169263"},
          {"\xd0\x95\xd0\x93\xd0\x9d: 8032056031", "national_id:BG:8032056031"},
          {"rodn\xc3\xa9 \xc4\x8d\xc3\xadslo 710319/2745", "national_id:CZ:7103192745"},
          {"Steuer-ID: 36 574 261 809", "national_id:DE:36574261809"},
          {"IdNr 36574261809", "national_id:DE:36574261809"}, {"CPR 211062-5629", "national_id:DK:2110625629"},
          {"isikukood: 36805280109", "national_id:EE:36805280109"}, {"DNI 54362315K", "national_id:ES:54362315K"},
          {"DNI 54.362.315-K", "national_id:ES:54362315K"}, {"NIE: X-2482300-W", "national_id:ES:X2482300W"},
          {"nie x2482300w", "national_id:ES:X2482300W"}, {"hetu 131052-308T", "national_id:FI:131052-308T"},
          {"henkil\xc3\xb6tunnus: 131052A308T", "national_id:FI:131052A308T"},
          {"NIR 2 95 10 99 126 111 93", "national_id:FR:295109912611193"},
          {"s\xc3\xa9"
           "curit\xc3\xa9 sociale : 253072B07300470",
           "national_id:FR:253072B07300470"},
          {"AMKA 01013099997", "national_id:GR:01013099997"}, {"AFM 094259216", "national_id:GR:094259216"},
          {"OIB: 33392005961", "national_id:HR:33392005961"},
          {"adoazonosito jel 8365670003", "national_id:HU:8365670003"}, {"PPSN 6433435F", "national_id:IE:6433435F"},
          {"pps no 6433435FT", "national_id:IE:6433435FT"},
          {"codice fiscale RCCMNL83S18D969H", "national_id:IT:RCCMNL83S18D969H"},
          {"asmens kodas 33309240064", "national_id:LT:33309240064"},
          {"matricule 1893120105732", "national_id:LU:1893120105732"},
          {"personas kods 161175-19997", "national_id:LV:16117519997"}, {"BSN: 111222333", "national_id:NL:111222333"},
          {"<bsn>1112.22.333</bsn>", "national_id:NL:111222333"}, {"PESEL 44051401359", "national_id:PL:44051401359"},
          {"NIF 287024008", "national_id:PT:287024008"}, {"NIF 501442600", "national_id:PT:501442600"},
          {"NIF 501442601", ""}, {"NIF: 501 442 600", "national_id:PT:501442600"},
          {"TIC 10259033P", "national_id:CY:10259033P"}, {"TIN: 10259033P", "national_id:CY:10259033P"},
          {"TIC 10259033Q", ""}, {"tip 10259033P", ""}, {"TIC 12259033P", ""},
          {"CNP 1630615123457", "national_id:RO:1630615123457"},
          {"personnummer 880320-0016", "national_id:SE:8803200016"},
          {"personnr: 19880320-0016", "national_id:SE:8803200016"},
          {"EMSO 0101006500006", "national_id:SI:0101006500006"},
          /* The check digit or letter. */
          {"SVNR 2237 010180", ""}, {"rijksregisternummer 85.07.30-033.29", ""},
          {"rijksregisternummer 63021550523", ""}, /* right if its owner were born in 2063 */
          {"EGN 7523169264", ""}, {"rodne cislo 710319/2746", ""}, {"Steuer-ID: 36 574 261 890", ""},
          {"Steuer-ID 36554266806", ""}, {"CPR 211052-5629", ""}, {"isikukood: 36805280108", ""}, {"DNI 54362315Z", ""},
          {"NIE X2482300A", ""}, {"hetu 131052-308U", ""}, {"NIR 295109912611199", ""}, {"AMKA 01013099999", ""},
          {"AFM 094259217", ""}, {"OIB: 33392005962", ""}, {"PPSN 6433435E", ""},
          {"codice fiscale RCCMNL83S18D969I", ""}, {"asmens kodas 33309240164", ""}, {"matricule 1893120105733", ""},
          {"personas kods 161175-19998", ""}, {"BSN: 111252333", ""}, {"PESEL 44051401358", ""}, {"NIF 287024009", ""},
          {"CNP 1630615123458", ""}, {"personnummer 880320-0018", ""}, {"EMSO 0101006500007", ""},
          /* A day that is none, no word, a longer number, a word of another. */
          {"hetu 310252-308Y", ""}, {"CPR 511062-5629", ""}, {"880320-0016", ""}, {"BSN: 1112223334", ""},
          {"BSN: 111222333-1", ""}, {"PESEL 880320-0016", ""}, {"BSN: 12345678 111222333", ""});
}

static void columns(void **state)
{
    (void)state;
    static const char good[] = "id;number\n1;880320-0016;x\n2;811218-9876;x\n3;640823-3234;x\n4;670919-9530;x\n"
                               "5;121212-1212;x\n6;410321-9202;x\n";
    const char *found = found_in(good, sizeof good - 1);
    assert_non_null(strstr(found, "national_id:SE:8803200016"));
    assert_non_null(strstr(found, "national_id:SE:4103219202"));
    /* Three are enough under a heading that names them. */
    static const char headed[] = "name;personnr;x\na;650504-8386;x\nb;750805-1922;x\nc;540113-6626;x\n";
    found = found_in(headed, sizeof headed - 1);
    assert_string_equal(found, "national_id:SE:5401136626 national_id:SE:6505048386 national_id:SE:7508051922");
    /* In another field of some lines, or with numbers between that are none. */
    static const char *const bad[] = {
        "name;number;x\na;650504-8386;x\nb;750805-1922;x\nc;540113-6626;x\n",
        "1;880320-0016;x\n2;x;811218-9876\n3;640823-3234;x\n4;x;670919-9530\n5;121212-1212;x\n",
        "880320-0016\n811218-9877\n640823-3234\n670919-9531\n121212-1212\n",
        "880320-0016\n880320-0016\n880320-0016\n880320-0016\n880320-0016\n880320-0016\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_string_equal(found_in(bad[i], strlen(bad[i])), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credential),       cmocka_unit_test(passwords_stay_hidden),
        cmocka_unit_test(messengers),       cmocka_unit_test(long_numbers),
        cmocka_unit_test(travel_documents), cmocka_unit_test(papers_stay_hidden),
        cmocka_unit_test(national_numbers), cmocka_unit_test(columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
