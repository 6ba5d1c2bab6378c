/* SPDX-License-Identifier: BSD-2-Clause */
#include "standard.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

#include "options.h"
#include "say.h"

bool standard_hold(void)
{
	signal(SIGPIPE, SIG_IGN);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
			return false;
	return true;
}

int standard_finish(int status)
{
	errno = 0;
	if (!status && (fflush(stdout) || ferror(stdout))) {
		say("cannot write: standard output: %s",
		    errno ? strerror(errno) : "an earlier write failed");
		status = EXIT_ERROR;
	}
	if (fflush(stderr) || ferror(stderr))
		status = EXIT_ERROR;
	return status;
}
