# A short front door to Meson and Ninja. `make test` and `make demo` install what the machine lacks, build and run.
#   make                build/samband, build/samband-worker, build/samband-exercise, build/samband-graph
#   make test           the whole test suite
#   make demo           an exercise: 12 disks of 6 countries, analysed, scored and reported
#   make asan           the whole test suite under AddressSanitizer and UndefinedBehaviorSanitizer
#   make bench          what the README's numbers were measured with
#   make precision      what is found in what this system has installed; SAMPLE=50 shows so many of each kind, WIDE=1 fetches
#                       and scans packages rich in data too
#   make fuzz           every fuzz target for SECONDS=60
#   make lint           clang-tidy and cppcheck; SINCE=COMMIT takes only what changed since then
#   make format         clang-format on all sources
#   make install        below PREFIX=/usr/local, DESTDIR before it
#   make clean          removes what was built
BUILD ?= build
PREFIX ?= /usr/local
SECONDS ?= 60
SANITIZE = -Db_sanitize=address,undefined -Db_lundef=false
TEST = meson test --print-errorlogs

.PHONY: all test demo asan bench precision fuzz lint format install clean
.NOTPARALLEL:

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

# Without a build folder, or with one of another prefix, Meson configures; else this is all there already.
$(BUILD)/build.ninja:
	@scripts/setup build
	meson setup $(BUILD) --prefix=$(PREFIX)

test:
	@scripts/setup build demo test
	@$(MAKE) --no-print-directory all
	$(TEST) -C $(BUILD) --no-rebuild

demo:
	@scripts/setup build demo
	@$(MAKE) --no-print-directory all
	scripts/demo $(BUILD)

asan:
	@scripts/setup build demo test
	test -f $(BUILD)-asan/build.ninja || meson setup $(BUILD)-asan $(SANITIZE)
	ninja -C $(BUILD)-asan
	$(TEST) -C $(BUILD)-asan --no-rebuild --timeout-multiplier 6

bench:
	@scripts/setup build demo test bench
	@$(MAKE) --no-print-directory all
	bench/run.sh $(BUILD)

precision:
	@scripts/setup build test
	@$(MAKE) --no-print-directory all
	bench/precision.sh $(BUILD)

fuzz:
	@scripts/setup build fuzz
	test -f $(BUILD)-fuzz/build.ninja || \
		CC=clang meson setup $(BUILD)-fuzz -Dfuzz=true -Dwerror=false $(SANITIZE)
	meson configure $(BUILD)-fuzz -Dfuzz_seconds=$(SECONDS)
	$(TEST) -C $(BUILD)-fuzz --suite fuzz

lint: $(BUILD)/build.ninja
	@scripts/setup lint
	scripts/lint $(BUILD) $(SINCE)

format:
	@scripts/setup lint
	git ls-files '*.c' '*.h' | xargs clang-format -i

install: all
	meson configure $(BUILD) --prefix=$(PREFIX)
	ninja -C $(BUILD)
	DESTDIR=$(DESTDIR) meson install -C $(BUILD) --no-rebuild

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-fuzz
