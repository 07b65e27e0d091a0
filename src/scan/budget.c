/* What decoders may cost in a unit of work: bytes they hand out, and bytes they look at. A container that lies in the
 * unit's own bytes (an outermost one, with all that lies in it) gets so many for each byte that its decoder left behind:
 * what honest files need. Only what goes beyond is taken from what the unit has in common, of which no container may
 * take more than half of what is left. So a bomb costs itself, and what comes behind it is decoded nevertheless.
 *
 * Containers may overlap (headers that send one decoder after the other through the same bytes), so what they get for
 * their bytes is bounded by the place as well: never more in all than EACH for every byte of the unit up to there. While
 * a container runs, it gets OWN for its bytes, which is less: the rest is left for the one that begins behind it.
 *
 * All depends on the unit's bytes alone, not on time or on who else works; the sums are those of bytes in memory or on
 * a disk, times a small number, and do not overflow. */
#include "scan/engine.h"

enum { OUTPUT_EACH = 48, OUTPUT_OWN = 32, INPUT_EACH = 16, INPUT_OWN = 12 };

/* What a container gets before its decoder left anything behind. */
enum { BEGINNING = 1024 };

/* Bytes looked at that every decoded byte allows, since decoders look at what others handed out. Real files need two or
 * three; headers made to send every decoder through the same bytes again and again would need millions. */
enum { INPUT_FOR_DECODED = 4 };

enum { INPUT_COMMON = 256 << 20 };

/* Of a container that may take less than this from what is common, the bytes that its decoder left behind are counted
 * closely: it gets small views. */
enum { RICH = 4 << 20, POOR_VIEW = 64 };

static uint64_t least(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

static uint64_t above(uint64_t left, uint64_t right)
{
    return left > right ? left - right : 0;
}

void budget_start(struct sb_scanner *scanner)
{
    scanner->output = (struct budget){.common = scanner->options.output_bytes, .each = OUTPUT_EACH, .own = OUTPUT_OWN};
    scanner->input = (struct budget){.common = INPUT_COMMON, .each = INPUT_EACH, .own = INPUT_OWN};
    scanner->share = (struct share){0};
}

static uint64_t guaranteed(const struct budget *budget, const struct share *share)
{
    uint64_t own = budget->own * share->passed;
    return least(BEGINNING + own, above(budget->each * share->place + own, budget->pledged));
}

void budget_open(struct sb_scanner *scanner, uint64_t place)
{
    scanner->share = (struct share){
        .place = place,
        .output_most = scanner->output.common / 2,
        .input_most = scanner->input.common / 2,
    };
    scanner->share.poor = scanner->share.output_most < RICH || scanner->share.input_most < RICH;
}

uint64_t budget_output_left(const struct sb_scanner *scanner)
{
    const struct share *share = &scanner->share;
    return above(share->output_most + guaranteed(&scanner->output, share), share->output);
}

static uint64_t own_input(const struct share *share)
{
    return above(share->input, INPUT_FOR_DECODED * share->output);
}

bool budget_input_spent(const struct sb_scanner *scanner)
{
    const struct share *share = &scanner->share;
    return own_input(share) >= share->input_most + guaranteed(&scanner->input, share);
}

size_t budget_view(const struct sb_scanner *scanner)
{
    const struct share *share = &scanner->share;
    if (!share->poor || share->passed >= VIEW_PIECE)
        return VIEW_PIECE;
    return share->passed > POOR_VIEW ? (size_t)share->passed : POOR_VIEW;
}

/* What is common pays for what goes beyond the guarantee; what even that cannot pay stays a debt. */
static void settle(struct budget *budget, const struct share *share, uint64_t used)
{
    uint64_t beyond = least(above(used, guaranteed(budget, share)), budget->common);
    budget->common -= beyond;
    budget->pledged += used - beyond;
}

void budget_close(struct sb_scanner *scanner, uint64_t consumed)
{
    struct share *share = &scanner->share;
    share->passed = consumed > share->passed ? consumed : share->passed;
    settle(&scanner->output, share, share->output);
    settle(&scanner->input, share, own_input(share));
}
