/* How fast each decoder is: bytes handed out per second, on containers of the size most disks hold and on long ones,
 * and how fast a sniff denies. Run with `meson test -C build --benchmark`. */
#include <stdio.h>
#include <time.h>
#include <zlib.h>

#include "harness.h"

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct view_input {
    struct sb_input input;
    const uint8_t *data;
    size_t length;
};

static const uint8_t *view(struct sb_input *input, uint64_t offset, size_t *available)
{
    struct view_input *bench = (struct view_input *)input;
    *available = offset < bench->length ? bench->length - (size_t)offset : 0;
    return *available > 0 ? bench->data + offset : NULL;
}

struct count_output {
    struct sb_output output;
    uint64_t length;
};

static int count(struct sb_output *output, const uint8_t *data, size_t length)
{
    (void)data;
    ((struct count_output *)output)->length += length;
    return 0;
}

static void measure(const char *what, const struct sb_decoder *decoder, const struct bytes *data, size_t at)
{
    double best = 0;
    for (int round = 0; round < 5; round++) {
        double begin = seconds();
        struct count_output output = {{count}, 0};
        size_t runs = 0;
        do {
            struct sb_container container;
            struct view_input input = {{view}, data->data + at, data->length - at};
            uint64_t consumed;
            if (!decoder->sniff(data->data, data->length, at, &container) ||
                decoder->decode(&container, &input.input, &output.output, &consumed) != SB_DECODE_DONE)
                abort();
            runs++;
        } while (seconds() - begin < 0.2);
        double speed = (double)output.length / (seconds() - begin) / 1e6;
        if (speed > best)
            best = speed;
        if (round == 4)
            printf("%-8s %-34s %8.0f MB/s out, %9.2f us each\n", decoder->name, what, best,
                   (double)output.length / (double)runs / best);
    }
}

static void measure_denials(const char *what, const struct sb_decoder *decoder, const struct bytes *data)
{
    double begin = seconds();
    size_t sniffs = 0;
    size_t found = 0;
    do {
        for (size_t at = 0; at < data->length; at += 64, sniffs++) {
            struct sb_container container;
            found += decoder->sniff(data->data, data->length, at, &container);
        }
    } while (seconds() - begin < 0.2);
    printf("%-8s sniff: %-27s %8.1f ns each, %zu found\n", decoder->name, what,
           (seconds() - begin) / (double)sniffs * 1e9, found);
}

static void append_member(struct bytes *out, const struct bytes *plain)
{
    bytes_append(out, "PK\3\4\24\0\0\0\10\0\0\0\0\0", 14);
    append_le32(out, (uint32_t)crc32(0, plain->data, (uInt)plain->length));
    append_le32(out, 0);
    append_le32(out, (uint32_t)plain->length);
    append_le32(out, 1);
    bytes_append_char(out, 'a');
    append_deflated(out, plain->data, plain->length, -15, 6, Z_DEFAULT_STRATEGY);
    bytes_append(out, "PK\1\2", 4);
}

static size_t append_stream(struct bytes *out, const struct bytes *plain)
{
    bytes_append_text(out, "1 0 obj <</Filter/FlateDecode>>\n");
    size_t at = out->length;
    bytes_append_text(out, "stream\n");
    append_deflated(out, plain->data, plain->length, 15, 6, Z_DEFAULT_STRATEGY);
    bytes_append_text(out, "\nendstream");
    return at;
}

int main(void)
{
    static const struct {
        const char *what;
        size_t length;
    } sizes[] = {
        {"200 bytes", 200}, {"20 KB of prose", 20000}, {"200 KB of prose", 200000}, {"20 MB of prose", 20000000}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct bytes plain = {0};
        append_prose(&plain, sizes[i].length, 1);
        struct bytes gzip = {0};
        append_deflated(&gzip, plain.data, plain.length, 31, 6, Z_DEFAULT_STRATEGY);
        measure(sizes[i].what, &sb_decoder_gzip, &gzip, 0);
        struct bytes zip = {0};
        append_member(&zip, &plain);
        measure(sizes[i].what, &sb_decoder_zip, &zip, 0);
        struct bytes pdf = {0};
        size_t at = append_stream(&pdf, &plain);
        measure(sizes[i].what, &sb_decoder_pdf, &pdf, at);
        struct bytes page = {0};
        for (size_t k = 0; page.length < plain.length; k += 40)
            bytes_format(&page, "1 0 0 1 72 %zu Tm [(%.12s)-20(%.20s)]TJ\n", k, plain.data + k % (plain.length - 40),
                         plain.data + k % (plain.length - 40) + 12);
        struct bytes text = {0};
        at = append_stream(&text, &page);
        measure("  the same, shown as text", &sb_decoder_pdf, &text, at);
        struct bytes base64 = {0};
        static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        struct bytes noise = {0};
        append_noise(&noise, plain.length, 5);
        for (size_t k = 0; k < noise.length; k++) {
            bytes_append_char(&base64, alphabet[noise.data[k] & 63]);
            if (k % 76 == 75)
                bytes_append_text(&base64, "\r\n");
        }
        measure(sizes[i].what, &sb_decoder_base64, &base64, 0);
        bytes_free(&noise);
        bytes_free(&base64);
        bytes_free(&text);
        bytes_free(&page);
        bytes_free(&pdf);
        bytes_free(&zip);
        bytes_free(&gzip);
        bytes_free(&plain);
    }
    struct bytes words = {0};
    for (size_t i = 0; i < 1000; i++)
        bytes_append(&words, " com/sun/org/apache/xerces/internal/impl/XMLEntityManager//////", 64);
    words.data[0] = 'x';
    measure_denials("a path", &sb_decoder_base64, &words);
    struct bytes headers = {0};
    for (size_t i = 0; i < 1000; i++) {
        bytes_append(&headers, "\x1f\x8b\x08\0\0\0\0\0\0\3", 10);
        append_noise(&headers, 54, (unsigned)i);
    }
    measure_denials("a header in front of noise", &sb_decoder_gzip, &headers);
    bytes_free(&headers);
    bytes_free(&words);
    return 0;
}
