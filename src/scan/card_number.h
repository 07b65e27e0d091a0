/* Whether digits can be the number of a payment card: for the recogniser that finds cards, and for those that must not
 * show one. Holds no parser. */
#ifndef SCAN_CARD_NUMBER_H
#define SCAN_CARD_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CARD_SHORTEST = 13, CARD_LONGEST = 19 };

/* digits[0..length), each 0 to 9: of an issuer's range and one of its lengths, with Luhn's check digit, and not one
 * digit over and over. Any length may be asked about. */
bool is_card_number(const uint8_t *digits, size_t length);

/* Luhn's check digit (ISO/IEC 7812-1, annex B). */
bool has_luhn_digit(const uint8_t *digits, size_t length);

/* Not one digit over and over. */
bool is_varied_number(const uint8_t *digits, size_t length);

#endif
