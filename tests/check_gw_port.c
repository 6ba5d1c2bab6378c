/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/gw/port.c: which frames of the ring are read at once. The ring is
 * ours here, and no kernel fills it. */
#include "gateway.h"

#include <stdlib.h>
#include <string.h>

#include <linux/if_packet.h>
#include <linux/virtio_net.h>

#include "../examples/gw/port.h"

/* As the port asks the kernel for it. */
#define FRAME_SIZE 2048
#define FRAME_COUNT 2048

#define LINK_LEN 14
#define IP_LEN 1000
#define MAC_OFF 96
#define MAX 8

static struct port port;

static void begin(void)
{
	port = (struct port){ .fd = -1 };
	port.ring = calloc(FRAME_COUNT, FRAME_SIZE);
	ck_assert(port.ring != NULL);
}

static void end(void)
{
	free(port.ring);
}

/* A frame that the interface has merged from segments of that many bytes, or
 * one as it came (0). */
static void fill(unsigned number, uint16_t segment)
{
	uint8_t *start = port.ring + (size_t)number * FRAME_SIZE;
	struct tpacket2_hdr header = {
		.tp_status = TP_STATUS_USER,
		.tp_len = LINK_LEN + IP_LEN,
		.tp_snaplen = LINK_LEN + IP_LEN,
		.tp_mac = MAC_OFF,
		.tp_net = MAC_OFF + LINK_LEN,
	};
	struct virtio_net_hdr offload = {
		.gso_type = segment ? VIRTIO_NET_HDR_GSO_TCPV4
				    : VIRTIO_NET_HDR_GSO_NONE,
		.gso_size = segment,
	};

	memcpy(start, &header, sizeof(header));
	memcpy(start + MAC_OFF - sizeof(offload), &offload, sizeof(offload));
	put(start + header.tp_net + 2, 2, IP_LEN);
}

/* What is there, and how many of it each call reads. */
static const struct burst_row {
	uint16_t segments[5];
	size_t frames;
	size_t reads[6];
} burst_rows[] = {
	{ { 0 }, 0, { 0 } },
	{ { 0, 0, 0, 0, 0 }, 5, { 5 } },
	{ { 100, 0, 0, 0, 0 }, 5, { 1, 4 } },
	{ { 0, 0, 100, 0, 0 }, 5, { 3, 2 } },
	{ { 0, 0, 0, 0, 100 }, 5, { 5 } },
	{ { 100, 100, 100, 100, 100 }, 5, { 1, 1, 1, 1, 1 } },
};

/* There is room for what one frame is cut into, after as many as a call may
 * read. */
START_TEST(a_merged_frame_is_the_last_of_its_burst)
{
	const struct burst_row *row = &burst_rows[_i];
	struct frame frames[MAX];
	unsigned done = 0;

	for (unsigned i = 0; i < row->frames; i++)
		fill(i, row->segments[i]);
	for (unsigned i = 0; i < ROWS(row->reads); i++) {
		size_t read = port_read(&port, frames, MAX);

		ck_assert_uint_eq(read, row->reads[i]);
		for (size_t j = 0; j < read; j++, done++) {
			ck_assert_uint_eq(frames[j].segment,
					  row->segments[done]);
			ck_assert_uint_eq(frames[j].len, IP_LEN);
		}
		port_give_back(&port, read);
	}
	ck_assert_uint_eq(port.read, row->frames);
	ck_assert_uint_eq(port.lost, 0);
}
END_TEST

START_TEST(no_more_is_read_than_was_asked_for)
{
	struct frame frames[MAX];

	for (unsigned i = 0; i < MAX + 1; i++)
		fill(i, 0);
	ck_assert_uint_eq(port_read(&port, frames, MAX), MAX);
	port_give_back(&port, MAX);
	ck_assert_uint_eq(port_read(&port, frames, MAX), 1);
}
END_TEST

Suite *gw_port_suite(void)
{
	Suite *s = suite_create("gw_port");
	TCase *t = tcase_create("reading");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_merged_frame_is_the_last_of_its_burst, 0,
			    ROWS(burst_rows));
	tcase_add_test(t, no_more_is_read_than_was_asked_for);
	suite_add_tcase(s, t);
	return s;
}
