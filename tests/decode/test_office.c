/* Office files: what stands in pieces in their parts is found whole, and nothing that stands beside it is lost. */
#include <zlib.h>

#include "harness.h"

/* A ZIP archive of one deflated member. */
static void append_archive(struct bytes *out, const char *name, const char *text)
{
    struct bytes payload = {0};
    append_deflated(&payload, text, strlen(text), -15, 6, Z_DEFAULT_STRATEGY);
    bytes_append(out, "PK\3\4\24\0\0\0\10\0\0\0\0\0", 14);
    append_le32(out, (uint32_t)crc32(0, (const Bytef *)text, (uInt)strlen(text)));
    append_le32(out, (uint32_t)payload.length);
    append_le32(out, (uint32_t)strlen(text));
    append_le16(out, (unsigned)strlen(name));
    append_le16(out, 0);
    bytes_append_text(out, name);
    bytes_append(out, payload.data, payload.length);
    bytes_append(out, "PK\1\2", 4);
    bytes_free(&payload);
}

static const struct {
    const char *name, *part, *text;
} parts[] = {
    /* runs, spelling marks, bookmarks, formatting */
    {"word/document.xml",
     "<w:p w:rsidR=\"00AB12CD\"><w:pPr><w:tabs><w:tab w:val=\"left\" w:pos=\"720\"/></w:tabs></w:pPr><w:r><w:rPr><w:b/>"
     "<w:rFonts w:ascii=\"Arial\"/></w:rPr><w:t>anna.b</w:t></w:r><w:proofErr w:type=\"spellStart\"/><w:bookmarkStart "
     "w:id=\"0\" w:name=\"_Go\"/><w:r><w:t xml:space=\"preserve\">erg@exa</w:t></w:r><w:r w:rsidRPr=\"00123456\"><w:t>"
     "-post.se</w:t></w:r></w:p><w:p><w:r><w:t>next</w:t></w:r></w:p>",
     "anna.berg@exa-post.se\nnext\n"},
    /* deleted text and instructions stand apart, instructions in several runs too */
    {"word/document.xml",
     "<w:p><w:r><w:t>anna</w:t></w:r><w:del><w:r><w:delText>bo</w:delText></w:r></w:del><w:r><w:t>@exa.se</w:t></w:r>"
     "<w:r><w:br/><w:t>second</w:t><w:tab/><w:t>cell</w:t><w:noBreakHyphen/></w:r></w:p>",
     "anna@exa.se\nbo\nsecond\tcell-\n"},
    {"word/footnotes.xml",
     "<w:p><w:r><w:t>link</w:t></w:r><w:r><w:instrText>HYPERLINK \"mailto:a</w:instrText></w:r><w:r><w:instrText>"
     "@exa.se\"</w:instrText></w:r></w:p>",
     "link\nHYPERLINK \"mailto:a@exa.se\"\n"},
    /* shared strings in runs; cells and rows */
    {"xl/sharedStrings.xml", "<si><r><t>anna@</t></r><r><rPr><b/></rPr><t>exa.se</t></r></si><si><t>bo@exa.se</t></si>",
     "anna@exa.se\nbo@exa.se\n"},
    {"xl/worksheets/sheet1.xml",
     "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>IBAN</t></is></c><c r=\"B1\"><v>12</v></c></row>",
     "\tIBAN\t\t12\t\n"},
    /* slides */
    {"ppt/slides/slide1.xml",
     "<a:p><a:r><a:rPr lang=\"en\"><a:hlinkClick tooltip=\"bo@exa.se\"/></a:rPr><a:t>anna</a:t></a:r><a:r><a:t>@exa.se"
     "</a:t></a:r><a:br/></a:p>",
     "anna@exa.se\nbo@exa.se\n"},
    /* OpenDocument */
    {"content.xml",
     "<text:p text:style-name=\"P1\">anna<text:span text:style-name=\"T1\">@exa</text:span>.se<text:s/>"
     "<text:a xlink:href=\"mailto:bo&amp;co@exa.se\">link</text:a></text:p><table:table-cell "
     "office:value=\"46840004400\">"
     "<text:p>4.7E10</text:p></table:table-cell>",
     "anna@exa.se link\nmailto:bo&co@exa.se\n\t\n46840004400\n4.7E10\n\t"},
    /* references, sections of characters, what is no reference */
    {"content.xml", "<text:p>anna&#64;exa&#x2e;se &amp; &lt;b&gt; &unknown; a&b &</text:p>",
     "anna@exa.se & <b> &unknown; a&b &\n"},
    {"content.xml", "<text:p><![CDATA[anna@exa.se]]></text:p>", "anna@exa.se]]>\n"},
    /* other tags pass, but for the names of name spaces */
    {"docProps/custom.xml", "<?xml version='1.0'?><x:iban xmlns:x=\"http://x/\" of='a&amp;\"b'>SE45</x:iban>",
     "<?xml version='1.0'?><x:iban of='a&\"b'>SE45</x:iban>"},
    {"word/_rels/document.xml.rels",
     "<Relationship Type=\"http://schemas.openxmlformats.org/x\" Target=\"http://exa.se/>\"/>",
     "<Relationship Target=\"http://exa.se/>\"/>"},
    /* what is no XML, and what breaks off */
    {"a.xml", "1 < 2 & 3 > 2", "1 < 2 & 3 > 2"},
    {"a.xml", "<w:rPr>anna@exa.se", "anna@exa.se"},
    {"a.xml", "<w:p>anna@exa.se<w:t", "anna@exa.se<w:t"},
    {"a.xml", "anna&#6", "anna&#6"},
    {"a.xml", "<>a</><//>", "<>a</><//>"},
    /* any other member is left as it is */
    {"a.txt", "<w:t>anna</w:t>&amp;", "<w:t>anna</w:t>&amp;"},
};

static void reads_parts_as_people_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct bytes data = {0};
        append_archive(&data, parts[i].name, parts[i].part);
        struct run run = run_decoder(&sb_decoder_zip, data.data, data.length, 0, NULL);
        assert_int_equal(run.result, SB_DECODE_DONE);
        assert_string_equal(bytes_text(&run.out), parts[i].text);
        run_free(&run);
        bytes_free(&data);
    }
}

/* Tags and lines longer than what is kept of them. */
static void survives_endless_parts(void **state)
{
    (void)state;
    static const char *const repeated[] = {
        "<w:p ", "<w:t>a</w:t>", "<w:hyperlink w:tooltip=\"anna@exa.se\"/>", "&amp", "<w:rPr>",
        "<",     "x=\"",         "<w:instrText>bo@exa.se</w:instrText>"};
    for (size_t i = 0; i < sizeof repeated / sizeof *repeated; i++) {
        struct bytes part = {0};
        while (part.length < 1 << 20)
            bytes_append_text(&part, repeated[i]);
        bytes_append_text(&part, "\">'><w:t>last@exa.se");
        struct bytes data = {0};
        append_archive(&data, "content.xml", bytes_text(&part));
        struct run run = run_decoder(&sb_decoder_zip, data.data, data.length, 0, NULL);
        assert_int_equal(run.result, SB_DECODE_DONE);
        assert_non_null(strstr(bytes_text(&run.out), "last@exa.se"));
        run_free(&run);
        run = run_decoder(&sb_decoder_zip, data.data, data.length, 0, &(struct run_options){.stop_at = 1});
        assert_int_equal(run.result, SB_DECODE_STOPPED);
        run_free(&run);
        bytes_free(&data);
        bytes_free(&part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_parts_as_people_do),
        cmocka_unit_test(survives_endless_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
