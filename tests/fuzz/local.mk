# SPDX-License-Identifier: BSD-2-Clause
# Conversations by which the promises are fuzzed: tests/fuzz/run.sh builds them
# with libFuzzer, and any compiler without it.

FUZZ_FILES = \
	tests/fast_path.c \
	tests/fast_path.h \
	tests/fuzz/bytes.c \
	tests/fuzz/bytes.h \
	tests/fuzz/callbacks.c \
	tests/fuzz/callbacks.h \
	tests/fuzz/checksums.c \
	tests/fuzz/checksums.h \
	tests/fuzz/claim.c \
	tests/fuzz/claim.h \
	tests/fuzz/conversation.c \
	tests/fuzz/conversation.h \
	tests/fuzz/errors.c \
	tests/fuzz/errors.h \
	tests/fuzz/event_log.c \
	tests/fuzz/event_log.h \
	tests/fuzz/flow.c \
	tests/fuzz/flow.h \
	tests/fuzz/fragments.c \
	tests/fuzz/fragments.h \
	tests/fuzz/input.c \
	tests/fuzz/input.h \
	tests/fuzz/listing.c \
	tests/fuzz/listing.h \
	tests/fuzz/offer.c \
	tests/fuzz/offer.h \
	tests/fuzz/owner.c \
	tests/fuzz/owner.h \
	tests/fuzz/pieces.c \
	tests/fuzz/pieces.h \
	tests/fuzz/process.c \
	tests/fuzz/process.h \
	tests/fuzz/records.c \
	tests/fuzz/records.h \
	tests/fuzz/report.c \
	tests/fuzz/report.h \
	tests/fuzz/result.c \
	tests/fuzz/result.h \
	tests/fuzz/rogue.c \
	tests/fuzz/rogue.h \
	tests/fuzz/say.h \
	tests/fuzz/say_ipsec.c \
	tests/fuzz/say_l2tp.c \
	tests/fuzz/say_plain.c \
	tests/fuzz/say_tcp.c \
	tests/fuzz/sent.c \
	tests/fuzz/sent.h \
	tests/fuzz/services.c \
	tests/fuzz/services.h \
	tests/fuzz/settings.c \
	tests/fuzz/settings.h \
	tests/fuzz/steer.c \
	tests/fuzz/steer.h \
	tests/fuzz/step.h \
	tests/fuzz/store.c \
	tests/fuzz/store.h \
	tests/fuzz/strange.c \
	tests/fuzz/strange.h \
	tests/fuzz/undo.c \
	tests/fuzz/undo.h \
	tests/fuzz/witness.c \
	tests/fuzz/witness.h \
	tests/fuzz/world.c \
	tests/fuzz/world.h \
	tests/fuzz/worlds.c \
	tests/fuzz/worlds.h

if SCRIPT_TESTS
check_PROGRAMS += tests/fuzz/replay
tests_fuzz_replay_LDADD = lib/libcore.la
tests_fuzz_replay_SOURCES = $(FUZZ_FILES) tests/fuzz/replay.c
endif

EXTRA_DIST += \
	tests/fuzz/corpus/conversation/answer-port \
	tests/fuzz/corpus/conversation/burst \
	tests/fuzz/corpus/conversation/esp-shown-full \
	tests/fuzz/corpus/conversation/fails \
	tests/fuzz/corpus/conversation/fixed-port \
	tests/fuzz/corpus/conversation/fragments-again \
	tests/fuzz/corpus/conversation/full \
	tests/fuzz/corpus/conversation/general \
	tests/fuzz/corpus/conversation/icmp-error \
	tests/fuzz/corpus/conversation/ike-esp \
	tests/fuzz/corpus/conversation/ike-other-port \
	tests/fuzz/corpus/conversation/ike-port \
	tests/fuzz/corpus/conversation/ike-sa-full \
	tests/fuzz/corpus/conversation/ike-sa-late-full \
	tests/fuzz/corpus/conversation/ike-service-spi \
	tests/fuzz/corpus/conversation/ike-truncated \
	tests/fuzz/corpus/conversation/l2tp-flow-fragment \
	tests/fuzz/corpus/conversation/l2tp-port-malformed \
	tests/fuzz/corpus/conversation/l2tp-port-service-error \
	tests/fuzz/corpus/conversation/l2tp2 \
	tests/fuzz/corpus/conversation/l2tp2-claim \
	tests/fuzz/corpus/conversation/l2tp2-hidden-truncated \
	tests/fuzz/corpus/conversation/l2tp2-shared \
	tests/fuzz/corpus/conversation/l2tp3 \
	tests/fuzz/corpus/conversation/l2tp3-claim \
	tests/fuzz/corpus/conversation/l2tp3-ip \
	tests/fuzz/corpus/conversation/l2tp3-service-error \
	tests/fuzz/corpus/conversation/left-over \
	tests/fuzz/corpus/conversation/nat-t \
	tests/fuzz/corpus/conversation/own-l2tp \
	tests/fuzz/corpus/conversation/policy \
	tests/fuzz/corpus/conversation/pptp \
	tests/fuzz/corpus/conversation/pptp-cut \
	tests/fuzz/corpus/conversation/pptp-pac \
	tests/fuzz/corpus/conversation/pptp-truncated \
	tests/fuzz/corpus/conversation/restart \
	tests/fuzz/corpus/conversation/rogue \
	tests/fuzz/corpus/conversation/rogue-fragment \
	tests/fuzz/corpus/conversation/service-error-later \
	tests/fuzz/corpus/witness/esp-natt \
	tests/fuzz/corpus/witness/forged-end \
	tests/fuzz/corpus/witness/l2tp2-l2tp3 \
	tests/fuzz/corpus/witness/l2tp3ip-gre \
	tests/fuzz/corpus/witness/port-0 \
	tests/fuzz/corpus/witness/pptp-ike \
	tests/fuzz/corpus/witness/udp-tcp \
	tests/fuzz/run.sh \
	tests/fuzz/target_conversation.c \
	tests/fuzz/target_witness.c

# Fuzzing, for a bounded time: FUZZ_SECONDS for each target.
.PHONY: fuzz
fuzz:
	FUZZ_SECONDS='$(FUZZ_SECONDS)' FUZZ_SEED='$(FUZZ_SEED)' \
		$(SHELL) $(top_srcdir)/tests/fuzz/run.sh
