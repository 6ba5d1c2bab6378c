/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <sys/signalfd.h>
#include <unistd.h>

#include "say.h"

int signals_open(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		say("cannot start: signals: %s", strerror(errno));
	return fd;
}

int signals_next(int fd)
{
	struct signalfd_siginfo signal;

	if (read(fd, &signal, sizeof(signal)) != (ssize_t)sizeof(signal))
		return 0;
	return (int)signal.ssi_signo;
}
