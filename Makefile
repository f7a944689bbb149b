# SPDX-License-Identifier: EUPL-1.2
#
#	make deps	install what is missing from Debian
#	make		build everything into build/
#	make demo	the main job, end to end, on real input
#	make check	all tests, plain and under ASan+UBSan
#	make lint	include rules, headers, warnings, man pages
#	make bench	speed, as ratios against what else a user would pick
#	make install	DESTDIR= PREFIX=/usr/local
#
# SAN=1 builds with sanitizers into build/san/.

VERSION	= 0.1.0
PREFIX	= /usr/local
DESTDIR	=
CC	= gcc
SAN	=
O	= build$(if $(SAN),/san)

# --- what there is: every source by name ---------------------------------
BASE	= base/err.c base/buf.c base/file.c base/wipe.c base/passphrase.c \
	  base/timestamp.c base/log.c base/config.c base/message.c
FORMAT	= format/cbor.c format/text.c format/orgnr.c format/fingerprint.c \
	  format/deflate.c format/json.c format/questionnaire.c \
	  format/statement.c format/answers.c format/submission.c \
	  format/receipt.c
CRYPTO	= crypto/crypto.c crypto/digest.c crypto/key.c crypto/cert.c \
	  crypto/trust.c crypto/der.c crypto/algorithms.c crypto/signed.c \
	  crypto/enveloped.c crypto/compressed.c crypto/envelope.c \
	  crypto/receipt_sig.c
CLIENT	= client/main.c client/ui.c client/settings.c client/init.c \
	  client/check.c client/seal.c client/send.c client/submit.c \
	  client/receipt.c client/inspect.c client/upload.c
VERIFIER = verifier/main.c verifier/settings.c verifier/verify.c \
	  verifier/report.c verifier/handoff.c
PORTAL	= portal/main.c portal/settings.c portal/server.c portal/request.c \
	  portal/uploads.c portal/complete.c portal/store.c portal/ledger.c

UNIT	= 

# --- how it is built ------------------------------------------------------
PKGS	= libcrypto jansson libutf8proc inih zlib
WARN	= -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Werror
FORTIFY	= 3
HARDEN	= -fPIE -fstack-protector-strong -fstack-clash-protection \
	  $(if $(SAN),,-D_FORTIFY_SOURCE=$(FORTIFY))
SANFLAGS = $(if $(SAN),-fsanitize=address,undefined \
	  -fno-sanitize-recover=all -fno-omit-frame-pointer)
OPT	= -O2 -g
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -I. $(OPT) $(WARN) $(HARDEN) $(SANFLAGS) \
	  -DSIGILL_VERSION='"$(VERSION)"' $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANFLAGS) $(LDFLAGS)
LIBS	= $(shell pkg-config --libs $(PKGS))

obj	= $(patsubst %.c,$(O)/obj/%.o,$(1))
LIB	= $(O)/lib/crypto.a $(O)/lib/format.a $(O)/lib/base.a
BIN	= $(O)/bin/sigill $(O)/bin/sigill-verify $(O)/bin/sigill-portal
SHARE	= $(O)/share/locale/sv/LC_MESSAGES/sigill.mo \
	  $(patsubst questionnaires/%,$(O)/share/sigill/questionnaires/%,$(DEFINITIONS))
DEFINITIONS = $(wildcard questionnaires/*.json)
MAN1	= man/sigill.1 man/sigill-verify.1
MAN5	= man/sigill.conf.5 man/sigill-format.5
MAN8	= man/sigill-portal.8

all: $(BIN) $(SHARE)

$(O)/lib/base.a: $(call obj,$(BASE))
$(O)/lib/format.a: $(call obj,$(FORMAT))
$(O)/lib/crypto.a: $(call obj,$(CRYPTO))
$(O)/lib/%.a:
	@mkdir -p $(@D)
	rm -f $@ && $(AR) rcs $@ $^

$(O)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/bin/sigill: $(call obj,$(CLIENT)) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lcurl
$(O)/bin/sigill-verify: $(call obj,$(VERIFIER)) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
$(O)/bin/sigill-portal: $(call obj,$(PORTAL)) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lmicrohttpd -lgnutls -lsqlite3

$(O)/share/locale/%/LC_MESSAGES/sigill.mo: po/%.po
	@mkdir -p $(@D)
	msgfmt --check -o $@ $<
$(O)/share/sigill/questionnaires/%: questionnaires/%
	@mkdir -p $(@D)
	cp $< $@

# One program for each unit test: tests/unit/NAME.c
$(O)/test/%: $(O)/obj/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

-include $(shell find $(O)/obj -name '*.d' 2>/dev/null)

clean:
	rm -rf build

.PHONY: all clean deps demo check lint bench install
.SECONDARY:
