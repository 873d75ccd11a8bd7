# Makefile: GNU make; gcc or clang through CC.  `make help` lists what there is.
#
# The tool (src/) and the race runtime (rt/) are built apart: the runtime is a freestanding
# object that Go's linker takes, and it lies inside the tool's binary (src/driver/*.S).

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
SHELL := /bin/bash

B       ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
OBJCOPY ?= objcopy
NM      ?= nm
LD      := ld
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin AR),default)
AR := ar
endif

WARN := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wundef
ifeq ($(WERROR),1)
WARN += -Werror
endif

# SAN=1: AddressSanitizer and UndefinedBehaviorSanitizer in everything of the tool.
ifeq ($(SAN),1)
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif

OPT      ?= -O2
CFLAGS   ?=
CPPFLAGS ?=
LDFLAGS  ?=
# At fixed addresses, as Go's own tools are: analysis takes 5 % less time (doc/building.md).  Sanitizers want their own layout.
ifeq ($(SAN)$(findstring -fsanitize,$(CFLAGS)),)
FIXED_CFLAGS  := -fno-pie
FIXED_LDFLAGS := -no-pie
endif
TOOL_LDFLAGS  := $(FIXED_LDFLAGS) $(LDFLAGS)
TOOL_CPPFLAGS := -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -Isrc -Iinclude $(CPPFLAGS)
TOOL_CFLAGS   := -std=c17 $(OPT) -g -pthread $(FIXED_CFLAGS) $(WARN) $(SANFLAGS) $(CFLAGS)

# A library is linked statically where the distribution has it so: the tool then runs on
# machines that have only Go.
lib = $(or $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a)),-l$(1))
TOOL_LIBS = $(call lib,jansson) $(call lib,mpfr) $(call lib,gmp) $(call lib,z) -pthread -lm

# V=1 shows whole command lines.
ifeq ($(V),1)
Q :=
say :=
else
Q := @
say = @echo "  $(1)  $@"
endif

# -- sources ---------------------------------------------------------------------------------

SRC_C := $(sort $(wildcard src/*/*.c))
SRC_S := $(sort $(wildcard src/*/*.S))
MAIN  := src/cmd/main.c
OBJ_ALL  := $(SRC_C:%=$(B)/obj/%.o) $(SRC_S:%=$(B)/obj/%.o)
OBJ_MAIN := $(MAIN:%=$(B)/obj/%.o)
OBJ_LIB  := $(filter-out $(OBJ_MAIN),$(OBJ_ALL))

RT_C := $(sort $(wildcard rt/*.c))
RT_S := $(sort $(wildcard rt/*.S))
RT_OBJ := $(RT_C:%=$(B)/%.o) $(RT_S:%=$(B)/%.o)
RT := $(B)/rt/gomm_rt.o

BENCH_C := $(sort $(wildcard bench/*.c))
BENCH   := $(BENCH_C:bench/%.c=$(B)/bench/%)

UNIT_C := $(sort $(wildcard test/unit/*.c))
UNIT   := $(UNIT_C:test/unit/%.c=$(B)/test/unit/%)

# Programs that test scripts run.
EVAL_C := $(sort $(wildcard test/*/eval_*.c))
EVAL   := $(EVAL_C:%.c=$(B)/%)

FUZZ_C := $(sort $(wildcard fuzz/*.c))
FUZZ   := $(FUZZ_C:fuzz/%.c=$(B)/fuzz/%)

# Two makes in one build directory take turns.
locked = flock $(1)/lock $(MAKE) --no-print-directory

.PHONY: all
all: setup
	@+$(call locked,$(B)) $(B)/gomm

# -- set-up: install what is missing, and only that -------------------------------------------

.PHONY: setup setup-test
setup:
	@scripts/setup.sh build
setup-test:
	@scripts/setup.sh test

# -- flags that change rebuild what they concern ------------------------------------------------

define stamp # file, text
$(shell mkdir -p $(dir $(1)); printf '%s\n' '$(subst ','\'',$(2))' | cmp -s - $(1) || printf '%s\n' '$(subst ','\'',$(2))' > $(1))
endef
_ := $(call stamp,$(B)/flags.tool,$(CC) $(TOOL_CPPFLAGS) $(TOOL_CFLAGS) $(TOOL_LDFLAGS))
_ := $(call stamp,$(B)/sources.tool,$(SRC_C) $(SRC_S))
_ := $(call stamp,$(B)/sources.rt,$(RT_C) $(RT_S))

# -- the tool -----------------------------------------------------------------------------------

$(B)/gomm: $(OBJ_MAIN) $(B)/libgomm.a
	$(call say,LINK)
	$(Q)$(CC) $(TOOL_CFLAGS) $(TOOL_LDFLAGS) -o $@ $(OBJ_MAIN) $(B)/libgomm.a $(TOOL_LIBS)

$(B)/libgomm.a: $(OBJ_LIB) $(B)/sources.tool
	@rm -f $@
	@$(AR) rcs $@ $(OBJ_LIB)

$(B)/obj/%.c.o: %.c $(B)/flags.tool
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(TOOL_CPPFLAGS) $(TOOL_CFLAGS) -MMD -MP -c -o $@ $<

# Assembly of the tool: the runtime's object comes in through .incbin.
$(B)/obj/%.S.o: %.S $(B)/flags.tool $(RT)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(TOOL_CPPFLAGS) -DGOMM_RT_OBJECT='"$(abspath $(RT))"' -MMD -MP -c -o $@ $<

# What is in each page of a report, and the hash by which the page's policy knows its script.
PAGE := $(B)/obj/src/report/report_page.S.o
$(B)/report_page.hash: src/report/report_page.js
	@mkdir -p $(@D)
	@sha256sum <$< | cut -c-64 | tr a-f A-F | basenc -d --base16 | base64 | tr -d '\n' >$@
$(PAGE): src/report/report_page.css src/report/report_page.js $(B)/report_page.hash
$(PAGE): TOOL_CPPFLAGS += -DREPORT_PAGE_HASH='"$(abspath $(B)/report_page.hash)"'

# -- the race runtime -----------------------------------------------------------------------------
#
# It runs on Go's g0 stack inside someone else's program: no red zone, no stack protector, no
# libc, no call that the compiler makes up (memset for a loop).  gnu17 for inline assembly.

RT_CFLAGS := -std=gnu17 -O2 -ffreestanding -fno-builtin -fPIC -fvisibility=hidden \
	-fno-stack-protector -fomit-frame-pointer -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing -mno-red-zone -fcf-protection=none \
	$(WARN) -Iinclude -Irt
# gcc only: clang makes no such calls with -fno-builtin.
RT_CFLAGS += $(shell $(CC) -fno-tree-loop-distribute-patterns -Werror -E -x c /dev/null >/dev/null 2>&1 \
	&& echo -fno-tree-loop-distribute-patterns)
_ := $(call stamp,$(B)/flags.rt,$(CC) $(RT_CFLAGS))

$(B)/rt/%.c.o: rt/%.c $(B)/flags.rt
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(RT_CFLAGS) -g -MMD -MP -c -o $@ $<

$(B)/rt/%.S.o: rt/%.S $(B)/flags.rt
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(RT_CFLAGS) -MMD -MP -c -o $@ $<

# One object whose only global names are the hooks that Go calls, and data that they look at in Go's
# assembly, hidden still: the linker binds it within the program.
RT_DATA := gomm_fast_ranges gomm_fast_records gomm_fast_mode
$(RT): $(RT_OBJ) $(B)/sources.rt scripts/check-rt.sh
	@mkdir -p $(@D)
	$(call say,RT)
	$(Q)$(LD) -r -o $@.tmp $(RT_OBJ)
	$(Q)$(OBJCOPY) --localize-hidden --strip-debug -R .note.gnu.property -R .comment $@.tmp
	$(Q)$(OBJCOPY) $(RT_DATA:%=--globalize-symbol=%) $@.tmp
	$(Q)NM=$(NM) scripts/check-rt.sh $@.tmp
	@mv $@.tmp $@

# -- tests ------------------------------------------------------------------------------------------

$(B)/test/unit/%: test/unit/%.c $(B)/libgomm.a $(B)/flags.tool
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(TOOL_CPPFLAGS) $(TOOL_CFLAGS) -MMD -MP -MF $@.d $(TOOL_LDFLAGS) -o $@ $< $(B)/libgomm.a \
		-lcmocka $(TOOL_LIBS)

$(EVAL): $(B)/test/%: test/%.c $(B)/libgomm.a $(B)/flags.tool
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(TOOL_CPPFLAGS) $(TOOL_CFLAGS) -MMD -MP -MF $@.d $(TOOL_LDFLAGS) -o $@ $< $(B)/libgomm.a \
		$(TOOL_LIBS)

# The runtime's own tests, rt_*: its sources as hosted code, names that clash with libc and the
# sanitizers renamed; where test/rt/ has a file of the same name, that one stands in (it includes
# the source and adds what looks inside).  test/rt/rt_*.c are what the tests share.
RT_TEST_C := $(sort $(wildcard test/rt/*.c))
RT_TEST_OBJ := $(foreach f,$(RT_C) $(RT_S),$(B)/obj/rt-hosted/$(if $(filter test/$(f),$(RT_TEST_C)),test/)$(f).o) \
	$(filter $(B)/obj/rt-hosted/test/rt/rt_%,$(RT_TEST_C:%=$(B)/obj/rt-hosted/%.o))
RT_TEST_FLAGS := -fvisibility=hidden -fno-strict-aliasing -Irt

$(B)/obj/rt-hosted/test/rt/rt_%.o: test/rt/rt_% $(B)/flags.tool
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(TOOL_CPPFLAGS) $(TOOL_CFLAGS) $(RT_TEST_FLAGS) -MMD -MP -c -o $@ $<

$(B)/obj/rt-hosted/%.o: % $(B)/flags.tool
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(TOOL_CPPFLAGS) $(TOOL_CFLAGS) -include test/rt/hosted.h $(RT_TEST_FLAGS) \
		-MMD -MP -c -o $@ $<

$(B)/librt-hosted.a: $(RT_TEST_OBJ) $(B)/sources.rt
	@rm -f $@
	@$(AR) rcs $@ $(RT_TEST_OBJ)

$(B)/test/unit/rt_%: test/unit/rt_%.c $(B)/librt-hosted.a $(B)/flags.tool
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(TOOL_CPPFLAGS) $(TOOL_CFLAGS) -Irt -MMD -MP -MF $@.d $(TOOL_LDFLAGS) -o $@ $< \
		$(B)/librt-hosted.a -lcmocka $(TOOL_LIBS)

.PHONY: units
units: $(UNIT) $(EVAL)

.PHONY: test
test: setup-test
	@+$(call locked,$(B)) $(B)/gomm units
	@B=$(B) CC=$(CC) test/run.sh $(T)

.PHONY: test-long
test-long: setup-test
	@+$(call locked,$(B)) $(B)/gomm units
	@B=$(B) CC=$(CC) test/run.sh --long $(T)

.PHONY: asan
asan: setup-test
	@mkdir -p build/asan
	@+$(call locked,build/asan) B=build/asan SAN=1 OPT=-O1 build/asan/gomm units
	@B=build/asan CC=$(CC) test/run.sh --unit

# A Go that is installed but not on PATH (setup.sh is content with it) is put there.
GO_PATH = $(if $(shell command -v go),,$(firstword $(wildcard /usr/local/go/bin /usr/lib/go-*/bin)):)

