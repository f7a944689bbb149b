# SPDX-License-Identifier: EUPL-1.2
#
#	make deps	install what is missing from Debian
#	make		build everything into build/
#	make demo	the main job, end to end, on real input
#	make check	all tests, plain and under ASan+UBSan
#	make lint	include rules, headers, warnings, man pages
#	make interop	@tus/server, tus-js-client and curl at the other end
#	make fuzz	parsers under libFuzzer, FUZZ_SECONDS=60 each
#	make faults	docs/FAULTS.md, from the tests with broken lines and kills
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
	  base/private.c base/timestamp.c base/tame.c base/log.c base/config.c \
	  base/message.c base/report.c base/show.c base/command.c \
	  base/notify.c
FORMAT	= format/cbor.c format/cbor_reader.c format/text.c \
	  format/orgnr.c format/fingerprint.c \
	  format/deflate.c format/json.c format/json_scan.c \
	  format/json_fault.c format/json_take.c format/nearest.c \
	  format/definition.c format/points.c format/question.c \
	  format/demand.c format/scoring.c format/questionnaire.c \
	  format/questionnaire_file.c \
	  format/given.c format/given_tell.c format/evidence.c \
	  format/field.c format/member.c format/statement.c \
	  format/statement_json.c format/statement_check.c \
	  format/answers.c format/submission.c format/receipt.c \
	  format/receipt_log.c format/tree_head.c format/mandate.c \
	  format/roll.c format/register.c format/csv_rows.c
CRYPTO	= crypto/crypto.c crypto/digest.c crypto/key.c crypto/key_file.c \
	  crypto/unlock.c crypto/pkcs12.c crypto/cert.c \
	  crypto/cert_request.c crypto/trust.c crypto/usage.c \
	  crypto/der.c crypto/algorithms.c crypto/signed.c \
	  crypto/signed_walk.c crypto/source.c crypto/enveloped.c \
	  crypto/enveloped_walk.c crypto/unwrap.c \
	  crypto/compressed.c crypto/envelope.c \
	  crypto/merkle.c crypto/receipt_sig.c crypto/mandate_sig.c \
	  crypto/reply.c crypto/reply_file.c crypto/benchmark_sig.c \
	  crypto/token.c crypto/token_module.c crypto/token_uri.c \
	  crypto/tls_identity.c
LEDGER	= ledger/sql.c ledger/dialect.c ledger/sqlite.c ledger/postgres.c \
	  ledger/link.c ledger/schema.c
# The report's page.
PAGES	= scoring/report/report_words.c scoring/report/report_view.c scoring/report/report_page.c \
	  scoring/report/report_page_group.c \
	  scoring/report/report_page_change.c \
	  scoring/report/report_page_questions.c
# How answers become results: of sigill-score, and of sigill for its own.
SCORING	= scoring/report/compare.c scoring/page/page.c scoring/page/style.c scoring/page/number.c \
	  scoring/page/chart.c \
	  scoring/feedback/feedback_view.c scoring/feedback/feedback_page.c \
	  scoring/feedback/feedback_voice.c scoring/feedback/feedback_page_now.c \
	  scoring/feedback/feedback_page_areas.c \
	  scoring/feedback/feedback_page_way.c \
	  scoring/feedback/feedback_page_answers.c \
	  scoring/report/disclosure.c scoring/report/groups.c \
	  scoring/typical.c scoring/benchmark.c scoring/benchmark_form.c \
	  scoring/words.c scoring/rounds.c scoring/assumed.c scoring/part.c scoring/sheet.c \
	  scoring/sheet_answers.c scoring/score.c \
	  scoring/document.c scoring/pile_source.c \
	  scoring/pile_batch.c scoring/pile_rank.c scoring/pile.c \
	  scoring/gap.c \
	  scoring/feedback/feedback.c scoring/feedback/feedback_part.c \
	  scoring/feedback/feedback_way.c \
	  scoring/feedback/feedback_answers.c \
	  scoring/feedback/feedback_form.c scoring/feedback/feedback_shape.c \
	  scoring/feedback/feedback_read.c scoring/feedback/feedback_text.c \
	  scoring/feedback/feedback_text_way.c
