/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfix_export.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include <sys/socket.h>
#include <unistd.h>

#include "ipfix_exporter.h"
#include "nobody.h"
#include "say.h"

#define BURST 64

/* The time, in milliseconds, for which a message is held for more records. */
#define GATHER 20

/* The work of a turn. */
enum work { WORK_NONE, WORK_RECORDS, WORK_LAST };

/* Returns for how many milliseconds there is nothing to do without records. */
static int idle_time(const struct ipfix_exporter *exporter, bool gone)
{
	time_t due = gone ? exporter->retry : exporter->resend;
	time_t now = ipfix_exporter_now();

	if (exporter->pending)
		return GATHER;
	return due > now ? (int)(due - now) * 1000 : -1;
}

/* Waits for records; while the collector is gone, for the next try or the end
 * of the socket. */
static enum work wait_for_work(const struct ipfix_exporter *exporter, int fd)
{
	bool gone =
		!exporter->session && ipfix_exporter_now() < exporter->retry;
	struct pollfd file = { .fd = fd,
			       .events = gone ? POLLRDHUP
					      : POLLIN | POLLRDHUP };

	poll(&file, 1, idle_time(exporter, gone));
	if (file.revents & (POLLHUP | POLLRDHUP))
		return WORK_LAST;
	return file.revents ? WORK_RECORDS : WORK_NONE;
}

/* Reads what has come: whole records. Returns how many, or -1 at the end. */
static ssize_t receive(int fd, struct ipfix_record *records)
{
	const size_t size = sizeof(*records);
	ssize_t got = recv(fd, records, size * BURST, 0);
	size_t rest;

	if (got <= 0)
		return got < 0 && errno == EINTR ? 0 : -1;
	rest = (size_t)got % size;
	if (rest > 0 && recv(fd, (uint8_t *)records + got, size - rest,
			     MSG_WAITALL) != (ssize_t)(size - rest))
		return -1;
	return (ssize_t)(((size_t)got + size - 1) / size);
}

static void interrupt(int signal)
{
	(void)signal;
}

void ipfix_export_serve(int fd, const void *what)
{
	static struct ipfix_record records[BURST];
	struct sigaction action = { .sa_handler = interrupt };
	struct ipfix_exporter exporter;
	enum work work = WORK_NONE;
	ssize_t count = 0;

	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGALRM, &action, NULL);
	if (!become_nobody())
		say("IPFIX: privileges: %s", strerror(errno));
	ipfix_exporter_open(&exporter, what);
	/* At the end a collector that is gone is not awaited. */
	while (count >= 0 && (exporter.session || work != WORK_LAST) &&
	       !(exporter.failing && exporter.collector->once)) {
		work = wait_for_work(&exporter, fd);
		ipfix_exporter_resend(&exporter);
		if (work == WORK_NONE)
			ipfix_exporter_emit(&exporter);
		else
			count = receive(fd, records);
		if (work != WORK_NONE && count > 0)
			ipfix_exporter_append(&exporter, records,
					      (size_t)count);
	}
	ipfix_exporter_emit(&exporter);
	ipfix_exporter_close(&exporter);
}
