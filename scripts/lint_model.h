/* For clang-tidy alone, which looks at one source at a time: what it cannot see is that fail() always gives -1, so that
 * nothing is used after it failed. */
#include "base/error.h"
#define fail(...) ((void)fail(__VA_ARGS__), -1)