SCORE	= scoring/main.c scoring/options.c scoring/select.c \
	  scoring/output.c scoring/aggregate_command.c \
	  scoring/feedback_command.c \
	  scoring/benchmark_command.c scoring/benchmark_choose.c \
	  scoring/compare_command.c \
	  $(REPORT)
REPORT	= scoring/report/pairs.c scoring/report/compare_make.c \
	  scoring/report/compare_part.c scoring/report/compare_decide.c \
	  scoring/report/compare_sums.c \
	  scoring/report/compare_text.c \
	  scoring/report/figure.c scoring/report/census.c \
	  scoring/report/census_sets.c scoring/report/census_sums.c \
	  scoring/report/weight.c \
	  scoring/report/change.c scoring/report/aggregate.c \
	  scoring/report/aggregate_levels.c \
	  scoring/report/aggregate_spread.c \
	  scoring/report/aggregate_typical.c \
	  scoring/report/aggregate_questions.c \
	  scoring/report/aggregate_change.c \
	  scoring/report/aggregate_rounds.c scoring/report/asked.c \
	  scoring/report/report_csv.c scoring/report/report_text.c \
	  scoring/report/report_text_questions.c \
	  scoring/report/report_text_row.c \
	  $(PAGES)
CLIENT	= client/main.c client/options.c client/ui.c \
	  client/settings.c client/sniff.c client/init.c client/check.c \
	  client/seal.c client/seal_command.c client/prepare.c \
	  client/submit.c client/earlier.c client/reason.c \
	  client/send.c \
	  client/session.c client/status.c client/status_tell.c client/scored.c \
	  client/scored_open.c client/bar.c client/receipt.c \
	  client/kept.c client/log_proof.c client/log_witness.c \
	  client/inspect.c client/mandate.c \
	  client/feedback_command.c client/feedback_benchmark.c \
	  client/feedback_kept.c \
	  client/mandate_file.c \
	  client/delivery/delivery.c client/delivery/delivery_answer.c \
	  client/delivery/tus.c client/delivery/pace.c \
	  client/delivery/upload.c client/delivery/upload_answer.c \
	  client/delivery/transfer.c client/delivery/probe.c \
	  client/delivery/address.c client/delivery/fault.c \
	  client/delivery/libcurl.c client/delivery/proxy.c \
	  client/delivery/no_proxy.c client/delivery/resolve.c \
	  client/outbox/outbox.c client/outbox/outbox_entry.c \
	  client/outbox/outbox_folder.c client/outbox/outbox_put.c \
	  client/outbox/outbox_show.c client/outbox/outbox_command.c \
	  client/outbox/outbox_kin.c \
	  client/outbox/flush.c client/outbox/flush_tell.c \
	  client/outbox/schedule.c \
	  client/outbox/dispatch.c \
	  client/doctor/doctor.c client/doctor/checkup.c \
	  client/doctor/doctor_local.c client/doctor/doctor_rounds.c \
	  client/doctor/doctor_certs.c \
	  client/doctor/doctor_network.c client/doctor/doctor_portal.c
VERIFIER = verifier/main.c verifier/settings.c verifier/load.c \
	  verifier/verify.c verifier/verdict.c \
	  verifier/entitled.c verifier/seen.c verifier/judge.c \
	  verifier/receipts.c \
	  verifier/handoff.c verifier/verdict_json.c verifier/report.c
PORTAL	= portal/main.c portal/settings.c portal/server.c portal/request.c \
	  portal/headers.c portal/delivery.c portal/delivery_receipts.c \
	  portal/reply.c portal/peer.c \
	  portal/anchors.c portal/vouched.c \
	  portal/uploads.c portal/turns.c portal/complete.c portal/store.c \
	  portal/names.c portal/commits.c portal/changes.c \
	  portal/ledger.c portal/watch.c portal/sweep.c \
	  portal/linger.c portal/listen.c portal/tls.c portal/identity.c \
	  portal/kept.c
