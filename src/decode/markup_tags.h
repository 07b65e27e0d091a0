/* What becomes of the elements of office files. Private to decode. */
#ifndef DECODE_MARKUP_TAGS_H
#define DECODE_MARKUP_TAGS_H

#include <stddef.h>

enum markup_action {
    MARKUP_PASS,   /* passes as it is: not an element of running text */
    MARKUP_VANISH, /* cuts a text without meaning to */
    MARKUP_HIDE,   /* the same with all tags within it: formatting */
    MARKUP_ASIDE,  /* its text is not the text around it: a field's instruction, deleted text */
    MARKUP_LINE,
    MARKUP_TAB,
    MARKUP_SPACE,
    MARKUP_HYPHEN,
};

/* By the element's name without its prefix. */
enum markup_action markup_action(const char *name, size_t length);

#endif
