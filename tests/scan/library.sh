# libsamband as another program has it: installed, found by pkg-config, with no symbol but its own.
here=$(cd "$(dirname "$0")" && pwd)
. "$(dirname "$0")/../cli/lab.sh"
need meson pkg-config cc nm
[ "$sanitized" = 0 ] || skip_all "a sanitized library wants a sanitized program"

check "it installs" meson install -C "$SAMBAND_BUILD" --no-rebuild --destdir "$lab/root"
library=$(find root -name libsamband.so)
export PKG_CONFIG_PATH=$lab/$(dirname "$(find root -name samband.pc)") PKG_CONFIG_SYSROOT_DIR=$lab/root
export LD_LIBRARY_PATH=$lab/$(dirname "$library")
check "it offers its own symbols and no other" test "$(nm -D --defined-only "$library" | cut -d' ' -f3 | sort | xargs)" = \
    "sb_kind_info sb_kind_of sb_note_reasons sb_scan_chunk sb_scan_decoded sb_scan_seam sb_scan_start sb_scanner_free \
sb_scanner_new sb_terms_free sb_terms_new"
# shellcheck disable=SC2046
check "the example is built against it" \
    cc -Wall -Wextra -Werror "$here/../../examples/scan.c" $(pkg-config --cflags --libs samband) -o scan
printf 'pay DE89370400440532013000, says mormor' >text
gzip -n text
check "and finds what is in a file" test "$(./scan text.gz mormor | sort)" = \
    "$(printf '0-GZIP-33\tterm\tmormor\n0-GZIP-4\tiban\tDE89370400440532013000')"
finish