# What sigill-intake keeps in the ledger, and by which rules.
FACTS	= intake/facts.c intake/facts_cbor.c
BOOK	= $(FACTS) intake/rules.c \
	  intake/book/arrivals.c intake/book/arrivals_row.c \
	  intake/book/arrivals_add.c intake/book/arrivals_place.c \
	  intake/book/arrivals_settle.c intake/book/arrivals_find.c \
	  intake/book/taken.c intake/book/places.c \
	  intake/book/verdicts.c intake/book/scores.c \
	  intake/book/decisions.c \
	  intake/book/organisations.c intake/book/mandates.c \
	  intake/book/counts.c intake/book/rows_check.c
TREE	= intake/book/tree.c intake/book/tree_had.c \
	  intake/book/tree_check.c intake/book/nodes.c
INTAKE	= intake/main.c intake/options.c intake/tell.c intake/settings.c \
	  intake/staff/export.c intake/staff/export_rows.c \
	  intake/staff/desk.c intake/staff/table.c intake/staff/roll.c \
	  intake/staff/register.c \
	  intake/staff/pile.c intake/staff/find.c intake/staff/who.c \
	  intake/staff/arrival_tell.c intake/staff/beside.c \
	  intake/staff/list.c intake/staff/outlook.c \
	  intake/staff/log.c intake/staff/log_prove.c \
	  intake/staff/benchmark.c \
	  intake/staff/mandate.c intake/staff/mandate_find.c \
	  intake/staff/reason.c \
	  intake/staff/show.c intake/staff/decide.c intake/staff/rounds.c \
	  intake/staff/tally.c intake/staff/missing.c \
	  intake/staff/figures.c intake/staff/summary.c
# The processes that see what anybody may have sent, and the keys.
APART	= intake/service/channel.c intake/service/child.c \
	  intake/service/sandbox.c intake/service/worker.c \
	  intake/service/worker_talk.c intake/service/worker_known.c \
	  intake/service/document.c \
	  intake/service/keyholder.c intake/service/keyholder_talk.c
APART_LIBS = -lseccomp
# What runs the two: the queue's way to verdicts.
SERVICE	= intake/service/run.c intake/service/lane.c \
	  intake/service/batch.c intake/service/batch_verify.c \
	  intake/service/upkeep.c \
	  intake/service/settle.c intake/service/notes.c \
	  intake/service/scan.c intake/service/identify.c \
	  intake/service/keep.c intake/service/known.c intake/service/names.c \
	  intake/service/archive.c intake/service/publish.c \
	  intake/service/hand.c intake/service/drop.c \
	  intake/service/hush.c intake/service/lost.c \
	  intake/service/witness.c intake/service/regain.c \
	  intake/service/remains.c intake/service/folders.c \
	  intake/service/scored.c intake/service/scored_make.c \
	  intake/service/scored_regain.c \
	  intake/service/scored_file.c
# What it has in common with sigill-verify.
JUDGE	= verifier/load.c verifier/verify.c verifier/verdict.c verifier/entitled.c \
	  verifier/seen.c verifier/handoff.c

UNIT	= test_base test_message test_config test_wiping test_cbor \
	  test_text test_orgnr test_deflate \
	  test_statement test_submission test_receipt test_mandate \
	  test_merkle \
	  test_json test_questionnaire test_scoring_rules test_answers \
	  test_digest test_key test_token test_token_uri test_cert test_trust \
	  test_der test_signed test_enveloped test_envelope \
	  test_unwrap test_reply test_channel test_sandbox \
	  test_vouched test_sql test_commits test_delivery test_schedule \
	  test_facts test_rules test_arrivals test_book test_register \
	  test_intake_files \
	  test_tree test_tree_head \
	  $(SCORING_TESTS)

# --- how it is built ------------------------------------------------------
PKGS	= libcrypto libp11 jansson libutf8proc inih zlib
WARN	= -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Werror
FORTIFY	= 3
HARDEN	= -fPIE -fstack-protector-strong -fstack-clash-protection \
	  $(if $(SAN),,-D_FORTIFY_SOURCE=$(FORTIFY))
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all \
	  -fno-omit-frame-pointer
SANFLAGS = $(if $(SAN),$(SANITIZE))
OPT	= -O2 -g
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -I. $(OPT) $(WARN) $(HARDEN) $(SANFLAGS) \
	  -DSIGILL_VERSION='"$(VERSION)"' $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANFLAGS) $(LDFLAGS)
