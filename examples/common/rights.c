/* SPDX-License-Identifier: BSD-2-Clause */
#include "rights.h"

#include <errno.h>
#include <string.h>

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "nobody.h"
#include "say.h"

#define BIT(capability) (1u << (capability))

/* Needed to change a table of nftables, through the socket that owns it, and to
 * give verdicts on queued packets. */
#define NEEDED_TO_RUN BIT(CAP_NET_ADMIN)
#define NEEDED_TO_START (BIT(CAP_NET_ADMIN) | BIT(CAP_NET_RAW))

static bool get(struct __user_cap_data_struct *sets)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};

	return !syscall(SYS_capget, &header, sets);
}

static bool set_only(unsigned capabilities)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct sets[2] = {
		{ .effective = capabilities, .permitted = capabilities }
	};

	return !syscall(SYS_capset, &header, sets);
}

bool rights_suffice(void)
{
	struct __user_cap_data_struct sets[2];

	return get(sets) &&
	       (sets[0].effective & NEEDED_TO_START) == NEEDED_TO_START;
}

bool rights_drop(void)
{
	if (!prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) && become_nobody() &&
	    set_only(NEEDED_TO_RUN) && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return true;
	say("cannot start: privileges: %s", strerror(errno));
	return false;
}
