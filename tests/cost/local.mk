# SPDX-License-Identifier: BSD-2-Clause
# Built and run by tests/cost.py, under callgrind.

EXTRA_DIST += \
	tests/cost/cost.c \
	tests/cost/cost.h \
	tests/cost/frame.c \
	tests/cost/states_data.c \
	tests/cost/states_engine.c \
	tests/cost/states_fragments.c \
	tests/cost/states_ipsec.c \
	tests/cost/states_l2tp.c \
	tests/cost/states_policy.c \
	tests/cost/states_pptp.c \
	tests/cost/states_service.c \
	tests/cost/states_sweep.c