LIBS	= $(shell pkg-config --libs $(PKGS)) -lcsv
LEDGER_LIBS = -lsqlite3 -lpq

obj	= $(patsubst %.c,$(O)/obj/%.o,$(1))
LIB	= $(O)/lib/crypto.a $(O)/lib/format.a $(O)/lib/base.a
BIN	= $(O)/bin/sigill $(O)/bin/sigill-verify $(O)/bin/sigill-portal \
	  $(O)/bin/sigill-intake $(O)/bin/sigill-score
SHARE	= $(O)/share/locale/sv/LC_MESSAGES/sigill.mo \
	  $(patsubst questionnaires/%,$(O)/share/sigill/questionnaires/%,$(DEFINITIONS))
DEFINITIONS = $(wildcard questionnaires/*.json)
DOCS	= $(wildcard docs/*) service/sigill-portal-direct.conf service/roles.sql
UNITS	= systemd/system/sigill-portal.service \
	  systemd/system/sigill-intake.service \
	  systemd/system/sigill-score.service \
	  systemd/system/sigill-score.timer \
	  systemd/user/sigill-outbox.service systemd/user/sigill-outbox.timer
MAN	= man/sigill.1 man/sigill-verify.1 man/sigill-score.1 \
	  man/sigill.conf.5 \
	  man/sigill-format.5 man/sigill-errors.7 man/sigill-portal.8 \
	  man/sigill-intake.8

all: $(BIN) $(SHARE)

$(O)/lib/base.a: $(call obj,$(BASE))
$(O)/lib/format.a: $(call obj,$(FORMAT))
$(O)/lib/crypto.a: $(call obj,$(CRYPTO))
$(O)/lib/ledger.a: $(call obj,$(LEDGER))
$(O)/lib/scoring.a: $(call obj,$(SCORING))
$(O)/lib/%.a:
	@mkdir -p $(@D)
	rm -f $@ && $(AR) rcs $@ $^

$(O)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/bin/sigill: $(call obj,$(CLIENT)) $(O)/lib/scoring.a $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
$(O)/bin/sigill-verify: $(call obj,$(VERIFIER)) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
$(O)/bin/sigill-portal: $(call obj,$(PORTAL)) $(O)/lib/ledger.a $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lmicrohttpd -lgnutls $(LEDGER_LIBS)

WHOLE_INTAKE = $(INTAKE) $(BOOK) $(TREE) $(APART) $(SERVICE) $(JUDGE)
INTAKE_LIBS = $(LEDGER_LIBS) $(APART_LIBS) -pthread
$(O)/bin/sigill-intake: $(call obj,$(WHOLE_INTAKE)) $(O)/lib/ledger.a $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $(INTAKE_LIBS)
$(O)/bin/sigill-score: $(call obj,$(SCORE)) $(O)/lib/scoring.a $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# Workers that do what a file tells them (intake/service/plant.h), for tests.
PLANTED	= $(O)/obj/planted/worker.o $(O)/obj/tests/cli/plant.o
$(PLANTED): CFLAGS += -DSIGILL_PLANT
$(O)/obj/planted/worker.o: intake/service/worker.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(O)/test/sigill-intake-planted: $(PLANTED) $(call obj,$(filter-out \
	%/worker.c,$(WHOLE_INTAKE))) $(O)/lib/ledger.a $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $(INTAKE_LIBS)
$(O)/test/isolate: $(O)/obj/tests/cli/isolate.o $(PLANTED) $(call obj,\
	$(filter-out %/worker.c,$(APART)) $(JUDGE) $(FACTS) \
	intake/settings.c) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $(APART_LIBS) -pthread

$(O)/share/locale/%/LC_MESSAGES/sigill.mo: po/%.po
	@mkdir -p $(@D)
	msgfmt --check -o $@ $<
$(O)/share/sigill/questionnaires/%: questionnaires/%
	@mkdir -p $(@D)
	cp $< $@

# One program for each unit test: tests/unit/NAME.c
$(O)/test/%: $(O)/obj/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) \
	    $(filter %/scoring.a,$^) $(LIB) $(LIBS) -lcmocka

# What several of them need.
$(addprefix $(O)/test/,test_token test_der test_signed test_mandate test_enveloped \
	test_envelope \
	test_unwrap test_reply): $(O)/obj/tests/unit/sample.o

$(addprefix $(O)/test/,test_questionnaire test_scoring_rules): \
	  $(O)/obj/tests/unit/changed.o
$(O)/test/test_message $(O)/test/test_page: $(SHARE)

# Of scoring.
SCORING_TESTS = test_feedback test_page test_figure test_gap test_sheet \
	test_document test_score test_disclosure test_typical test_benchmark test_compare
$(addprefix $(O)/test/,$(SCORING_TESTS)): $(O)/lib/scoring.a
$(O)/test/test_figure: $(addprefix $(O)/obj/scoring/report/,figure.o \
	aggregate_spread.o aggregate_levels.o)
$(addprefix $(O)/test/,test_score test_gap test_feedback): \
	$(O)/obj/tests/unit/instrument.o
$(addprefix $(O)/test/,test_gap test_feedback test_typical test_benchmark test_compare): \
	$(O)/obj/tests/unit/people.o

# Of a program's own parts.
$(O)/test/test_channel: $(addprefix $(O)/obj/intake/service/,channel.o \
	child.o)
$(O)/test/test_sandbox: LIBS += $(APART_LIBS) -pthread
$(O)/test/test_sandbox: $(addprefix $(O)/obj/intake/service/,channel.o \
	sandbox.o)
$(O)/test/test_delivery: $(O)/obj/client/bar.o $(addprefix \
	$(O)/obj/client/delivery/,no_proxy.o pace.o upload_answer.o)
$(O)/test/test_schedule: $(O)/obj/client/outbox/schedule.o
$(O)/test/test_vouched: $(O)/obj/portal/vouched.o
$(O)/test/test_intake_files: LIBS += $(LEDGER_LIBS)
$(O)/test/test_intake_files: $(addprefix $(O)/obj/intake/service/,archive.o \
	document.o drop.o names.o) $(call obj,$(BOOK) $(TREE) $(LEDGER)) \
	$(addprefix $(O)/obj/verifier/,verify.o verdict.o entitled.o seen.o handoff.o)
$(O)/test/test_facts: $(call obj,$(FACTS)) $(addprefix $(O)/obj/verifier/, \
	verify.o verdict.o entitled.o seen.o)
$(O)/test/test_rules: $(O)/obj/intake/rules.o
BOOKS	= $(addprefix $(O)/test/,test_arrivals test_book test_register)
$(BOOKS): LIBS += $(LEDGER_LIBS) -pthread
$(BOOKS): $(call obj,$(BOOK) $(TREE) $(JUDGE) $(LEDGER)) \
	$(addprefix $(O)/obj/tests/unit/,book.o database.o)
$(O)/test/test_tree: LIBS += $(LEDGER_LIBS)
$(O)/test/test_tree: $(call obj,$(TREE) $(LEDGER)) \
	$(addprefix $(O)/obj/tests/unit/,database.o sample.o)
$(O)/test/test_sql $(O)/test/test_commits: LIBS += $(LEDGER_LIBS)
$(O)/test/test_sql $(O)/test/test_commits: $(O)/obj/tests/unit/database.o
$(O)/test/test_sql: $(call obj,$(LEDGER))
$(O)/test/test_commits: $(addprefix $(O)/obj/portal/,commits.o changes.o \
	ledger.o) \
	$(call obj,$(LEDGER))

LAYERS	= tests/vectors/layers.c tests/vectors/tree.c \
	  tests/vectors/variants.c tests/vectors/recipes_cms.c \
	  tests/vectors/recipes_content.c tests/vectors/recipes_reply.c \
	  tests/vectors/recipes_mandate.c
$(O)/test/make-vectors: $(O)/obj/tests/vectors/make-vectors.o \
	$(call obj,$(LAYERS)) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# Thousands of sealed files of a made-up population.
POPULATION = tests/population/make-population.c tests/population/people.c \
	  tests/population/issuer.c tests/population/cases.c \
	  tests/population/filing.c
$(O)/test/make-population: $(call obj,$(POPULATION) $(LAYERS)) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(O)/test/open-receipts: $(O)/obj/tests/population/open-receipts.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# Sealed files for the portal's tests.
$(O)/test/make-sealed $(O)/test/make-receipt: $(O)/test/make-%: \
	$(O)/obj/tests/cli/make-%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# Pages of any documents.
$(O)/test/make-page: $(O)/obj/tests/scoring/make-page.o $(call obj,$(PAGES)) \
	$(O)/lib/scoring.a $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# What uploads for the benchmark.
$(O)/test/load: $(O)/obj/tests/bench/load.o
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lssl -lcrypto -pthread

# A ledger with years in it.
$(O)/test/long-log: $(O)/obj/tests/bench/long-log.o \
	$(filter-out %/main.o,$(call obj,$(WHOLE_INTAKE))) \
	$(O)/lib/ledger.a $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $(INTAKE_LIBS)

-include $(shell find $(O)/obj -name '*.d' 2>/dev/null)

# --- what a person asks for -----------------------------------------------
# Each needed package, because a fresh Debian has none of them.
BUILD_DEPS = gcc libc6-dev make pkg-config libssl-dev libcurl4-openssl-dev \
	  libp11-dev \
	  zlib1g-dev libjansson-dev libutf8proc-dev libinih-dev \
	  libmicrohttpd-dev libgnutls28-dev libsqlite3-dev libcsv-dev \
	  libpq-dev libseccomp-dev gettext openssl
TEST_DEPS = libcmocka-dev python3 python3-cbor2 python3-asn1crypto curl \
	  clang libclang-rt-dev cppcheck mandoc gnupg locales nginx strace \
	  tinyproxy-bin squid softhsm2 opensc postgresql chromium \
	  poppler-utils

# The demonstration does without the tests' programs.
WANTED	= $(BUILD_DEPS) $(TEST_DEPS)
demo: WANTED = $(BUILD_DEPS) python3

# Debian starts the servers that it installs, on public ports, unless
# policy-rc.d says no; the tests want only the programs.
POLICY	= /usr/sbin/policy-rc.d
deps:
	@missing=$$(for p in $(WANTED); do \
	    dpkg-query -W -f '$${Status}' $$p 2>/dev/null | \
	    grep -q 'ok installed' || echo $$p; done); \
	test -z "$$missing" && exit 0; \
	cmd="apt-get install -y --no-install-recommends $$(echo $$missing)"; \
	echo "These Debian packages are missing: $$(echo $$missing)"; \
	if test "$$(id -u)" = 0; then root=; \
	elif sudo -n true 2>/dev/null; then root=sudo; \
	else \
	    echo "Please run this, and then make again:"; \
	    echo "    sudo apt-get update && sudo $$cmd"; \
	    case " $$missing " in *nginx*|*squid*|*postgresql*) \
		echo "Debian starts nginx, squid and postgresql then; the" \
		    "tests do not need that:"; \
		echo "    sudo systemctl disable --now nginx squid postgresql";; \
	    esac; exit 1; \
	fi; \
	echo "Installing them$${root:+ with sudo}; no service is started."; \
	if test ! -e $(POLICY); then \
	    trap "$$root rm -f $(POLICY)" EXIT INT TERM; \
	    printf '#!/bin/sh\nexit 101\n' | $$root tee $(POLICY) >/dev/null; \
	    $$root chmod 755 $(POLICY); \
	fi; \
	$$root apt-get update -q && \
	$$root env DEBIAN_FRONTEND=noninteractive $$cmd

demo: deps
	@echo "Building Sigill (the first time takes about a minute) ..."
	@$(MAKE) -s -j2 all
	@demo/run.sh $(O)

# The plain and the sanitized programs, every test on both; then the rules.
check: deps
	@$(MAKE) -s -j2 all tests
	@$(MAKE) -s -j2 SAN=1 all tests
	@/usr/bin/python3 tests/run.py build build/san
	@$(MAKE) -s lint

tests: $(UNIT:%=$(O)/test/%) $(O)/test/make-vectors $(O)/test/make-sealed \
	$(O)/test/make-receipt $(O)/test/make-page \
	$(O)/test/make-population $(O)/test/open-receipts $(O)/test/isolate \
	$(O)/test/sigill-intake-planted

lint: deps
	@$(MAKE) -s -j2 all
	@tests/lint.sh $(O)

# Other implementations of tus, from npm, and a machine's own Node if it has
# one: 18 is enough.
INTEROP_DEPS = $(shell command -v node >/dev/null || echo nodejs) \
	  $(shell command -v npm >/dev/null || echo npm)
interop: TEST_DEPS += $(INTEROP_DEPS)
interop: deps
	@$(MAKE) -s -j2 all tests
	@/usr/bin/python3 -B tests/interop/peers.py $(O)

bench: deps
	@$(MAKE) -s -j2 all $(O)/test/make-sealed $(O)/test/load \
	    $(O)/test/make-population $(O)/test/open-receipts \
	    $(O)/test/long-log
	@tests/bench/run.sh $(O)

# clang's libFuzzer; everything is compiled anew for it.
FUZZERS	= fuzz_submission fuzz_receipt fuzz_mandate fuzz_sealed fuzz_deflate \
	  fuzz_answers fuzz_definition fuzz_facts fuzz_worker \
	  fuzz_benchmark fuzz_document fuzz_reply fuzz_feedback
FUZZ_SECONDS = 60
$(O)/fuzz/fuzz_worker: intake/service/worker_talk.c \
	intake/service/worker_known.c intake/service/channel.c \
	intake/service/document.c
$(O)/fuzz/fuzz_facts $(O)/fuzz/fuzz_worker: $(FACTS) verifier/verify.c \
	verifier/verdict.c verifier/entitled.c \
	verifier/seen.c
$(O)/fuzz/fuzz_benchmark $(O)/fuzz/fuzz_feedback: $(SCORING)
$(O)/fuzz/fuzz_document: scoring/sheet.c scoring/sheet_answers.c \
	scoring/score.c scoring/document.c \
	scoring/pile_source.c scoring/pile_batch.c scoring/pile_rank.c \
	scoring/pile.c
$(O)/fuzz/%: tests/fuzz/%.c $(BASE) $(FORMAT) $(CRYPTO)
	@mkdir -p $(@D)
	clang -std=c17 -D_GNU_SOURCE -I. -O1 -g \
	    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	    -o $@ $^ $(LIBS)
fuzz: deps
	@$(MAKE) -s -j2 tests $(FUZZERS:%=$(O)/fuzz/%)
	@tests/fuzz/run.sh $(O) $(FUZZ_SECONDS)

# The page is what the plain programs show; `make check` compares.
faults: deps
	@$(MAKE) -s -j2 all tests
	@SIGILL_BUILD=$(O) /usr/bin/python3 tests/faults/run.py \
	    --table docs/FAULTS.md

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin
	install -m 755 $(O)/bin/sigill $(O)/bin/sigill-verify \
	    $(O)/bin/sigill-score $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(O)/bin/sigill-portal $(O)/bin/sigill-intake \
	    $(DESTDIR)$(PREFIX)/sbin
	for f in $(SHARE:$(O)/share/%=%); do \
	    install -D -m 644 $(O)/share/$$f \
	    $(DESTDIR)$(PREFIX)/share/$$f || exit 1; done
	for f in LICENCE README.md $(DOCS); do \
	    install -D -m 644 $$f \
	    $(DESTDIR)$(PREFIX)/share/doc/sigill/$${f##*/} || exit 1; done
	for f in $(UNITS); do \
	    install -D -m 644 service/$${f##*/} $(DESTDIR)$(PREFIX)/lib/$$f && \
	    sed -i 's,/usr/local/,$(PREFIX)/,' $(DESTDIR)$(PREFIX)/lib/$$f || \
	    exit 1; done
	install -D -m 755 service/sigill-score-folder \
	    $(DESTDIR)$(PREFIX)/lib/sigill/sigill-score-folder
	install -D -m 644 service/sigill.sysusers \
	    $(DESTDIR)$(PREFIX)/lib/sysusers.d/sigill.conf
	for f in $(MAN); do \
	    install -D -m 644 $$f $(DESTDIR)$(PREFIX)/share/man/man$${f##*.}/$${f##*/} \
	    || exit 1; done

clean:
	rm -rf build

.PHONY: all clean deps demo check tests lint fuzz faults interop bench install
.SECONDARY:
