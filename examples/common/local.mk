# SPDX-License-Identifier: BSD-2-Clause
# What the three programs share.

COMMON_FILES = \
	examples/common/config_file.c \
	examples/common/config_file.h \
	examples/common/metrics.c \
	examples/common/metrics.h \
	examples/common/nat.c \
	examples/common/nat.h \
	examples/common/nat_config.c \
	examples/common/nat_config.h \
	examples/common/nat_events.c \
	examples/common/nat_events.h \
	examples/common/nat_metrics.c \
	examples/common/nat_metrics.h \
	examples/common/nat_metrics_policy.c \
	examples/common/nat_metrics_policy.h \
	examples/common/nat_names.c \
	examples/common/nat_names.h \
	examples/common/nat_options.c \
	examples/common/nat_options.h \
	examples/common/nat_policy.c \
	examples/common/nat_policy.h \
	examples/common/nat_report.c \
	examples/common/nat_report.h \
	examples/common/nat_sessions.c \
	examples/common/nat_sessions.h \
	examples/common/nat_tally.c \
	examples/common/nat_tally.h \
	examples/common/nat_timeouts.c \
	examples/common/nat_timeouts.h \
	examples/common/nobody.h \
	examples/common/options.c \
	examples/common/options.h \
	examples/common/replace.c \
	examples/common/replace.h \
	examples/common/say.c \
	examples/common/say.h \
	examples/common/server_ports.c \
	examples/common/server_ports.h \
	examples/common/service_cut.c \
	examples/common/service_cut.h \
	examples/common/service_change.c \
	examples/common/service_change.h \
	examples/common/service_later.c \
	examples/common/service_later.h \
	examples/common/standard.c \
	examples/common/standard.h \
	examples/common/wall_clock.h

NO_IPFIX_FILES = \
	examples/common/nat_ipfix.h \
	examples/common/nat_ipfix_none.c

# What --ipfix takes; vpnalg-pcap needs the child process for it alone.
if IPFIX
IPFIX_FILES = \
	examples/common/ipfix_event.c \
	examples/common/ipfix_event.h \
	examples/common/ipfix_export.c \
	examples/common/ipfix_export.h \
	examples/common/ipfix_exporter.c \
	examples/common/ipfix_exporter.h \
	examples/common/ipfix_record.h \
	examples/common/nat_ipfix.c \
	examples/common/nat_ipfix.h
IPFIX_CHILD_FILES = \
	examples/common/child.c \
	examples/common/child.h
else
IPFIX_FILES = $(NO_IPFIX_FILES)
IPFIX_CHILD_FILES = \
	examples/common/child.h
endif

# A queue of packets that the kernel hands over.
COMMON_QUEUE_FILES = \
	examples/common/queue.c \
	examples/common/queue.h

# Packets that a program sends itself.
COMMON_SEND_FILES = \
	examples/common/answer.c \
	examples/common/answer.h \
	examples/common/fragment.c \
	examples/common/fragment.h \
	examples/common/send.c \
	examples/common/send.h \
	examples/common/wire.h

# What those share that run beside a kernel.
COMMON_LIVE_FILES = \
	examples/common/child.c \
	examples/common/child.h \
	examples/common/nat_metrics_live.c \
	examples/common/nat_metrics_live.h \
	examples/common/nat_state.c \
	examples/common/nat_state.h \
	examples/common/nat_state_options.h \
	examples/common/reload.c \
	examples/common/reload.h \
	examples/common/reload_services.c \
	examples/common/reload_services.h \
	examples/common/rights.c \
	examples/common/rights.h \
	examples/common/signals.c \
	examples/common/signals.h \
	examples/common/state_file.c \
	examples/common/state_file.h \
	examples/common/system.c \
	examples/common/system.h \
	examples/common/take_over.c \
	examples/common/take_over.h
