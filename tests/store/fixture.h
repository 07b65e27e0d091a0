/* What the tests of the store share: a fresh, empty store on the driver under test, and short ways to fill it. */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "store/store.h"

#include <cmocka.h>
#undef fail /* cmocka's; ours is a function */
#undef fail_msg
#define fail_msg(...) (print_error(__VA_ARGS__), print_error("\n"), _fail(__FILE__, __LINE__))

/* Chooses the driver: NULL for SQLite in files under `folder`, or the URL of a PostgreSQL server. */
void fixture_use(const char *folder, const char *postgres_url);
bool fixture_is_sqlite(void);
/* Names a place for a store that nothing is in yet. Valid until the next call. */
const char *fresh_place(void);
struct store *open_store(const char *where);
struct store *fresh_store(void);

/* Calls that must succeed; the sentence is shown if they do not. */
#define OK(call) check_ok((call), error.text, #call, __FILE__, __LINE__)
void check_ok(int result, const char *sentence, const char *call, const char *file, int line);

int64_t add_case(struct store *store, const char *reference, const char *country);
int64_t add_evidence(struct store *store, int64_t case_id, const char *path);
void add_file(struct store *store, int64_t evidence_id, int64_t number, const char *path, int64_t same_as);
/* A sighting of (kind, value) at `offset` in `file`; hash set. */
struct store_sighting sighting_of(const char *kind, const char *value, int64_t offset, int64_t file);
/* Digests derived from a small number; SHA-256, SHA-1 and MD5 all differ between numbers. */
struct digests digests_of(int number);

/* The whole content; owned by the caller. */
struct bytes dump_of(struct store *store);
void assert_same_dump(struct store *a, struct store *b);

/* What store_selector_find says: cases joined by ',', or "none". Valid until the next call. */
const char *cases_of(struct store *store, const char *kind, const char *value);
int64_t loud_cases_of(struct store *store, const char *kind, const char *value);
/* Values of the candidates for links, joined by ' '. Valid until the next call. */
const char *shared_in(struct store *store);

/* The groups; each returns how many tests failed. */
int run_content_tests(void);
int run_unit_tests(void);
int run_finding_tests(void);
int run_listing_tests(void);
int run_fault_tests(void);
int run_access_tests(void);
int run_people_tests(void);
int run_audit_tests(void);

#endif
