/* Mail stores of Outlook, as a small writer of them makes them: each form and each way of hiding bytes. */
#include "exercise/pst_writer.h"

#include <zlib.h>

#include "scan/scan.h"

#include "harness.h" /* last: cmocka defines a macro named fail */

enum { DISPLAY_NAME = 0x3001, SUBJECT = 0x0037, SENDER = 0x0c1f, SENDER_NAME = 0x0c1a, FILE_NAME = 0x3707 };

/* A store of two folders with a message, its long text in three blocks, an attachment in it, and a deleted message. */
static struct pst_writer make_store(enum pst_form form, enum pst_crypt crypt, const struct bytes *body)
{
    struct pst_writer writer = {.form = form, .crypt = crypt};
    pst_writer_begin(&writer);
    uint64_t top = pst_write_properties(&writer, (struct pst_property[]){{DISPLAY_NAME, "Personal"}}, 1);
    uint64_t inbox = pst_write_properties(&writer, (struct pst_property[]){{DISPLAY_NAME, "Inbox"}}, 1);
    uint64_t message = pst_write_properties(
        &writer,
        (struct pst_property[]){{SUBJECT, "\1\1Hello"}, {SENDER_NAME, "Anna"}, {SENDER, "anna@exa.se"}, {0x0e04, "Bo"}},
        4);
    size_t cut = body->length / 3;
    uint64_t pieces[3] = {pst_write_data(&writer, body->data, cut), pst_write_data(&writer, body->data + cut, cut),
                          pst_write_data(&writer, body->data + 2 * cut, body->length - 2 * cut)};
    uint64_t text = pst_write_list(&writer, pieces, 3);
    struct bytes packed = {0};
    append_deflated(&packed, "to cia@exa.se", 13, 31, 6, Z_DEFAULT_STRATEGY);
    uint64_t content = pst_write_data(&writer, packed.data, packed.length);
    uint64_t file = pst_write_properties(&writer, (struct pst_property[]){{FILE_NAME, "a.gz"}}, 1);
    uint64_t inner = pst_write_children(&writer, (struct pst_written[]){{0x805f, content, 0, 0}, {0, 0, 0, 0}});
    uint64_t children = pst_write_children(
        &writer, (struct pst_written[]){{0x803f, text, 0, 0}, {0x8025, file, inner, 0}, {0, 0, 0, 0}});
    (void)pst_write_properties(&writer, (struct pst_property[]){{SUBJECT, "Gone"}, {SENDER, "dan@exa.se"}}, 2);
    pst_forget_block(&writer);
    pst_add_node(&writer, (struct pst_written){0x122, top, 0, 0x122});
    pst_add_node(&writer, (struct pst_written){0x8022, inbox, 0, 0x122});
    pst_add_node(&writer, (struct pst_written){0x200024, message, children, 0x8022});
    pst_writer_end(&writer);
    bytes_free(&packed);
    return writer;
}

static int write_place(void *context, const struct sb_sighting *sighting)
{
    bytes_format(context, "%.*s %s\n", (int)sighting->value_length, sighting->value, sighting->path);
    return 0;
}

static int write_note(void *context, uint64_t offset, const char *path, const char *reason)
{
    (void)offset;
    bytes_format(context, "%s %s\n", reason, path);
    return 0;
}

static void scan(const struct bytes *file, struct bytes *found)
{
    struct error error;
    struct sb_scanner *scanner = sb_scanner_new(&(struct sb_scan_options){0}, &error);
    assert_non_null(scanner);
    struct sb_chunk chunk = {file->data, file->length, 0, 0, file->length};
    struct sb_sink sink = {.sighting = write_place, .note = write_note, .context = found};
    sb_scan_start(scanner);
    assert_int_equal(sb_scan_chunk(scanner, NULL, &chunk, &sink), 0);
    sb_scanner_free(scanner);
}

/* A value in a text that goes over three blocks, beside a cut; a body in the middle of which a value is cut. */
static struct bytes make_body(void)
{
    struct bytes body = {0};
    append_prose(&body, 5993, 1);
    bytes_append_text(&body, " bo@exa.se ");
    append_prose(&body, 12000, 1);
    body.length = 18000;
    return body;
}

