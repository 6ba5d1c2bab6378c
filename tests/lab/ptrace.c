/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ptrace() for User Mode Linux, which guests.sh preloads.
 *
 * User Mode Linux 6.1 keeps a process' extended state (NT_X86_XSTATE) in a
 * buffer of fixed size. A processor with AMX has more of that state than fits.
 * The host reads as much of it as there is room for, but writes the whole of
 * it or nothing (EFAULT): there no guest comes further than its first process.
 * What the host refused for being short is laid over what the process has, and
 * that is written whole.
 *
 * The rest of the state stays as it is. Nothing of a guest can be there: its
 * kernel answers arch_prctl() itself, by which a process asks the host for AMX.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

typedef long ptrace_function(enum __ptrace_request, pid_t, void *, void *);

static ptrace_function *next;

/*
 * Some six times what a processor with AMX has. It is not on the stack: a guest
 * kernel's is small. One suffices, as one thread of a guest's kernel traces.
 */
static unsigned char whole[65536];

__attribute__((constructor)) static void find_next(void)
{
	*(void **)&next = dlsym(RTLD_NEXT, "ptrace");
}

static long set_whole(pid_t pid, void *type, const struct iovec *given)
{
	struct iovec area = {whole, sizeof(whole)};
	long result = next(PTRACE_GETREGSET, pid, type, &area);

	if (result != 0)
		return result;
	if (area.iov_len <= given->iov_len) {
		errno = EFAULT;
		return -1;
	}
	memcpy(whole, given->iov_base, given->iov_len);
	return next(PTRACE_SETREGSET, pid, type, &area);
}

long ptrace(enum __ptrace_request request, ...)
{
	va_list list;
	pid_t pid;
	void *address;
	void *data;
	long result;

	va_start(list, request);
	pid = va_arg(list, pid_t);
	address = va_arg(list, void *);
	data = va_arg(list, void *);
	va_end(list);
	result = next(request, pid, address, data);
	if (result != 0 && errno == EFAULT && request == PTRACE_SETREGSET &&
	    (uintptr_t)address == NT_X86_XSTATE)
		return set_whole(pid, address, data);
	return result;
}
