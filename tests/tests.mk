# SPDX-License-Identifier: Apache-2.0
# The tests. tests/*/test-PART-NAME.c is linked with lib/ and everything of PART but its main();
# tests/*/*.sh are scripts. Both speak TAP; prove(1) runs them.

test_src   := $(wildcard tests/unit/test-*.c tests/plan/test-*.c tests/policy/test-*.c tests/filter/test-*.c)
test_bin   := $(patsubst tests/%.c,$(BUILD)/tests/%,$(test_src))
test_sh    := $(sort $(filter-out tests/kernel/run.sh tests/clients/% tests/deb/% tests/long/%,$(wildcard tests/*/*.sh)))
helper_src := $(wildcard tests/helper/*.c)
helper_bin := $(patsubst tests/%.c,$(BUILD)/tests/%,$(helper_src))
PROVE      ?= prove
TESTS      ?= $(test_bin) $(test_sh)

part  = $(word 2,$(subst -, ,$(notdir $(1))))
parts = $(filter-out $(BUILD)/$(1)/main.o,$(call objects,$($(1)_src)))

.SECONDEXPANSION:
.SECONDARY:
$(BUILD)/tests/%: tests/%.c tests/tap.h tests/golden.h $(wildcard tests/*/*.h) $(call objects,$(lib_src)) $$(if $$(filter-out lib,$$(call part,$$*)),$$(call parts,$$(call part,$$*)))
	@mkdir -p $(@D)
	$(call say,TEST,$@)
	$(Q)$(CC) $(CPPFLAGS) -Ilib -I$(call part,$*) -Itests -DTESTS_DIR='"$(CURDIR)/tests"' $(ALL_CFLAGS) $(TEST_CFLAGS) \
	  -o $@ $< $(filter %.o,$^) $(LDFLAGS) $(LDLIBS) $(if $(filter launcher matrix,$(call part,$*)),$(jansson)) $(shell sed -n 's,^/\* LINK: \(.*\) \*/$$,\1,p' $<) -lm

# Small programs that the scripts run inside or beside a sandbox.
$(BUILD)/tests/helper/%: tests/helper/%.c $(call objects,$(lib_src)) $(wildcard tests/helper/*.h)
	@mkdir -p $(@D)
	$(call say,TEST,$@)
	$(Q)$(CC) $(CPPFLAGS) -Ilib $(ALL_CFLAGS) -static -Wl,--gc-sections -o $@ $< $(filter %.o,$^)

tests: all $(test_bin) $(helper_bin)

# A script that says so ("# ALONE: why") looks at times, or takes all processors; the others run side by side. One that
# waits most of the time ("# WAITS: why") runs beside others of its kind, which leave it the processors.
alone       = $(shell grep -l '^\# ALONE: ' tests/live/*.sh) $(wildcard tests/inject/*.sh)
waits       = $(shell grep -l '^\# WAITS: ' tests/live/*.sh)
still_tests = $(filter-out $(alone) $(waits),$(TESTS))
wait_tests  = $(filter $(waits),$(TESTS))
live_tests  = $(filter-out tests/inject/%,$(filter $(alone),$(TESTS)))
check: tests
	@# What fails does not keep the others from being run. The injections count a start's calls; on a busy
	@# machine a count may shift by chance, so they are looked at a second time where one fails: a fault is there again.
	rc=0; \
	$(if $(still_tests),BUILD=$(BUILD) $(PROVE) --timer --jobs $(shell nproc) --exec '' $(still_tests) || rc=1;) \
	$(if $(wait_tests),BUILD=$(BUILD) $(PROVE) --timer --jobs $(words $(wait_tests)) --exec '' $(wait_tests) || rc=1;) \
	$(if $(live_tests),BUILD=$(BUILD) $(PROVE) --timer --exec '' $(live_tests) || rc=1;) \
	$(if $(filter tests/inject/%,$(TESTS)),BUILD=$(BUILD) $(PROVE) --timer --jobs $(shell nproc) --exec '' $(filter tests/inject/%,$(TESTS)) || \
	  BUILD=$(BUILD) $(PROVE) --timer -v --exec '' $(filter tests/inject/%,$(TESTS)) || rc=1;) \
	exit $$rc

.PHONY: tests

# AddressSanitizer and UndefinedBehaviorSanitizer over the unit tests, the filter's tests and a start
# in every profile. The pool is never freed by design, so leaks are not looked for.
ASAN_FLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
ASAN_TESTS  = $(patsubst $(BUILD)/%,build-asan/%,$(filter-out %-cost,$(test_bin))) tests/live/smoke.sh
check-asan:
	+$(MAKE) BUILD=build-asan LIBC=glibc STATIC= CFLAGS='$(ASAN_FLAGS)' all $(filter build-asan/%,$(ASAN_TESTS))
	ASAN_OPTIONS=detect_leaks=0 BUILD=build-asan $(PROVE) --timer --exec '' $(ASAN_TESTS)

# The programs on another kernel, in an emulated machine without a C library.
$(BUILD)/kernel/pinfold-matrix: $(call objects,$(lib_src) $(matrix_src))
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -static -o $@ $^ $(LDLIBS) $(jansson) -lm
check-kernels: all $(helper_bin) $(BUILD)/kernel/pinfold-matrix
	BUILD=$(BUILD) $(PROVE) --timer --exec '' tests/kernel/run.sh

# Real agents, and a real package's build, inside; offline once they are there: they take most of a GiB and
# minutes, so they are no part of check. What is fetched is pinned; where it lies every uid must be able to read.
CLIENTS ?= /var/tmp/pinfold-clients
check-clients: tests
	@mkdir -p $(CLIENTS)
	cp tests/clients/package.json tests/clients/package-lock.json $(CLIENTS)
	cmp -s $(CLIENTS)/package-lock.json $(CLIENTS)/installed || { \
	  npm ci --prefix $(CLIENTS) --no-audit --no-fund --loglevel=error && cp $(CLIENTS)/package-lock.json $(CLIENTS)/installed; }
	tests/clients/fetch.sh $(CLIENTS)
	BUILD=$(BUILD) CLIENTS=$(CLIENTS) $(PROVE) --timer --exec '' tests/clients/clients.sh tests/clients/hello.sh

check-kernel: check-kernels
.PHONY: check-asan check-kernel check-kernels check-clients

# The matrix' page in a real browser, which is too large a package for everybody's tests.
check-html: all
	BUILD=$(BUILD) $(PROVE) --timer --exec python3 tests/page/check.py
.PHONY: check-html

# The Debian package: built from a copy of the tree, and tried in a fresh Debian root.
deb:
	BUILD=$(BUILD) tests/deb/build.sh
check-deb:
	BUILD=$(BUILD) DEB_BUILD_OPTIONS=nocheck tests/deb/build.sh
	BUILD=$(BUILD) $(PROVE) --timer --exec '' tests/deb/check.sh
.PHONY: deb check-deb

# A thousand runs, a hundred kills, and each process of a run killed, by root and by an ordinary user: some minutes.
check-long: tests
	BUILD=$(BUILD) $(PROVE) --timer --exec '' $(wildcard tests/long/*.sh)
.PHONY: check-long
