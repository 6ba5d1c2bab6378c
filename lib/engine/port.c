/* SPDX-License-Identifier: BSD-2-Clause */
/* Well-known ports that are never given out. A packet with such a source port
 * is taken for the service that the port stands for: firewalls and providers
 * drop it, as the answer of an open server in an attack; or it would take the
 * port of a server of the router's own. */

#include "port.h"

#include "../wire/ip.h"

/* Sorted. */
static const struct vpnalg_ports reserved[] = {
	{ 1, 1 },     /* tcpmux: dropped by default in many rule sets */
	{ 7, 7 },     /* echo: two of them answer each other for ever */
	{ 9, 9 },     /* discard, and wake-on-LAN */
	{ 11, 11 },   /* systat: reflection, as the next four */
	{ 13, 13 },   /* daytime */
	{ 15, 15 },   /* netstat */
	{ 17, 17 },   /* quote of the day */
	{ 19, 19 },   /* chargen */
	{ 20, 23 },   /* FTP, SSH, telnet: the router's own */
	{ 25, 25 },   /* mail: blocked against spam */
	{ 37, 37 },   /* time */
	{ 53, 53 },   /* DNS: the router's own; reflection */
	{ 67, 69 },   /* DHCP: the router's own; TFTP: reflection */
	{ 79, 80 },   /* finger; HTTP: the router's own */
	{ 110, 111 }, /* POP3; portmapper: reflection */
	{ 113, 113 }, /* ident: the router's own */
	{ 123, 123 }, /* NTP: the router's own; reflection */
	{ 135, 139 }, /* Windows RPC and NetBIOS: blocked against worms */
	{ 143, 143 }, /* IMAP */
	{ 161, 162 }, /* SNMP: the router's own; reflection */
	{ 177, 177 }, /* XDMCP: reflection */
	{ 179, 179 }, /* BGP: the router's own */
	{ 389, 389 }, /* LDAP without connections: reflection */
	{ 427, 427 }, /* SLP: reflection */
	{ 443, 443 }, /* HTTPS: the router's own */
	{ 445, 445 }, /* SMB: blocked against worms */
	{ 465, 465 }, /* mail */
	{ 512, 515 }, /* r-commands, syslog, printers */
	{ 520, 521 }, /* RIP: the router's own; reflection */
	{ 546, 547 }, /* DHCPv6: the router's own */
	{ 587, 587 }, /* mail */
	{ 593, 593 }, /* RPC over HTTP: blocked against worms */
	{ 623, 623 }, /* IPMI: reflection */
	{ 646, 646 }, /* LDP: the router's own */
	{ 853, 853 }, /* DNS over TLS: the router's own */
	{ 993, 995 }, /* IMAP and POP3 over TLS */
};

bool vpnalg_port_is_reserved(uint8_t space, uint32_t port)
{
	size_t low = 0, high = sizeof(reserved) / sizeof(reserved[0]), middle;

	if (port > 1023 || (space != PROTOCOL_TCP && space != PROTOCOL_UDP))
		return false;
	while (low < high) {
		middle = (low + high) / 2;
		if (port > reserved[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < sizeof(reserved) / sizeof(reserved[0]) &&
	       port >= reserved[low].first;
}