.PHONY: run
run: setup
	@+$(call locked,$(B)) $(B)/gomm
	@PATH="$(GO_PATH)$$PATH" $(B)/gomm check ./exercises/...; s=$$?; [ $$s -le 1 ] || exit $$s

.PHONY: bench bench-race bench-programs
bench-programs: $(BENCH)
$(B)/bench/%: bench/%.c $(B)/libgomm.a $(B)/flags.tool
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(TOOL_CPPFLAGS) $(TOOL_CFLAGS) -MMD -MP -MF $@.d $(TOOL_LDFLAGS) -o $@ $< \
		$(B)/libgomm.a $(TOOL_LIBS)

bench: setup
	@+$(call locked,$(B)) $(B)/gomm bench-programs
	@set -e; for f in bench/*.sh; do [ -x "$$f" ] || continue; echo "== $$f"; \
		PATH="$(GO_PATH)$$PATH" GOMM=$(abspath $(B)/gomm) GOMM_ROOT=$(CURDIR) "$$f"; done

# LONG=1: as long as it takes.  BENCH_FLAGS: for all of them.
bench-race: setup
	@+$(call locked,$(B)) $(B)/gomm
	@PATH="$(GO_PATH)$$PATH" GOMM=$(abspath $(B)/gomm) GOMM_ROOT=$(CURDIR) BENCH_OUT=$(abspath $(B)/bench) LONG=$(LONG) \
		scripts/bench-race.sh

# -- fuzzing: needs clang -----------------------------------------------------------------------------

FUZZ_CC ?= clang
.PHONY: fuzz
fuzz: setup
	@command -v $(FUZZ_CC) >/dev/null || { echo "make fuzz: no $(FUZZ_CC); install clang, or set FUZZ_CC" >&2; exit 2; }
	@mkdir -p build/fuzzing
	@+$(call locked,build/fuzzing) B=build/fuzzing CC=$(FUZZ_CC) \
		SAN=1 CFLAGS="$(CFLAGS) -fsanitize=fuzzer-no-link" fuzz-targets
	@echo "targets: build/fuzzing/fuzz/; run one with a corpus directory as its argument"

.PHONY: fuzz-targets
fuzz-targets: $(FUZZ)
$(B)/fuzz/%: fuzz/%.c $(B)/libgomm.a $(B)/flags.tool
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(TOOL_CPPFLAGS) $(TOOL_CFLAGS) -fsanitize=fuzzer -MMD -MP -MF $@.d -o $@ $< \
		$(B)/libgomm.a $(TOOL_LIBS)

$(B)/fuzz/rt_%: fuzz/rt_%.c $(B)/librt-hosted.a $(B)/flags.tool
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(TOOL_CPPFLAGS) $(TOOL_CFLAGS) -Irt -fsanitize=fuzzer -MMD -MP -MF $@.d -o $@ $< \
		$(B)/librt-hosted.a $(TOOL_LIBS)

# -- the rest -----------------------------------------------------------------------------------------

.PHONY: install
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d \
		$(DESTDIR)$(PREFIX)/share/doc/gomm/doc
	install -m 755 $(B)/gomm $(DESTDIR)$(PREFIX)/bin/gomm
	install -m 644 doc/gomm.1 $(DESTDIR)$(PREFIX)/share/man/man1/gomm.1
	$(B)/gomm completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/gomm
	$(B)/gomm completion zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_gomm
	$(B)/gomm completion fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/gomm.fish
	install -m 644 README.md ARCHITECTURE.md LICENSE $(DESTDIR)$(PREFIX)/share/doc/gomm
	install -m 644 $(filter-out doc/gomm.1,$(wildcard doc/*)) $(DESTDIR)$(PREFIX)/share/doc/gomm/doc

.PHONY: deb
deb: all
	@scripts/deb.sh $(B) $(B)

.PHONY: format
format:
	clang-format -i $$(git ls-files '*.c' '*.h')

.PHONY: clean
clean:
	rm -rf build

.PHONY: help
help:
	@echo 'make             build $(B)/gomm (installs missing libraries first; GOMM_NO_INSTALL=1: does not)'
	@echo 'make run         build, then gomm check ./exercises/...'
	@echo 'make test        build, then all tests; T="pattern ..." runs those whose name contains one'
	@echo 'make test-long   the long tests (test/*/long_*.sh)'
	@echo 'make bench       every bench/*.sh'
	@echo 'make bench-race  the race runtime beside the stock one, and what it is held to; LONG=1 takes hours'
	@echo 'make asan        the tool and its unit tests under ASan and UBSan, in build/asan'
	@echo 'make fuzz        the fuzz targets, with clang'
	@echo 'make install     to $$(DESTDIR)$$(PREFIX), PREFIX=$(PREFIX)'
	@echo 'make deb         a Debian package of that, in $(B)'
	@echo 'make format      clang-format over all C files'
	@echo 'make clean       remove build/'
	@echo 'variables        CC=clang  WERROR=1  V=1  OPT=-O0  B=builddir  CFLAGS=  LDFLAGS='

-include $(SRC_C:%.c=$(B)/obj/%.c.d) $(SRC_S:%.S=$(B)/obj/%.S.d)
-include $(RT_C:%.c=$(B)/%.c.d) $(RT_S:%.S=$(B)/%.S.d)
-include $(UNIT:%=%.d) $(EVAL:%=%.d) $(BENCH:%=%.d) $(FUZZ:%=%.d) $(RT_TEST_OBJ:%.o=%.d)
