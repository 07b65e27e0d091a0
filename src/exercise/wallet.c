/* Base58check (Bitcoin's and Ripple's alphabets), Monero's base58, bech32 and cashaddr, written and read. */
#include "exercise/wallet.h"

#include <string.h>

#include "base/digest.h"
#include "exercise/keccak.h"

enum { BYTES_MAX = 90, CHECK = 4 };

static const char bitcoin58[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
static const char ripple58[] = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";
static const char base32[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/* ---- base58 ---- */

/* Writes `number` (which is used up) with at least `width` digits, or with one for each leading zero byte. */
static void write_base58(uint8_t *number, size_t size, const char *digits, size_t width, char *out)
{
    char reversed[VALUE_MAX];
    size_t length = 0, zeros = 0;
    while (zeros < size && number[zeros] == 0)
        zeros++;
    for (size_t begin = zeros; begin < size;) {
        unsigned remainder = 0;
        for (size_t i = begin; i < size; i++) {
            unsigned digit = remainder << 8 | number[i];
            number[i] = (uint8_t)(digit / 58);
            remainder = digit % 58;
        }
        reversed[length++] = digits[remainder];
        while (begin < size && number[begin] == 0)
            begin++;
    }
    if (width > 0)
        zeros = width - length;
    for (; zeros > 0; zeros--)
        reversed[length++] = digits[0];
    for (size_t i = 0; i < length; i++)
        out[i] = reversed[length - 1 - i];
    out[length] = '\0';
}

/* Reads `length` digits into `size` bytes; false if they are no digits or too large. */
static bool read_base58(const char *text, size_t length, const char *digits, uint8_t *number, size_t size)
{
    memset(number, 0, size);
    for (size_t k = 0; k < length; k++) {
        const char *digit = strchr(digits, text[k]);
        if (digit == NULL)
            return false;
        unsigned carry = (unsigned)(digit - digits);
        for (size_t i = size; i-- > 0;) {
            carry += number[i] * 58u;
            number[i] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry != 0)
            return false;
    }
    return true;
}

static void double_sha256(const uint8_t *data, size_t length, uint8_t out[SHA256_SIZE])
{
    uint8_t once[SHA256_SIZE];
    digest_sha256(data, length, once);
    digest_sha256(once, sizeof once, out);
}

/* `size` bytes of version and payload; room for the checksum behind them. */
static void write_base58check(uint8_t *data, size_t size, const char *digits, char out[VALUE_MAX])
{
    uint8_t check[SHA256_SIZE];
    double_sha256(data, size, check);
    memcpy(data + size, check, CHECK);
    write_base58(data, size + CHECK, digits, 0, out);
}

static bool base58check_holds(const char *text, size_t size, const char *digits)
{
    uint8_t data[BYTES_MAX], check[SHA256_SIZE];
    if (!read_base58(text, strlen(text), digits, data, size + CHECK))
        return false;
    double_sha256(data, size, check);
    return memcmp(check, data + size, CHECK) == 0;
}

static void write_address(struct random *random, uint8_t version, const char *digits, char out[VALUE_MAX])
{
    uint8_t data[1 + 20 + CHECK] = {version};
    random_bytes(random, data + 1, 20);
    write_base58check(data, 21, digits, out);
}

/* ---- Monero: blocks of eight bytes in eleven digits, the last of five in seven ---- */

enum { BLOCK = 8, BLOCK_DIGITS = 11, LAST = 5, LAST_DIGITS = 7 };

static void make_xmr(struct random *random, char out[VALUE_MAX])
{
    static const uint8_t networks[] = {18, 42, 19};
    unsigned sort = random_below(random, 3);
    size_t size = sort == 2 ? 1 + 64 + 8 : 1 + 64;
    uint8_t data[BYTES_MAX], hash[KECCAK_SIZE];
    data[0] = networks[sort];
    random_bytes(random, data + 1, size - 1);
    keccak256(data, size, KECCAK_ORIGINAL, hash);
    memcpy(data + size, hash, CHECK);
    size += CHECK;
    for (size_t at = 0; at < size; at += BLOCK, out += BLOCK_DIGITS) {
        bool last = size - at < BLOCK;
        write_base58(data + at, last ? LAST : BLOCK, bitcoin58, last ? LAST_DIGITS : BLOCK_DIGITS, out);
    }
}

static bool xmr_holds(const char *text)
{
    uint8_t data[BYTES_MAX] = {0}, hash[KECCAK_SIZE];
    size_t left = strlen(text), size = 0;
    while (left > 0) {
        size_t digits = left < BLOCK_DIGITS ? LAST_DIGITS : BLOCK_DIGITS, bytes = left < BLOCK_DIGITS ? LAST : BLOCK;
        if (digits > left || size + bytes > BYTES_MAX || !read_base58(text, digits, bitcoin58, data + size, bytes))
            return false;
        text += digits;
        left -= digits;
        size += bytes;
    }
    if (size < CHECK)
        return false;
    keccak256(data, size - CHECK, KECCAK_ORIGINAL, hash);
    return memcmp(hash, data + size - CHECK, CHECK) == 0;
}

/* ---- five bits a character ---- */

enum { BECH32 = 1, BECH32M = 0x2bc830a3 };

/* Appends bytes as values of five bits, the last filled up with zeros. */
static size_t append_fives(uint8_t *values, size_t count, const uint8_t *bytes, size_t size)
{
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < size; i++) {
        bits = bits << 8 | bytes[i];
        for (held += 8; held >= 5; held -= 5)
            values[count++] = bits >> (held - 5) & 31;
    }
    if (held > 0)
        values[count++] = bits << (5 - held) & 31;
    return count;
}

/* A code over values of five bits: the sum is a polynomial whose highest value, at bit `top`, is folded back in. */
struct code {
    uint64_t generator[5];
    unsigned top;
};
static const struct code bech32_code = {{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}, 25};
static const struct code cash_code = {{0x98f2bc8e61, 0x79b76d99e2, 0xf33e5fb3c4, 0xae2eabe2a8, 0x1e4f43e470}, 35};

static uint64_t add_value(const struct code *code, uint64_t sum, unsigned value)
{
    uint64_t top = sum >> code->top;
    sum = (sum & ((UINT64_C(1) << code->top) - 1)) << 5 ^ value;
    for (unsigned i = 0; i < 5; i++)
        if ((top >> i & 1) != 0)
            sum ^= code->generator[i];
    return sum;
}

static uint64_t add_lower_bits(const struct code *code, uint64_t sum, const char *prefix)
{
    for (const char *c = prefix; *c != '\0'; c++)
        sum = add_value(code, sum, *c & 31u);
    return sum;
}

static uint64_t add_values(const struct code *code, uint64_t sum, const uint8_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sum = add_value(code, sum, values[i]);
    return sum;
}

/* The prefix counts twice: its upper bits, a zero, its lower bits. */
static uint32_t bech32_sum(const char *prefix, const uint8_t *values, size_t count)
{
    uint64_t sum = 1;
    for (const char *c = prefix; *c != '\0'; c++)
        sum = add_value(&bech32_code, sum, (unsigned)*c >> 5);
    sum = add_lower_bits(&bech32_code, add_value(&bech32_code, sum, 0), prefix);
    return (uint32_t)add_values(&bech32_code, sum, values, count);
}

/* As cashaddr defines it, the last XOR 1 included: 0 over an address. */
static uint64_t cash_sum(const uint8_t *values, size_t count)
{
    uint64_t sum = add_value(&cash_code, add_lower_bits(&cash_code, 1, "bitcoincash"), 0);
    return add_values(&cash_code, sum, values, count) ^ 1;
}

/* Appends `check` values of the sum, then writes all behind the prefix and its separator. */
static void write_fives(const char *prefix, char separator, uint8_t *values, size_t count, uint64_t sum, unsigned check,
                        char out[VALUE_MAX])
{
    for (unsigned i = 0; i < check; i++)
        values[count++] = sum >> 5 * (check - 1 - i) & 31;
    size_t at = strlen(prefix);
    memcpy(out, prefix, at);
    out[at++] = separator;
    for (size_t i = 0; i < count; i++)
        out[at++] = base32[values[i]];
    out[at] = '\0';
}

static size_t read_fives(const char *text, uint8_t values[VALUE_MAX])
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        const char *digit = strchr(base32, *text);
        if (digit == NULL)
            return 0;
        values[count++] = (uint8_t)(digit - base32);
    }
    return count;
}

