/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of standby.c, where configure was not given --enable-standby. */
#include "standby.h"

#include "../common/say.h"

bool standby_wait(struct standby *standby, const char *url)
{
	(void)standby;
	if (url)
		say("cannot start: standby: this program is built without it");
	return !url;
}

bool standby_load(struct standby *standby, struct nat *nat, vpnalg_time now)
{
	(void)standby;
	(void)nat;
	(void)now;
	return true;
}

bool standby_go_on(struct standby *standby, struct nat *nat, vpnalg_time now)
{
	(void)standby;
	(void)nat;
	(void)now;
	return true;
}

vpnalg_time standby_due(const struct standby *standby)
{
	(void)standby;
	return VPNALG_NEVER;
}

void standby_close(struct standby *standby)
{
	(void)standby;
}
