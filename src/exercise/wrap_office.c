/* Documents as office programs write them: OOXML (ECMA-376), OpenDocument (ISO/IEC 26300), RTF 1.9.1, and compound
 * files (MS-CFB). Texts are cut into runs, since that is what these programs do with an address typed in two strokes.
 */
#include <stdio.h>
#include <string.h>

#include "exercise/wrap_parts.h"

enum { RUN_MIN = 3, RUN_SPAN = 6 };

static bool is_text(const struct bytes *in)
{
    for (size_t i = 0; i < in->length; i++)
        if ((in->data[i] < ' ' && in->data[i] != '\n' && in->data[i] != '\r' && in->data[i] != '\t') ||
            in->data[i] >= 0x7f)
            return false;
    return true;
}

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
    append_zip(out, parts, runs ? 2 : 3, ZIP_DEFLATED);
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

/* Compound files: everything is a sector of 512 bytes, numbered behind the header. */

enum { SECTOR = 512, ENTRY = 128, CUTOFF = 4096, HEADER_FATS = 109, PER_FAT = SECTOR / 4 };
static const uint32_t free_sector = 0xffffffff, chain_end = 0xfffffffe, fat_sector = 0xfffffffd;

static void append_le(struct bytes *out, uint64_t number, unsigned size)
{
    for (; size > 0; size--, number >>= 8)
        bytes_append_char(out, (char)(number & 0xff));
}

static void append_entry(struct bytes *out, const char *name, unsigned type, uint32_t child, uint32_t sector,
                         uint64_t size)
{
    size_t begin = out->length;
    for (const char *c = name; *c != '\0'; c++)
        append_le(out, (uint8_t)*c, 2);
    while (out->length < begin + 64)
        bytes_append_char(out, 0);
    append_le(out, *name == '\0' ? 0 : 2 * (strlen(name) + 1), 2);
    append_le(out, type, 1);
    append_le(out, 1, 1); /* black */
    append_le(out, free_sector, 4);
    append_le(out, free_sector, 4);
    append_le(out, child, 4);
    for (unsigned i = 0; i < 36; i++)
        bytes_append_char(out, 0);
    append_le(out, sector, 4);
    append_le(out, size, 8);
}

static void append_header(struct bytes *out, uint32_t fats)
{
    bytes_append(out, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
    for (unsigned i = 0; i < 16; i++)
        bytes_append_char(out, 0);
    append_le(out, 0x3e, 2);
    append_le(out, 3, 2);
    append_le(out, 0xfffe, 2);
    append_le(out, 9, 2);
    append_le(out, 6, 2);
    append_le(out, 0, 6 + 4);
    append_le(out, fats, 4);
    append_le(out, fats, 4); /* the directory is the sector behind the table */
    append_le(out, 0, 4);
    append_le(out, CUTOFF, 4);
    append_le(out, chain_end, 4);
    append_le(out, 0, 4);
    append_le(out, chain_end, 4);
    append_le(out, 0, 4);
    for (uint32_t i = 0; i < HEADER_FATS; i++)
        append_le(out, i < fats ? i : free_sector, 4);
}

/* Which sector of the stream stands at place `i`: two and two in the wrong order. */
static uint32_t scattered(uint32_t i, uint32_t count)
{
    return (i ^ 1) < count ? i ^ 1 : i;
}

void wrap_ole(struct bytes *out, const struct bytes *in, struct random *random)
{
    (void)random;
    uint32_t sectors = (uint32_t)((in->length + SECTOR - 1) / SECTOR);
    if (in->length < CUTOFF) /* a shorter stream would be one of small sectors */
        sectors = CUTOFF / SECTOR;
    uint32_t fats = 1;
    while ((uint64_t)fats * PER_FAT < (uint64_t)fats + 1 + sectors)
        fats++;
    if (fats > HEADER_FATS) {
        out->failed = true;
        return;
    }
    uint32_t first = fats + 1;
    append_header(out, fats);
    for (uint32_t i = 0; i < fats * PER_FAT; i++) {
        uint32_t next = free_sector;
        if (i < fats) {
            next = fat_sector;
        } else if (i == fats) {
            next = chain_end;
        } else if (i - first < sectors) {
            uint32_t part = scattered(i - first, sectors);
            next = part + 1 == sectors ? chain_end : first + scattered(part + 1, sectors);
        }
        append_le(out, next, 4);
    }
    append_entry(out, "Root Entry", 5, 1, chain_end, 0);
    append_entry(out, "Contents", 2, free_sector, first + scattered(0, sectors), (uint64_t)sectors * SECTOR);
    append_entry(out, "", 0, free_sector, 0, 0);
    append_entry(out, "", 0, free_sector, 0, 0);
    for (uint32_t i = 0; i < sectors; i++) {
        size_t at = (size_t)scattered(i, sectors) * SECTOR;
        size_t length = at >= in->length ? 0 : in->length - at < SECTOR ? in->length - at : SECTOR;
        bytes_append(out, length == 0 ? in->data : in->data + at, length);
        for (size_t pad = length; pad < SECTOR; pad++) /* not zeros, of which file systems make holes */
            bytes_append_char(out, (char)0xff);
    }
}
