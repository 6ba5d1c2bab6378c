/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of nat_ipfix.c, where configure was not given --enable-ipfix. */
#include "nat_ipfix.h"

const char *nat_ipfix_name(void *where, const char *value)
{
	(void)where;
	(void)value;
	return "this program is built without it";
}

bool nat_ipfix_open(struct nat_ipfix *ipfix, const char *name)
{
	(void)ipfix;
	return !name;
}

void nat_ipfix_tell(struct nat_ipfix *ipfix, const struct vpnalg_event *event)
{
	(void)ipfix;
	(void)event;
}

void nat_ipfix_flush(struct nat_ipfix *ipfix)
{
	(void)ipfix;
}

void nat_ipfix_close(struct nat_ipfix *ipfix)
{
	(void)ipfix;
}
