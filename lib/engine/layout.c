/* SPDX-License-Identifier: BSD-2-Clause */
/* Bodies in network order.
 *
 * Numbers are written with their first byte first. The fields of a group of
 * bit-fields are written as one number, of which the first field is the lowest
 * bits: some machines have it there, others have it at the top. */
#include "layout.h"

#include <string.h>

/* One item of a layout. */
struct item {
	unsigned bytes;
	bool gap;         /* bytes of nothing */
	const char *bits; /* the fields of a group; NULL: a number */
};

/* Reading a layout */

static unsigned read_number(const char **at)
{
	unsigned number = 0;

	while (**at >= '0' && **at <= '9' && number < 100)
		number = number * 10 + (unsigned)(*(*at)++ - '0');
	return number;
}

/* Reads a group and returns the number of its bits; 0: too many, or it does not
 * end. */
static unsigned read_bits(const char **at)
{
	unsigned all = 0, bits;

	while (**at != ')') {
		bits = read_number(at);
		if (bits == 0 || bits > 32)
			return 0;
		all += bits;
		if (**at == ' ')
			++*at;
	}
	++*at;
	return all <= 32 ? all : 0;
}

/* Returns the bytes that the bits take: a compiler takes whole ones. */
static unsigned bytes_of(unsigned bits)
{
	if (bits > 16)
		return 4;
	return bits > 8 ? 2 : 1;
}

/* Reads the next item. Returns false at the end; *at is before the end of the
 * string then if the layout cannot be read. */
static bool next_item(const char **at, struct item *item)
{
	const char *begin = *at;
	unsigned bits;

	*item = (struct item){ .bytes = 1 };
	if (*begin == '1' || *begin == '2' || *begin == '4') {
		item->bytes = (unsigned)(*begin - '0');
	} else if (*begin == '.') {
		item->gap = true;
	} else if (*begin == '(') {
		item->bits = begin + 1;
		++*at;
		bits = read_bits(at);
		if (bits == 0)
			*at = begin;
		item->bytes = bytes_of(bits);
		return bits != 0;
	} else {
		return false;
	}
	++*at;
	return true;
}

bool vpnalg_layout_fits(const char *layout, size_t bytes)
{
	struct item item;
	size_t all = 0;

	while (next_item(&layout, &item))
		all += item.bytes;
	return *layout == '\0' && all == bytes;
}

/* Numbers */

static uint32_t machine_get(const uint8_t *p, unsigned bytes)
{
	uint32_t four;
	uint16_t two;

	if (bytes == 1)
		return *p;
	if (bytes == 2) {
		memcpy(&two, p, sizeof(two));
		return two;
	}
	memcpy(&four, p, sizeof(four));
	return four;
}

static void machine_put(uint8_t *p, unsigned bytes, uint32_t value)
{
	uint16_t two = (uint16_t)value;

	if (bytes == 1)
		*p = (uint8_t)value;
	else if (bytes == 2)
		memcpy(p, &two, sizeof(two));
	else
		memcpy(p, &value, sizeof(value));
}

static uint32_t network_get(const uint8_t *p, unsigned bytes)
{
	uint32_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | *p++;
	return value;
}

static void network_put(uint8_t *p, unsigned bytes, uint32_t value)
{
	while (bytes-- > 0) {
		p[bytes] = (uint8_t)value;
		value >>= 8;
	}
}

/* Bit-fields */

/* Returns whether the first of some bit-fields is in the lowest bits. */
static bool first_is_lowest(void)
{
	const struct {
		uint32_t first : 1, rest : 31;
	} probe = { 1, 0 };
	uint32_t value;

	memcpy(&value, &probe, sizeof(value));
	return value & 1;
}

uint32_t vpnalg_layout_turn(const char *bits, uint32_t value, unsigned all,
			    enum layout_direction direction)
{
	uint32_t turned = 0, field;
	unsigned low = 0, width, high;

	while (*bits != ')' && low < all) {
		width = read_number(&bits);
		high = all - low - width;
		field = value >> (direction == LAYOUT_OUT ? high : low);
		field &= UINT32_MAX >> (32 - width);
		turned |= field << (direction == LAYOUT_OUT ? low : high);
		low += width;
		if (*bits == ' ')
			bits++;
	}
	return turned;
}

static uint32_t turn(const struct item *item, uint32_t value,
		     enum layout_direction direction)
{
	if (item->bits == NULL || first_is_lowest())
		return value;
	return vpnalg_layout_turn(item->bits, value, item->bytes * 8,
				  direction);
}

/* Bodies */

static void copy_item(const struct item *item, uint8_t *to, const uint8_t *from,
		      enum layout_direction direction)
{
	if (item->gap)
		*to = 0;
	else if (direction == LAYOUT_OUT)
		network_put(
			to, item->bytes,
			turn(item, machine_get(from, item->bytes), direction));
	else
		machine_put(
			to, item->bytes,
			turn(item, network_get(from, item->bytes), direction));
}

void vpnalg_layout_copy(const char *layout, uint8_t *to, const uint8_t *from,
			size_t bytes, enum layout_direction direction)
{
	struct item item;

	if (layout == NULL) {
		memcpy(to, from, bytes);
		return;
	}
	while (next_item(&layout, &item) && item.bytes <= bytes) {
		copy_item(&item, to, from, direction);
		to += item.bytes;
		from += item.bytes;
		bytes -= item.bytes;
	}
}
