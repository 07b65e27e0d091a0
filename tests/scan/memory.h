/* Bytes in memory scanned in chunks, with margins, as the sweep cuts a disk: for tests, measurements and fuzzing. */
#ifndef TESTS_SCAN_MEMORY_H
#define TESTS_SCAN_MEMORY_H

#include "scan/scan.h"

/* Scans data[0..length) in chunks that own `chunk` bytes each. With `copied` the scanner gets a copy of just the chunk
 * and its margins, so that a sanitizer sees every step beyond it. Begins with sb_scan_start. 0, or what sb_scan_chunk
 * returned. */
int scan_memory(struct sb_scanner *scanner, const uint8_t *data, size_t length, size_t chunk, bool copied,
                const struct sb_sink *sink);

#endif
