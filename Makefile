# SPDX-License-Identifier: Apache-2.0
# GNU make, no configure. `make V=1` shows the commands, `make help` the targets.

VERSION := 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
bindir  := $(PREFIX)/bin
mandir  := $(PREFIX)/share/man

CFLAGS   ?= -O2 -g
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes
WERROR   ?=
ALL_CFLAGS := -std=gnu11 $(WARN) $(WERROR) -fno-strict-aliasing -fstack-protector-strong \
              -ffunction-sections -fdata-sections $(CFLAGS)
CPPFLAGS += -D_GNU_SOURCE -D_FORTIFY_SOURCE=2 -DPINFOLD_VERSION='"$(VERSION)"' -I$(BUILD)/gen
LDFLAGS  += -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now
HOSTCC   ?= $(CC)

# pinfold and pinfold-probe are static. Against musl they start about 0.4 ms sooner than against
# glibc, whose start-up code asks the processor many questions (costly in a virtual machine); so
# musl is taken where musl-gcc is there. `make LIBC=glibc` chooses the other.
LIBC     ?= $(if $(shell command -v musl-gcc),musl,glibc)
STATIC   ?= -static
ifeq ($(LIBC),musl)
STATIC_CC := musl-gcc -idirafter /usr/include -idirafter /usr/include/$(shell $(CC) -print-multiarch)
else
STATIC_CC := $(CC)
endif

