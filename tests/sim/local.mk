# SPDX-License-Identifier: BSD-2-Clause
# A model of the world for the pairing of ESP; tests/sim/README tells of it.

SIM_WORLD_FILES = \
	tests/sim/attack.c \
	tests/sim/baseline.c \
	tests/sim/basics.c \
	tests/sim/basics.h \
	tests/sim/blind.c \
	tests/sim/contest.h \
	tests/sim/daemon.c \
	tests/sim/dice.c \
	tests/sim/dice.h \
	tests/sim/library.c \
	tests/sim/life.c \
	tests/sim/messages.c \
	tests/sim/messages.h \
	tests/sim/options.c \
	tests/sim/oracle.c \
	tests/sim/path.c \
	tests/sim/queue.c \
	tests/sim/queue.h \
	tests/sim/rekey.c \
	tests/sim/report.c \
	tests/sim/report.h \
	tests/sim/request.c \
	tests/sim/scenario.c \
	tests/sim/score.c \
	tests/sim/score.h \
	tests/sim/settings.h \
	tests/sim/spi_map.c \
	tests/sim/traffic.c \
	tests/sim/tunnel.c \
	tests/sim/wire.c \
	tests/sim/wire.h \
	tests/sim/world.c \
	tests/sim/world.h

if SCRIPT_TESTS
check_PROGRAMS += tests/sim/sim
tests_sim_sim_LDADD = lib/libcore.la -lm
tests_sim_sim_SOURCES = $(SIM_WORLD_FILES) tests/sim/sim.c
endif

EXTRA_DIST += \
	tests/sim/README \
	tests/sim/long.sh \
	tests/sim/quick.sh
