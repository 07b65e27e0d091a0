/* What identifies people, invented and checked: passwords in lists, handles of messengers, travel documents, national
 * identity numbers, keys and certificates. Written from the standards, apart from the recognisers in scan/, so that
 * each checks the other. */
#ifndef EXERCISE_PERSON_H
#define EXERCISE_PERSON_H

#include <stdbool.h>

#include "exercise/coin.h"
#include "scan/kinds.h"

/* The kinds made here are SB_CREDENTIAL to SB_X509, but for numbers in SB_WHATSAPP. `count` counts up, one for each
 * value made: keys follow from it. */
bool is_person(enum sb_kind kind);
void make_person(struct random *random, unsigned *count, enum sb_kind kind, char out[VALUE_MAX]);

/* One of the ways to write it, with the words or lines around that tell what it is. */
void spell_person(struct random *random, enum sb_kind kind, const char *normal, char text[VALUE_MAX]);

/* Does the checksum hold? Kinds without one: is it of the form? */
bool person_holds(enum sb_kind kind, const char *normal);

/* The ways to miss: a check digit, a length, or what ought to stand around it. */
enum { PERSON_MISSES = 13 };
enum sb_kind make_person_miss(struct random *random, unsigned *count, unsigned which, char text[VALUE_MAX],
                              char normal[VALUE_MAX]);

/* key.c: a key or certificate that follows from a number. SB_PGP, SB_SSH and SB_X509. */
void make_key(enum sb_kind kind, unsigned number, char normal[VALUE_MAX], char text[VALUE_MAX]);

/* citizen.c: national identity numbers. */
void make_citizen(struct random *random, char out[VALUE_MAX]);
void spell_citizen(struct random *random, const char *normal, char text[VALUE_MAX]);
bool citizen_holds(const char *normal);
const char *citizen_word(const char *normal);

#endif
