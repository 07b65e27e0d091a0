/* Addresses of XMPP (RFC 7622; RFC 5122 for the URI): written like mail addresses, so that a scheme or a word must say
 * what they are. The resource behind a slash is left out. */
#include "scan/recognise.h"

bool verify_xmpp(const struct text *text, size_t at, struct match *match)
{
    enum { WORD_REACH = 20 };
    size_t begin = match->begin;
    match->end = at + 1;
    /* The word must speak of this address: not of one before it, nor from the line above. */
    size_t reach = 0;
    while (reach < WORD_REACH && reach < begin) {
        uint8_t byte = text->data[begin - reach - 1];
        if (byte == '@' || byte == '\n' || byte == ',' || byte == ';' || byte == FILL)
            break;
        reach++;
    }
    return has_word_before(text, begin, reach, " xmpp jabber jid ") && !follows_word(text, begin, " email mail ") &&
           verify_email(text, at, match);
}
