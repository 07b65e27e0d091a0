/* Predictors of FlateDecode (ISO 32000-1, 7.4.4.4): PNG's filters (PNG specification, clause 9), one number in front of
 * each row, and TIFF's difference to the left neighbour. Needed since object streams and cross-reference streams that
 * went through one are not readable before it is undone. */
#include <stdlib.h>
#include <string.h>

#include "decode/input.h"
#include "decode/pdf.h"

enum { ROW_MAX = DECODE_PIECE };

static int write_through(struct sb_output *output, const uint8_t *data, size_t length);
static int write_rows(struct sb_output *output, const uint8_t *data, size_t length);

int unpredicting_begin(struct unpredicting *stage, const struct predictor *predictor, struct sb_output *next)
{
    *stage = (struct unpredicting){.output.write = write_through, .next = next, .predictor = *predictor};
    if (predictor->kind == PREDICTOR_NONE)
        return 0;
    size_t pixel_bits = (size_t)predictor->colors * predictor->bits;
    stage->pixel = (pixel_bits + 7) / 8;
    stage->row = (pixel_bits * predictor->columns + 7) / 8;
    if (stage->row > ROW_MAX)
        return 0;
    stage->output.write = write_rows;
    stage->current = calloc(1, stage->row);
    stage->above = calloc(1, stage->row);
    stage->done = malloc(DECODE_PIECE);
    return stage->current == NULL || stage->above == NULL || stage->done == NULL ? -1 : 0;
}

void unpredicting_free(struct unpredicting *stage)
{
    free(stage->current);
    free(stage->above);
    free(stage->done);
    stage->current = stage->above = stage->done = NULL;
}

static int write_through(struct sb_output *output, const uint8_t *data, size_t length)
{
    struct unpredicting *stage = (struct unpredicting *)output;
    return stage->next->write(stage->next, data, length);
}

static uint8_t paeth(uint8_t left, uint8_t above, uint8_t above_left)
{
    int to_left = abs(above - above_left);
    int to_above = abs(left - above_left);
    int to_above_left = abs(left + above - 2 * above_left);
    if (to_left <= to_above && to_left <= to_above_left)
        return left;
    return to_above <= to_above_left ? above : above_left;
}

static void undo_png(struct unpredicting *stage, size_t length)
{
    enum { SUB = 1, UP = 2, AVERAGE = 3, PAETH = 4 };
    uint8_t *current = stage->current;
    const uint8_t *above = stage->above;
    for (size_t i = 0; i < length; i++) {
        uint8_t left = i >= stage->pixel ? current[i - stage->pixel] : 0;
        uint8_t above_left = i >= stage->pixel ? above[i - stage->pixel] : 0;
        switch (stage->filter) {
        case SUB:
            current[i] = (uint8_t)(current[i] + left);
            break;
        case UP:
            current[i] = (uint8_t)(current[i] + above[i]);
            break;
        case AVERAGE:
            current[i] = (uint8_t)(current[i] + (left + above[i]) / 2);
            break;
        case PAETH:
            current[i] = (uint8_t)(current[i] + paeth(left, above[i], above_left));
            break;
        default: /* none, or one that PNG does not define: the row stays */
            return;
        }
    }
}

/* Components of 8 and 16 bits; smaller ones, which only pictures have, stay. */
static void undo_tiff(struct unpredicting *stage, size_t length)
{
    uint8_t *row = stage->current;
    if (stage->predictor.bits == 8) {
        for (size_t i = stage->pixel; i < length; i++)
            row[i] = (uint8_t)(row[i] + row[i - stage->pixel]);
    } else if (stage->predictor.bits == 16) {
        for (size_t i = stage->pixel; i + 1 < length; i += 2) {
            unsigned left = (unsigned)row[i - stage->pixel] << 8 | row[i - stage->pixel + 1];
            unsigned sum = left + ((unsigned)row[i] << 8 | row[i + 1]);
            row[i] = (uint8_t)(sum >> 8);
            row[i + 1] = (uint8_t)sum;
        }
    }
}

static int hand_out_rows(struct unpredicting *stage)
{
    size_t length = stage->done_length;
    stage->done_length = 0;
    return length > 0 ? stage->next->write(stage->next, stage->done, length) : 0;
}

/* Rows are short; they are gathered into pieces. */
static int finish_row(struct unpredicting *stage)
{
    size_t length = stage->position;
    if (stage->predictor.kind == PREDICTOR_PNG)
        undo_png(stage, length);
    else
        undo_tiff(stage, length);
    int stop = stage->done_length + length > DECODE_PIECE ? hand_out_rows(stage) : 0;
    memcpy(stage->done + stage->done_length, stage->current, length);
    stage->done_length += length;
    uint8_t *above = stage->above;
    stage->above = stage->current;
    stage->current = above;
    stage->position = 0;
    stage->filter_read = false;
    return stop;
}

static int write_rows(struct sb_output *output, const uint8_t *data, size_t length)
{
    struct unpredicting *stage = (struct unpredicting *)output;
    size_t at = 0;
    while (at < length) {
        if (stage->predictor.kind == PREDICTOR_PNG && !stage->filter_read) {
            stage->filter = data[at++];
            stage->filter_read = true;
            continue;
        }
        size_t piece = stage->row - stage->position;
        if (piece > length - at)
            piece = length - at;
        memcpy(stage->current + stage->position, data + at, piece);
        stage->position += piece;
        at += piece;
        int stop = stage->position == stage->row ? finish_row(stage) : 0;
        if (stop != 0)
            return stop;
    }
    return 0;
}

int unpredicting_end(struct unpredicting *stage)
{
    int stop = stage->position > 0 ? finish_row(stage) : 0;
    return stop != 0 ? stop : hand_out_rows(stage);
}
