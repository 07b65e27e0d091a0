/* The elements of running text in WordprocessingML, SpreadsheetML and DrawingML (ECMA-376 part 1), in OpenDocument
 * (ISO/IEC 26300, part 1, chapters 5, 6 and 9) and in XHTML. Prefixes differ from one program to another, so names go
 * without. */
#include "decode/markup_tags.h"

#include <string.h>

static const struct {
    const char *name;
    enum markup_action action;
} rows[] = {
    /* runs and what stands between them */
    {"r", MARKUP_VANISH},
    {"t", MARKUP_VANISH},
    {"v", MARKUP_VANISH},
    {"is", MARKUP_VANISH},
    {"span", MARKUP_VANISH},
    {"a", MARKUP_VANISH},
    {"hyperlink", MARKUP_VANISH},
    {"proofErr", MARKUP_VANISH},
    {"bookmarkStart", MARKUP_VANISH},
    {"bookmarkEnd", MARKUP_VANISH},
    {"bookmark", MARKUP_VANISH},
    {"bookmark-start", MARKUP_VANISH},
    {"bookmark-end", MARKUP_VANISH},
    {"reference-mark", MARKUP_VANISH},
    {"reference-mark-start", MARKUP_VANISH},
    {"reference-mark-end", MARKUP_VANISH},
    {"lastRenderedPageBreak", MARKUP_VANISH},
    {"soft-page-break", MARKUP_VANISH},
    {"softHyphen", MARKUP_VANISH},
    {"smartTag", MARKUP_VANISH},
    {"ins", MARKUP_VANISH},
    {"del", MARKUP_VANISH},
    {"moveTo", MARKUP_VANISH},
    {"change", MARKUP_VANISH},
    {"change-start", MARKUP_VANISH},
    {"change-end", MARKUP_VANISH},
    {"sdt", MARKUP_VANISH},
    {"sdtContent", MARKUP_VANISH},
    {"fldSimple", MARKUP_VANISH},
    {"fldChar", MARKUP_VANISH},
    {"fld", MARKUP_VANISH},
    {"permStart", MARKUP_VANISH},
    {"permEnd", MARKUP_VANISH},
    {"commentRangeStart", MARKUP_VANISH},
    {"commentRangeEnd", MARKUP_VANISH},
    {"commentReference", MARKUP_VANISH},
    {"bdo", MARKUP_VANISH},
    {"b", MARKUP_VANISH},
    {"i", MARKUP_VANISH},
    {"u", MARKUP_VANISH},
    {"em", MARKUP_VANISH},
    {"strong", MARKUP_VANISH},
    {"font", MARKUP_VANISH},
    {"tt", MARKUP_VANISH},
    {"code", MARKUP_VANISH},
    {"small", MARKUP_VANISH},
    {"mark", MARKUP_VANISH},
    {"wbr", MARKUP_VANISH},
    /* formatting */
    {"rPr", MARKUP_HIDE},
    {"pPr", MARKUP_HIDE},
    {"tcPr", MARKUP_HIDE},
    {"trPr", MARKUP_HIDE},
    {"tblPr", MARKUP_HIDE},
    {"tblGrid", MARKUP_HIDE},
    {"sdtPr", MARKUP_HIDE},
    {"sdtEndPr", MARKUP_HIDE},
    {"smartTagPr", MARKUP_HIDE},
    {"endParaRPr", MARKUP_HIDE},
    /* text that stands apart */
    {"delText", MARKUP_ASIDE},
    {"instrText", MARKUP_ASIDE},
    {"delInstrText", MARKUP_ASIDE},
    {"rPh", MARKUP_ASIDE},
    /* lines and cells */
    {"p", MARKUP_LINE},
    {"h", MARKUP_LINE},
    {"br", MARKUP_LINE},
    {"cr", MARKUP_LINE},
    {"line-break", MARKUP_LINE},
    {"tr", MARKUP_LINE},
    {"row", MARKUP_LINE},
    {"table-row", MARKUP_LINE},
    {"si", MARKUP_LINE},
    {"list-item", MARKUP_LINE},
    {"tc", MARKUP_TAB},
    {"c", MARKUP_TAB},
    {"f", MARKUP_TAB},
    {"tab", MARKUP_TAB},
    {"table-cell", MARKUP_TAB},
    {"covered-table-cell", MARKUP_TAB},
    {"s", MARKUP_SPACE},
    {"noBreakHyphen", MARKUP_HYPHEN},
};

enum markup_action markup_action(const char *name, size_t length)
{
    if (length == 0)
        return MARKUP_PASS;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].name[0] == name[0] && strlen(rows[i].name) == length && memcmp(rows[i].name, name, length) == 0)
            return rows[i].action;
    return MARKUP_PASS;
}