PROGRAMS := pinfold pinfold-probe pinfold-matrix pinfold-bench
SECTIONS := 1 5 7
MANPAGES := $(wildcard $(SECTIONS:%=man/*.%))
datadir  := $(PREFIX)/share/pinfold

lib_src      := $(wildcard lib/*.c)
launcher_src := $(wildcard launcher/*.c launcher/layer/*.c)
probe_src    := $(wildcard probe/*.c)
matrix_src   := $(wildcard matrix/*.c)
bench_src    := $(wildcard bench/*.c)
objects       = $(patsubst %.c,$(BUILD)/%.o,$(1))
statics       = $(patsubst %.c,$(BUILD)/$(LIBC)/%.o,$(1))

Q := $(if $(V),,@)
# `make -s` means it: not even the short lines then.
silent := $(findstring s,$(firstword -$(MAKEFLAGS)))
say = $(if $(V)$(silent),,@printf '  %-7s %s\n' '$(1)' '$(2)')

all: $(addprefix $(BUILD)/,$(PROGRAMS))

# The four programs share lib/ and nothing else; the two that run inside a sandbox are static.
$(BUILD)/pinfold: $(call statics,$(lib_src) $(launcher_src))
$(BUILD)/pinfold-probe: $(call statics,$(lib_src) $(probe_src))
$(BUILD)/pinfold-matrix: $(call objects,$(lib_src) $(matrix_src))
$(BUILD)/pinfold-bench: $(call objects,$(lib_src) $(bench_src))
$(BUILD)/pinfold $(BUILD)/pinfold-probe: LINK = $(STATIC_CC) $(STATIC)
# The archive itself: -L would bring glibc's other archives along, which musl's linker must not see.
jansson := $(shell $(CC) -print-file-name=libjansson.a)
$(BUILD)/pinfold $(BUILD)/pinfold-matrix: LDLIBS += $(jansson)
$(BUILD)/pinfold-matrix $(BUILD)/pinfold-bench: LINK = $(CC)

$(addprefix $(BUILD)/,$(PROGRAMS)):
	$(call say,LINK,$@)
	$(Q)$(LINK) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lm

# A program's own headers are found beside its sources, lib's under lib/: the include rule
# (tests/docs/structure.sh) is then visible in each #include.
COMPILE = $(CPPFLAGS) -Ilib -I$(firstword $(subst /, ,$<)) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/$(LIBC)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$< ($(LIBC)))
	$(Q)$(STATIC_CC) $(COMPILE)
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(COMPILE)

-include tests/tests.mk

# The filter is compiled from its rows at build time (DESIGN.md, "The filter").
FILTERS := $(foreach arch,x86_64 aarch64,$(foreach kind,filter filter-sockets filter-setid,$(BUILD)/gen/$(kind)-$(arch).h))
$(foreach layer,seccomp sockets setid,$(BUILD)/launcher/layer/$(layer).o $(BUILD)/$(LIBC)/launcher/layer/$(layer).o): $(FILTERS)
mkfilter_src := tools/mkfilter.c $(addprefix launcher/filter,.c -rows.c -allow.c -sockets.c -setid.c) lib/err.c lib/str.c
$(BUILD)/gen/mkfilter: $(mkfilter_src) $(wildcard launcher/filter*.h launcher/table/*.def)
	@mkdir -p $(@D)
	$(call say,HOSTCC,$@)
	$(Q)$(HOSTCC) -std=gnu11 -O1 $(WARN) $(WERROR) -D_GNU_SOURCE -Ilib -Ilauncher -o $@ $(mkfilter_src)
$(BUILD)/gen/filter-%.h: $(BUILD)/gen/mkfilter
	$(call say,FILTER,$@)
	$(Q)$< $* > $@.tmp && mv $@.tmp $@

# The shipped policies are part of the program.
PROFILES := $(sort $(wildcard profiles/*.json))
$(BUILD)/launcher/policy-shipped.o $(BUILD)/$(LIBC)/launcher/policy-shipped.o: $(BUILD)/gen/profiles.inc
mkprofiles_src := tools/mkprofiles.c $(addprefix launcher/,policy-items.c json.c json-text.c) \
                  $(addprefix lib/,err.c fd.c pool.c str.c)
$(BUILD)/gen/mkprofiles: $(mkprofiles_src) launcher/json.h launcher/policy-items.h
	@mkdir -p $(@D)
	$(call say,HOSTCC,$@)
	$(Q)$(HOSTCC) -std=gnu11 -O1 $(WARN) $(WERROR) -D_GNU_SOURCE -Ilib -Ilauncher -o $@ $(mkprofiles_src) \
	  $(shell $(HOSTCC) -print-file-name=libjansson.a)
$(BUILD)/gen/profiles.inc: $(BUILD)/gen/mkprofiles $(PROFILES)
	$(call say,PROFILE,$@)
	$(Q)$< $(PROFILES) > $@.tmp && mv $@.tmp $@

COMPLETIONS := bash-completion/completions/pinfold zsh/site-functions/_pinfold \
               fish/vendor_completions.d/pinfold.fish

# The recipes for other sandboxes are put in as they are (matrix/peers.c).
PEERS := $(sort $(wildcard contrib/peers/*.peer))
$(BUILD)/gen/peers.txt: $(PEERS)
	@mkdir -p $(@D)
	$(Q)cat $(PEERS) > $@
$(BUILD)/matrix/peers.o: $(BUILD)/gen/peers.txt
$(BUILD)/matrix/peers.o: CPPFLAGS += -DPEERS_FILE='"$(BUILD)/gen/peers.txt"'
# So are the page's style and script (matrix/html.c).
$(BUILD)/matrix/html.o: matrix/page/page.css matrix/page/page.js

install: all
	install -d $(DESTDIR)$(bindir) $(SECTIONS:%=$(DESTDIR)$(mandir)/man%) $(DESTDIR)$(datadir)/profiles
	install -m 755 $(addprefix $(BUILD)/,$(PROGRAMS)) $(DESTDIR)$(bindir)
	$(foreach s,$(SECTIONS),install -m 644 $(filter %.$(s),$(MANPAGES)) $(DESTDIR)$(mandir)/man$(s) &&) true
	@# For reading, and for editors: the program has its own copies.
	install -m 644 $(PROFILES) $(DESTDIR)$(datadir)/profiles
	$(BUILD)/pinfold policy schema > $(DESTDIR)$(datadir)/policy.schema.json
	install -m 644 docs/matrix.schema.json $(DESTDIR)$(datadir)
	install -m 644 docs/report.schema.json $(DESTDIR)$(datadir)
	@# Where the shells look by themselves, and the profile for hosts that want it (pinfold help apparmor).
	install -d $(dir $(COMPLETIONS:%=$(DESTDIR)$(PREFIX)/share/%)) $(DESTDIR)$(datadir)/apparmor
	$(BUILD)/pinfold completion bash > $(DESTDIR)$(PREFIX)/share/$(word 1,$(COMPLETIONS))
	$(BUILD)/pinfold completion zsh > $(DESTDIR)$(PREFIX)/share/$(word 2,$(COMPLETIONS))
	$(BUILD)/pinfold completion fish > $(DESTDIR)$(PREFIX)/share/$(word 3,$(COMPLETIONS))
	install -m 644 contrib/apparmor/pinfold $(DESTDIR)$(datadir)/apparmor

uninstall:
	rm -f $(addprefix $(DESTDIR)$(bindir)/,$(PROGRAMS))
	rm -f $(foreach s,$(SECTIONS),$(patsubst man/%,$(DESTDIR)$(mandir)/man$(s)/%,$(filter %.$(s),$(MANPAGES))))
	rm -f $(COMPLETIONS:%=$(DESTDIR)$(PREFIX)/share/%)
	rm -rf $(DESTDIR)$(datadir)

clean:
	rm -rf build build-*

format:
	clang-format -i $(wildcard lib/*.[ch] launcher/*.[ch] launcher/*/*.[ch] probe/*.[ch] matrix/*.[ch] \
	  bench/*.[ch] tools/*.[ch] tests/*.[ch] tests/*/*.[ch])

help:
	@echo 'make                 the four programs in $(BUILD)/'
	@echo 'make check           every test, through prove (see ./test.sh for what it needs)'
	@echo 'make check-asan      the unit and live tests with AddressSanitizer and UBSan'
	@echo 'make check-html      the page of the matrix in headless Chromium (Debian: chromium; not part of check)'
	@echo 'make check-kernels   on a kernel of Debian, emulated (qemu-system-x86; not part of check)'
	@echo 'make deb             the Debian package, in $(BUILD)/deb; check-deb tries it in a fresh root'
	@echo 'make check-clients   real agents, and a build of a real package, inside (fetches them; not part of check)'
	@echo 'make check-long      a thousand runs and a hundred kills leave nothing (minutes; not part of check)'
	@echo 'make install         DESTDIR= and PREFIX= as usual; uninstall undoes it'
	@echo 'make format          clang-format over the tree'
	@echo 'make clean           removes what was built'

.PHONY: all install uninstall clean format help check check-asan
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

all_src := $(lib_src) $(launcher_src) $(probe_src) $(matrix_src) $(bench_src)
-include $(patsubst %.o,%.d,$(call objects,$(all_src)) $(call statics,$(all_src)))