static void finds_messages(void **state)
{
    (void)state;
    static const char *const expected[] = {
        [PST_NARROW] = "anna@exa.se PST-59-Personal/Inbox/Hello 0x200024\n"
                       "bo@exa.se PST-5994-Personal/Inbox/Hello 0x200024/0x803f\n"
                       "cia@exa.se PST-0-Personal/Inbox/Hello 0x200024/a.gz 0x8025/0x805f-GZIP-3\n"
                       "dan@exa.se PST-34-deleted/0x30\n",
        [PST_WIDE] = "anna@exa.se PST-70-Personal/Inbox/Hello 0x200024\n"
                     "bo@exa.se PST-5994-Personal/Inbox/Hello 0x200024/0x803f\n"
                     "cia@exa.se PST-0-Personal/Inbox/Hello 0x200024/a.gz 0x8025/0x805f-GZIP-3\n"
                     "dan@exa.se PST-38-deleted/0x30\n",
        /* what is deleted in it is not looked for: how its blocks end is not known */
        [PST_LARGE] = "anna@exa.se PST-70-Personal/Inbox/Hello 0x200024\n"
                      "bo@exa.se PST-5994-Personal/Inbox/Hello 0x200024/0x803f\n"
                      "cia@exa.se PST-0-Personal/Inbox/Hello 0x200024/a.gz 0x8025/0x805f-GZIP-3\n",
    };
    struct bytes body = make_body();
    for (unsigned form = PST_NARROW; form <= PST_LARGE; form++)
        for (int crypt = PST_PERMUTE; crypt <= PST_CYCLIC; crypt++) {
            struct bytes found = {0};
            struct pst_writer writer = make_store((enum pst_form)form, (enum pst_crypt)crypt, &body);
            scan(&writer.file, &found);
            assert_string_equal(bytes_text(&found), expected[form]);
            struct run run = run_decoder(&sb_decoder_pst, writer.file.data, writer.file.length, 0,
                                         &(struct run_options){.view = 700});
            assert_int_equal(run.result, SB_DECODE_DONE);
            assert_non_null(memmem(run.out.data, run.out.length, body.data, body.length));
            run_free(&run);
            pst_writer_free(&writer);
            bytes_free(&found);
        }
    bytes_free(&body);
}

/* A text of so many blocks that the tree of them has two floors. */
static void finds_what_is_long(void **state)
{
    (void)state;
    enum { LENGTH = 700000 };
    for (unsigned form = PST_NARROW; form <= PST_LARGE; form++) {
        struct pst_writer writer = {.form = (enum pst_form)form, .crypt = PST_PERMUTE};
        struct bytes body = {0};
        append_prose(&body, LENGTH, 1);
        pst_writer_begin(&writer);
        uint64_t text = pst_write_long(&writer, body.data, body.length);
        pst_add_node(&writer, (struct pst_written){0x200024, text, 0, 0x200024});
        pst_writer_end(&writer);
        struct run run = run_decoder(&sb_decoder_pst, writer.file.data, writer.file.length, 0, NULL);
        assert_int_equal(run.result, SB_DECODE_DONE);
        assert_int_equal(run.out.length, body.length + 1); /* the line in front of each stream */
        assert_memory_equal(run.out.data + 1, body.data, body.length);
        run_free(&run);
        pst_writer_free(&writer);
        bytes_free(&body);
    }
}

/* Blocks that several nodes claim are handed out once; trees and lists that lead to themselves end. */
static void gives_no_more_than_there_is(void **state)
{
    (void)state;
    struct pst_writer writer = {.form = PST_WIDE, .crypt = PST_PERMUTE};
    struct bytes body = {0};
    append_prose(&body, 8000, 1);
    pst_writer_begin(&writer);
    uint64_t text = pst_write_data(&writer, body.data, body.length);
    uint64_t same[200];
    for (size_t i = 0; i < 200; i++)
        same[i] = i < 100 ? text : 4 + 4 + 2; /* the list itself */
    uint64_t list = pst_write_list(&writer, same, 200);
    uint64_t next = writer.next | 2;
    uint64_t children = pst_write_children(
        &writer, (struct pst_written[]){{0x803f, list, next, 0}, {0x805f, text, next, 0}, {0, 0, 0, 0}});
    for (uint64_t i = 1; i < 15; i++)
        pst_add_node(&writer, (struct pst_written){i << 5 | 4, list, children, i << 5 | 4});
    pst_writer_end(&writer);
    struct run run = run_decoder(&sb_decoder_pst, writer.file.data, writer.file.length, 0, NULL);
    assert_int_equal(run.result, SB_DECODE_DONE);
    assert_true(run.out.length < body.length + 100);
    assert_non_null(memmem(run.out.data, run.out.length, body.data, body.length));
    run_free(&run);
    /* Cut off: what is there is found by what leads to it, or by itself. */
    run = run_decoder(&sb_decoder_pst, writer.file.data, writer.file.length - 1024, 0, NULL);
    assert_int_equal(run.result, SB_DECODE_BROKEN);
    assert_non_null(memmem(run.out.data, run.out.length, body.data, body.length));
    run_free(&run);
    pst_writer_free(&writer);
    bytes_free(&body);
}

static void says_what_is_locked(void **state)
{
    (void)state;
    struct pst_writer writer = {.form = PST_WIDE};
    pst_writer_begin(&writer);
    pst_writer_end(&writer);
    writer.file.data[513] = 0x10;
    struct run run = run_decoder(&sb_decoder_pst, writer.file.data, writer.file.length, 0, NULL);
    assert_int_equal(run.result, SB_DECODE_ENCRYPTED);
    run_free(&run);
    pst_writer_free(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_messages),
        cmocka_unit_test(finds_what_is_long),
        cmocka_unit_test(gives_no_more_than_there_is),
        cmocka_unit_test(says_what_is_locked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