static void write_bech32(const char *prefix, uint8_t *values, size_t count, uint32_t variant, char out[VALUE_MAX])
{
    memset(values + count, 0, 6);
    write_fives(prefix, '1', values, count, bech32_sum(prefix, values, count + 6) ^ variant, 6, out);
}

static void make_witness(struct random *random, const char *prefix, bool taproot, char out[VALUE_MAX])
{
    uint8_t values[VALUE_MAX] = {taproot ? 1 : 0}, program[32];
    random_bytes(random, program, sizeof program);
    size_t count = append_fives(values, 1, program, taproot || random_below(random, 2) == 0 ? 32 : 20);
    write_bech32(prefix, values, count, taproot ? BECH32M : BECH32, out);
}

static bool bech32_holds(const char *prefix, const char *text, bool witness)
{
    uint8_t values[VALUE_MAX];
    size_t count = read_fives(text + strlen(prefix) + 1, values);
    return count > 0 && bech32_sum(prefix, values, count) == (witness && values[0] != 0 ? BECH32M : BECH32);
}

static void make_bch(struct random *random, char out[VALUE_MAX])
{
    uint8_t data[21], values[VALUE_MAX];
    random_bytes(random, data, sizeof data);
    data[0] = random_below(random, 2) == 0 ? 0 : 8;
    size_t count = append_fives(values, 0, data, sizeof data);
    memset(values + count, 0, 8);
    write_fives("bitcoincash", ':', values, count, cash_sum(values, count + 8), 8, out);
}

static void make_ada(struct random *random, char out[VALUE_MAX])
{
    uint8_t data[1 + 2 * 28], values[VALUE_MAX];
    random_bytes(random, data, sizeof data);
    data[0] = (uint8_t)(random_below(random, 4) << 4 | 1);
    write_bech32("addr", values, append_fives(values, 0, data, sizeof data), BECH32, out);
}

