/* SPDX-License-Identifier: BSD-2-Clause */
/* What must stay the same of checksums, valid or not. */
#include "checksums.h"

#include "errors.h"
#include "report.h"

/* Returns the sum over all that the checksum behind the IP header covers and
 * that is in memory; of a partial checksum what it differs by from its true
 * value. */
static uint32_t residue(const uint8_t *ip, uint32_t caplen, bool partial)
{
	uint32_t header = header_length(ip), total = get16(ip + 2);
	int off = checksum_offset(ip);
	const uint8_t *l4 = ip + header;

	if (total > caplen)
		total = caplen;
	if (off < 0 || total < header + (uint32_t)off + 2)
		return 0;
	if (partial && ip[9] != ICMP)
		return (pseudo_sum(ip) + (~get16(l4 + off) & 0xffffU)) % 0xffff;
	return sum(l4, total - header,
		   ip[9] == ICMP ? 0 : pseudo_sum(ip)) % 0xffff;
}

static bool has_no_checksum(const uint8_t *ip, uint32_t caplen)
{
	uint32_t header = header_length(ip);

	return ip[9] == UDP && caplen >= header + 8 &&
	       get16(ip + header + 6) == 0;
}

void check_checksums(const struct sent *s, const struct vpnalg_packet *p)
{
	const uint8_t *before = s->bytes.data, *after = p->data;
	bool partial = p->checksum == VPNALG_CHECKSUM_PARTIAL;
	bool none = has_no_checksum(before, s->bytes.length);

	if (sum(before, header_length(before), 0) % 0xffff !=
	    sum(after, header_length(after), 0) % 0xffff)
		broken("2 (checksums)", "of the IP header");
	if (is_later_fragment(before))
		return;
	if (none != has_no_checksum(after, p->caplen))
		broken("2 (checksums)", "none became one, or one none");
	if (!none && residue(before, s->bytes.length, partial) !=
			     residue(after, p->caplen, partial))
		broken("2 (checksums)", "behind the IP header, %s",
		       partial ? "partial" : "complete");
	if (is_icmp_error(s))
		check_quoted_checksums(s, after);
}

static bool is_same_checksum(unsigned before, unsigned after, bool partial)
{
	return before == after || (before == 0xffff && after == 0) ||
	       (partial && before == 0 && after == 0xffff);
}

bool is_same_packet(const uint8_t *a, const uint8_t *b, uint32_t length,
		    bool partial)
{
	int off = checksum_offset(a);
	uint32_t l4 = header_length(a), i;

	partial = partial && (a[9] == TCP || a[9] == DCCP);
	for (i = 0; i < length; i++) {
		bool checksum =
			i == 10 || (off >= 0 && i == l4 + (uint32_t)off);

		if (checksum && i + 1 < length &&
		    is_same_checksum(get16(a + i), get16(b + i), partial))
			i++;
		else if (a[i] != b[i])
			return false;
	}
	return true;
}
