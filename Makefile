# One Makefile for everything. BUILD names the build folder, so that differently configured builds live side by side.
#   make SANITIZE=address,undefined BUILD=build-asan test-unit
BUILD    ?= build
SANITIZE ?=
WERROR   ?=
CC       ?= gcc
VERSION  := $(shell sed -n 's/^\#define HPALAB_VERSION "\(.*\)"/\1/p' common/version.h)

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wvla
CFLAGS   ?= -O2 -g
STD      := -std=gnu11 -D_GNU_SOURCE -I. -I$(BUILD)/generated -pthread -fno-common $(WARNINGS) $(if $(WERROR),-Werror)
HARDEN   := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all,-D_FORTIFY_SOURCE=2 -fstack-protector-strong)
COMPILE   = $(CC) $(STD) $(CFLAGS) $(HARDEN) -MMD -MP
LINK      = $(CC) $(CFLAGS) $(HARDEN) -pthread

# One archive a room; the link order below is that of the arrows in docs/architecture.md.
ROOMS := $(patsubst %/,%,$(sort $(dir $(wildcard common/*.c hpa/*.c kube/*.c driver/*/*.c cluster/*/*.c))))
room_archive  = $(BUILD)/lib/$(subst /,_,$(1)).a
room_objects  = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard $(1)/*.c))
archives      = $(foreach room,$(filter $(1),$(ROOMS)),$(call room_archive,$(room)))

COMMON_LIBS  := -lcjson -lyaml -lm
DRIVER_LIBS  := -lmicrohttpd -lcurl -lz -lsqlite3 -lcrypto -lssl $(COMMON_LIBS)
CLUSTER_LIBS := -lmicrohttpd -lcurl -lcrypto -lssl $(COMMON_LIBS)
APP_LIBS     := -lmicrohttpd $(COMMON_LIBS)

DRIVER_ROOMS  := driver/cli driver/page driver/k6 driver/run driver/preflight driver/fleet driver/ramp driver/record \
                 driver/remote_write driver/report driver/analyze driver/store driver/load_report driver/metric driver/generator \
                 driver/wire driver/load driver/observe driver/lesson kube common
CLUSTER_ROOMS := cluster/cli cluster/controllers cluster/kubelet cluster/proxy cluster/metrics cluster/supervisor cluster/api hpa \
                 common

PROGRAMS := hpalab labcluster webapp memapp hpa-vectors
BINARIES := $(addprefix $(BUILD)/bin/,$(PROGRAMS))

.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-zA-Z0-9_%-]+:.*## ' $(MAKEFILE_LIST) | sort | \
	    awk 'BEGIN {FS = ":.*## "} \
	        {line = sprintf("  make %-18s", $$1); count = split($$2, word, " "); \
	         for (i = 1; i <= count; i++) { \
	             if (length(line) + length(word[i]) > 78) {print line; line = sprintf("%25s", "")} \
	             line = line " " word[i]} \
	         print line}'

all: $(BINARIES) ## build every program

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

define room_rule
$(call room_archive,$(1)): $(call room_objects,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(AR) rcs $$@ $$^
endef
$(foreach room,$(ROOMS),$(eval $(call room_rule,$(room))))

$(BUILD)/bin/hpalab: $(BUILD)/obj/driver/hpalab.o $(call archives,$(DRIVER_ROOMS))
	@mkdir -p $(@D)
	$(LINK) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(DRIVER_LIBS)

$(BUILD)/bin/labcluster: $(BUILD)/obj/cluster/labcluster.o $(call archives,$(CLUSTER_ROOMS))
	@mkdir -p $(@D)
	$(LINK) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(CLUSTER_LIBS)

WEBAPP_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard apps/webapp/*.c))
$(BUILD)/bin/webapp: $(WEBAPP_OBJECTS) $(call archives,common)
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(APP_LIBS)

MEMAPP_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard apps/memapp/*.c))
$(BUILD)/bin/memapp: $(MEMAPP_OBJECTS) $(call archives,common)
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(APP_LIBS)

VECTOR_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/vectors/*.c))
$(BUILD)/bin/hpa-vectors: $(VECTOR_OBJECTS) $(call archives,hpa common)
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(COMMON_LIBS)

-include rules/*.mk
-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

.PHONY: help all
.DELETE_ON_ERROR:
