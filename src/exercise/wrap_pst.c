/* Mail stores of Outlook with one message: text is its body, anything else its attachment. What fits into one block is
 * deleted in some. */
#include <string.h>

#include "exercise/pst_writer.h"
#include "exercise/value.h"
#include "exercise/wrap_parts.h"

enum { DISPLAY_NAME = 0x3001, SUBJECT = 0x0037, FILE_NAME = 0x3707 };
enum { TOP = 0x122, INBOX = 0x8022, MESSAGE = 0x200024, BODY = 0x803f, ATTACHMENT = 0x8025, CONTENT = 0x805f };

static uint64_t write_name(struct pst_writer *writer, uint16_t tag, const char *name)
{
    return pst_write_properties(writer, &(struct pst_property){tag, name}, 1);
}

/* What belongs to the message: its body, or its attachment. */
static uint64_t write_parts(struct pst_writer *writer, const struct bytes *in, const char *name)
{
    uint64_t content = pst_write_long(writer, in->data, in->length);
    if (is_text(in))
        return pst_write_children(writer, (struct pst_written[]){{.number = BODY, .data = content}, {0}});
    uint64_t inner = pst_write_children(writer, (struct pst_written[]){{.number = CONTENT, .data = content}, {0}});
    uint64_t file = write_name(writer, FILE_NAME, name);
    return pst_write_children(writer,
                              (struct pst_written[]){{.number = ATTACHMENT, .data = file, .children = inner}, {0}});
}

static void write_store(struct bytes *out, const struct bytes *in, struct random *random, enum pst_form form,
                        bool deleted)
{
    struct pst_writer writer = {.form = form, .crypt = random_below(random, 2) == 0 ? PST_PERMUTE : PST_CYCLIC};
    char name[16];
    make_word(random, name);
    pst_writer_begin(&writer);
    uint64_t top = write_name(&writer, DISPLAY_NAME, "Outlook Data File");
    uint64_t inbox = write_name(&writer, DISPLAY_NAME, "Inbox");
    uint64_t message = write_name(&writer, SUBJECT, name);
    uint64_t parts = 0;
    if (deleted) {
        (void)pst_write_data(&writer, in->data, in->length);
        pst_forget_block(&writer);
    } else {
        parts = write_parts(&writer, in, name);
    }
    pst_add_node(&writer, (struct pst_written){.number = TOP, .data = top, .parent = TOP});
    pst_add_node(&writer, (struct pst_written){.number = INBOX, .data = inbox, .parent = TOP});
    pst_add_node(&writer, (struct pst_written){MESSAGE, message, parts, INBOX});
    pst_writer_end(&writer);
    bytes_append(out, writer.file.data, writer.file.length);
    out->failed |= writer.file.failed;
    pst_writer_free(&writer);
}

void wrap_pst(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum pst_form form = random_below(random, 3) == 0 ? PST_NARROW : PST_WIDE;
    write_store(out, in, random, form, in->length <= PST_DATA_MAX && random_below(random, 3) == 0);
}

void wrap_ost(struct bytes *out, const struct bytes *in, struct random *random)
{
    write_store(out, in, random, PST_LARGE, false);
}