/* ---- keys ---- */

static void make_wif(struct random *random, char out[VALUE_MAX])
{
    uint8_t data[1 + 32 + 1 + CHECK] = {0x80};
    random_bytes(random, data + 1, 32);
    data[33] = 1;
    write_base58check(data, random_below(random, 2) == 0 ? 33 : 34, bitcoin58, out);
}

static void make_bip38(struct random *random, char out[VALUE_MAX])
{
    uint8_t data[39 + CHECK];
    bool multiplied = random_below(random, 2) == 0;
    random_bytes(random, data, 39);
    data[0] = 0x01;
    data[1] = multiplied ? 0x43 : 0x42;
    data[2] = multiplied ? 0x20 : 0xe0; /* flags: compressed */
    write_base58check(data, 39, bitcoin58, out);
}

static void make_xkey(struct random *random, char out[VALUE_MAX])
{
    static const uint8_t versions[][4] = {{0x04, 0x88, 0xb2, 0x1e}, {0x04, 0x88, 0xad, 0xe4}, {0x04, 0x9d, 0x7c, 0xb2},
                                          {0x04, 0x9d, 0x78, 0x78}, {0x04, 0xb2, 0x47, 0x46}, {0x04, 0xb2, 0x43, 0x0c}};
    uint8_t data[78 + CHECK];
    unsigned version = random_below(random, 6);
    random_bytes(random, data, 78);
    memcpy(data, versions[version], 4);
    data[4] = (uint8_t)random_below(random, 6);                                        /* depth */
    data[45] = version % 2 == 0 ? (uint8_t)(2 + random_below(random, 2)) : (uint8_t)0; /* of the key */
    write_base58check(data, 78, bitcoin58, out);
}

/* ---- all of them ---- */

/* What base58check holds for the kind besides its four bytes of checksum; 0 if it is written otherwise. */
static size_t base58_size(enum sb_kind kind, const char *value)
{
    switch (kind) {
    case SB_BTC:
        return strncmp(value, "bc1", 3) == 0 ? 0 : 21;
    case SB_LTC:
        return strncmp(value, "ltc1", 4) == 0 ? 0 : 21;
    case SB_DOGE:
    case SB_DASH:
    case SB_TRX:
    case SB_XRP:
        return 21;
    case SB_WIF:
        return value[0] == '5' ? 33 : 34;
    case SB_BIP38:
        return 39;
    case SB_XKEY:
        return 78;
    default:
        return 0;
    }
}

void make_wallet(struct random *random, enum sb_kind kind, char out[VALUE_MAX])
{
    unsigned choice = random_below(random, 4);
    switch (kind) {
    case SB_BTC:
    case SB_LTC:
        if (choice < 2)
            write_address(random, kind == SB_BTC ? (choice == 0 ? 0x00 : 0x05) : (choice == 0 ? 0x30 : 0x32), bitcoin58,
                          out);
        else
            make_witness(random, kind == SB_BTC ? "bc" : "ltc", choice == 3, out);
        break;
    case SB_DOGE:
        write_address(random, choice < 2 ? 0x1e : 0x16, bitcoin58, out);
        break;
    case SB_DASH:
        write_address(random, choice < 2 ? 0x4c : 0x10, bitcoin58, out);
        break;
    case SB_TRX:
        write_address(random, 0x41, bitcoin58, out);
        break;
    case SB_XRP:
        write_address(random, 0x00, ripple58, out);
        break;
    case SB_BCH:
        make_bch(random, out);
        break;
    case SB_XMR:
        make_xmr(random, out);
        break;
    case SB_ADA:
        make_ada(random, out);
        break;
    case SB_WIF:
        make_wif(random, out);
        break;
    case SB_BIP38:
        make_bip38(random, out);
        break;
    default:
        make_xkey(random, out);
    }
}

bool wallet_holds(enum sb_kind kind, const char *value)
{
    uint8_t values[VALUE_MAX];
    size_t size = base58_size(kind, value);
    if (size > 0)
        return base58check_holds(value, size, kind == SB_XRP ? ripple58 : bitcoin58);
    switch (kind) {
    case SB_BTC:
        return bech32_holds("bc", value, true);
    case SB_LTC:
        return bech32_holds("ltc", value, true);
    case SB_ADA:
        return bech32_holds("addr", value, false);
    case SB_XMR:
        return xmr_holds(value);
    default:
        size = read_fives(value + strlen("bitcoincash:"), values);
        return size > 0 && cash_sum(values, size) == 0;
    }
}

void spoil_wallet(struct random *random, enum sb_kind kind, char value[VALUE_MAX])
{
    size_t from = kind == SB_BCH ? strlen("bitcoincash:") + 2 : 6;
    size_t at = from + random_below(random, (unsigned)(strlen(value) - from));
    char kept = value[at];
    do /* these are digits of all the alphabets */
        value[at] = "23456789acdefghjkmnpqrstuvwxyz"[random_below(random, 30)];
    while (value[at] == kept || wallet_holds(kind, value));
}
