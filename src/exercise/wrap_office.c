/* Documents as office programs write them: OOXML (ECMA-376), OpenDocument (ISO/IEC 26300), RTF 1.9.1. Texts are cut
 * into runs, since that is what these programs do with an address typed in two strokes. */
#include <stdio.h>
#include <string.h>

#include "exercise/wrap_parts.h"

enum { RUN_MIN = 3, RUN_SPAN = 6 };

struct notation {
    const char *line, *line_end; /* around a line */
    const char *run, *run_end;   /* around a run, one after the other */
    const char *between;         /* every other run: a mark that shows nothing */
    void (*character)(struct bytes *out, uint8_t character);
};

static void write_xml_character(struct bytes *out, uint8_t c)
{
    if (c == '&' || c == '<' || c == '>')
        bytes_append_text(out, c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;");
    else
        bytes_append_char(out, (char)c);
}

/* Some characters as \'hh, some as \uN with a question mark for old programs. */
static void write_rtf_character(struct bytes *out, uint8_t c)
{
    if (c == '\\' || c == '{' || c == '}')
        bytes_append_char(out, '\\');
    if (c == '@')
        bytes_append_text(out, "\\'40");
    else if (c == ':')
        bytes_append_text(out, "\\u58?");
    else
        bytes_append_char(out, (char)c);
}

static void write_runs(struct bytes *out, const struct bytes *in, struct random *random,
                       const struct notation *notation)
{
    for (size_t i = 0; i < in->length;) {
        bytes_append_text(out, notation->line);
        bool other = false;
        for (; i < in->length && in->data[i] != '\n'; other = !other) {
            bytes_append_text(out, other ? notation->between : "");
            bytes_append_text(out, notation->run);
            for (unsigned left = RUN_MIN + random_below(random, RUN_SPAN);
                 left > 0 && i < in->length && in->data[i] != '\n'; left--, i++)
                if (in->data[i] != '\r')
                    notation->character(out, in->data[i]);
            bytes_append_text(out, notation->run_end);
        }
        bytes_append_text(out, notation->line_end);
        i++;
    }
}

static const struct notation word = {
    "<w:p w:rsidR=\"00A41B52\"><w:pPr><w:tabs><w:tab w:val=\"left\" w:pos=\"720\"/></w:tabs></w:pPr>",
    "</w:p>",
    "<w:r w:rsidRPr=\"00C81D20\"><w:rPr><w:lang w:val=\"en-GB\"/></w:rPr><w:t xml:space=\"preserve\">",
    "</w:t></w:r>",
    "<w:proofErr w:type=\"spellStart\"/><w:bookmarkStart w:id=\"0\" w:name=\"_GoBack\"/><w:bookmarkEnd w:id=\"0\"/>",
    write_xml_character};
static const struct notation sheet = {"<si>",     "</si>", "<r><t xml:space=\"preserve\">",
                                      "</t></r>", "",      write_xml_character};
static const struct notation slide = {"<a:p><a:pPr marL=\"0\" indent=\"0\"/>",
                                      "</a:p>",
                                      "<a:r><a:rPr lang=\"en-GB\" dirty=\"0\"/><a:t>",
                                      "</a:t></a:r>",
                                      "",
                                      write_xml_character};
static const struct notation writer = {"<text:p text:style-name=\"P1\">",    "</text:p>",
                                       "<text:span text:style-name=\"T1\">", "</text:span>",
                                       "<text:bookmark text:name=\"b\"/>",   write_xml_character};
static const struct notation rich = {
    "\\pard\\plain ", "\\par\r\n", "{\\f0\\fs24 ", "}", "{\\*\\bkmkstart b}{\\*\\bkmkend b}", write_rtf_character};

struct office {
    const char *part, *first, *last; /* the part with the text, and what stands around it */
    const char *embedded;            /* where anything else goes */
    const struct notation *notation;
};

static void wrap_office(struct bytes *out, const struct bytes *in, struct random *random, const struct office *office)
{
    struct bytes types = {0};
    struct bytes text = {0};
    bool runs = is_text(in);
    bytes_append_text(&types,
                      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Types xmlns=\"http://schemas.openxmlformats.org"
                      "/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                      "</Types>");
    bytes_append_text(&text, office->first);
    if (runs)
        write_runs(&text, in, random, office->notation);
    bytes_append_text(&text, office->last);
    struct zip_part parts[3] = {{"[Content_Types].xml", &types}, {"", &text}, {"", in}};
    (void)snprintf(parts[1].name, sizeof parts[1].name, "%s", office->part);
    (void)snprintf(parts[2].name, sizeof parts[2].name, "%s", office->embedded);
    append_zip(out, parts, runs ? 2 : 3);
    out->failed |= types.failed | text.failed;
    bytes_free(&types);
    bytes_free(&text);
}

void wrap_docx(struct bytes *out, const struct bytes *in, struct random *random)
{
    wrap_office(out, in, random,
                &(struct office){"word/document.xml",
                                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"http://schemas."
                                 "openxmlformats.org/wordprocessingml/2006/main\"><w:body>",
                                 "</w:body></w:document>", "word/embeddings/object1.bin", &word});
}

void wrap_xlsx(struct bytes *out, const struct bytes *in, struct random *random)
{
    wrap_office(out, in, random,
                &(struct office){"xl/sharedStrings.xml",
                                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?><sst xmlns=\"http://schemas."
                                 "openxmlformats.org/spreadsheetml/2006/main\">",
                                 "</sst>", "xl/embeddings/object1.bin", &sheet});
}

void wrap_pptx(struct bytes *out, const struct bytes *in, struct random *random)
{
    wrap_office(
        out, in, random,
        &(struct office){"ppt/slides/slide1.xml",
                         "<?xml version=\"1.0\" encoding=\"UTF-8\"?><p:sld xmlns:a=\"http://schemas.openxmlformats"
                         ".org/drawingml/2006/main\" xmlns:p=\"http://schemas.openxmlformats.org/presentationml/"
                         "2006/main\"><p:cSld><p:spTree><p:sp><p:txBody><a:bodyPr/>",
                         "</p:txBody></p:sp></p:spTree></p:cSld></p:sld>", "ppt/embeddings/object1.bin", &slide});
}

void wrap_odt(struct bytes *out, const struct bytes *in, struct random *random)
{
    wrap_office(
        out, in, random,
        &(struct office){"content.xml",
                         "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content xmlns:office=\"urn:"
                         "oasis:names:tc:opendocument:xmlns:office:1.0\"><office:body><office:text>",
                         "</office:text></office:body></office:document-content>", "Object 1", &writer});
}

void wrap_rtf(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { LINE = 64 };
    bytes_append_text(out, "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fswiss Arial;}}\\uc1\r\n");
    if (is_text(in)) {
        write_runs(out, in, random, &rich);
    } else {
        bytes_append_text(out, "{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata ");
        for (size_t i = 0; i < in->length; i++)
            bytes_format(out, i % LINE == LINE - 1 ? "%02x\r\n" : "%02x", in->data[i]);
        bytes_append_text(out, "}}");
    }
    bytes_append_text(out, "}\r\n");
}
