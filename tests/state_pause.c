/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time that packets wait for --state, with ten thousand and with 200,000
 * sessions: the longest of the steps between which a gateway handles packets,
 * in processor time. Packets go on between them, and what was saved is loaded
 * again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <unistd.h>

#include "../examples/common/nat_options.h"
#include "../examples/common/nat_state.h"
#include "../examples/common/say.h"

/* A step is 64 sessions, or 64 KiB for the process that writes: some tenths of
 * a millisecond. */
#define LONGEST_MS 5.0

/* A machine that is shared makes a step long now and then, in processor time,
 * too. What is long by itself is so in each save. */
#define TRIES 5

#define REMOTES 25
#define PACKET 29 /* of UDP, with a byte of data */

const char program[] = "state_pause";

static const char file[] = "state_pause.saved";
static unsigned failures;

static void check(const char *name, bool good)
{
	printf("%s %s\n", good ? "ok  " : "FAIL", name);
	failures += !good;
}

static double cpu_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static uint32_t next_random(void *context)
{
	static uint64_t state = 1;

	(void)context;
	state = state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(state >> 32);
}

static void open_nat(struct nat *nat)
{
	static struct vpnalg_addr outside = { .family = VPNALG_IPV4,
					      .octets = { 203, 0, 113, 1 } };
	static const struct nat_options options = {
		.addresses = &outside,
		.address_count = 1,
		.general = true,
		.sessions = true,
		.ports = { 1024, 65535 },
	};
	struct vpnalg_config config = { .random = next_random, .burst = 1 };

	if (!nat_open(nat, &config, &options))
		exit(99);
}

static void put16(uint8_t *to, unsigned value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

/* Sends the packet that opens a session, or goes on with it. */
static bool send_of(struct nat *nat, uint32_t session, vpnalg_time now)
{
	uint8_t bytes[PACKET] = { 0x45, 0, 0, PACKET, 0, 0, 0, 0, 64, 17 };
	struct vpnalg_packet packet = { .data = bytes, .caplen = PACKET,
					.len = PACKET,
					.checksum = VPNALG_CHECKSUM_FULL,
					.direction = VPNALG_OUT };
	uint32_t host = session / REMOTES / 64, port = session / REMOTES % 64;
	unsigned sum = 0;

	memcpy(bytes + 12, (uint8_t[]){ 10, 0, (uint8_t)(host >> 8),
					(uint8_t)host, 198, 51, 100,
					(uint8_t)(session % REMOTES) }, 8);
	for (int i = 0; i < 20; i += 2)
		sum += (unsigned)bytes[i] << 8 | bytes[i + 1];
	sum = (sum >> 16) + (sum & 0xffff);
	put16(bytes + 10, ~(sum + (sum >> 16)) & 0xffff);
	put16(bytes + 20, 30000 + port);
	put16(bytes + 22, 4433);
	put16(bytes + 24, 9);
	nat_process(nat, &packet, 1, now);
	return packet.result == VPNALG_TRANSLATED;
}

/* All in one call, as at the end of a program. */
static double save_at_once(struct nat *nat)
{
	static uint8_t buffer[VPNALG_STATE_CHUNK_MAX];
	struct vpnalg_save saving = { .size = sizeof(saving) };
	double begin = cpu_ms();
	size_t length;

	while (vpnalg_save_next(nat->translator, 1, &saving, buffer,
				sizeof(buffer), &length) == VPNALG_STATE_MORE)
		;
	return cpu_ms() - begin;
}

struct pause {
	double longest, sum;
	uint32_t steps, packets, sent;
};

/* Saves once; between two steps packets of sessions go on. */
static void save_in_steps(struct nat_state *state, struct nat *nat,
			  uint32_t sessions, vpnalg_time now,
			  struct pause *pause)
{
	double begin, took;

	*pause = (struct pause){ 0 };
	do {
		begin = cpu_ms();
		nat_state_go_on(state, nat, now);
		took = cpu_ms() - begin;
		pause->sum += took;
		if (took > pause->longest)
			pause->longest = took;
		pause->sent += send_of(nat, pause->steps++ % sessions, now);
		if (nat_state_due(state, now) > now)
			usleep(100);
	} while (state->work != NAT_STATE_RESTS);
}

static uint64_t load(void)
{
	struct vpnalg_load loading = { .size = sizeof(loading) };
	struct nat nat;
	uint8_t *bytes;
	size_t length;

	open_nat(&nat);
	if (!state_file_read(file, &bytes, &length) || !length ||
	    nat_state_load(&nat, &loading, bytes, length, 1) !=
		    VPNALG_STATE_DONE)
		loading.records = 0;
	free(bytes);
	nat_close(&nat);
	return loading.records;
}

static void judge(uint32_t sessions)
{
	const struct nat_options options = { .state = file, .state_every = 1 };
	struct nat_state state;
	struct pause pause;
	struct nat nat;
	bool well = true;
	double longest = LONGEST_MS;
	vpnalg_time now = 1;

	printf("%u sessions\n", sessions);
	open_nat(&nat);
	for (uint32_t i = 0; i < sessions; i++)
		well = send_of(&nat, i, 1) && well;
	check("all sessions open", well);
	printf("     in one go it takes %.2f ms\n", save_at_once(&nat));
	unlink(file);
	check("the file can be kept",
	      nat_state_open(&state, &nat, &options, 1));
	for (int i = 0; i < TRIES && longest >= LONGEST_MS; i++) {
		now += 2000;
		save_in_steps(&state, &nat, sessions, now, &pause);
		printf("     in %u steps %.2f ms, the longest %.3f ms\n",
		       pause.steps, pause.sum, pause.longest);
		longest = pause.longest;
		well = well && pause.sent == pause.steps;
		while (!state_file_is_idle(&state.file))
			usleep(1000);
	}
	check("no step is long", longest < LONGEST_MS);
	check("packets go on in between", well);
	/* Each has a mapping, too, or a part in one. */
	check("all is loaded again",
	      load() == sessions + (sessions + REMOTES - 1) / REMOTES);
	nat_state_close(&state, &nat, now + 1000);
	nat_close(&nat);
	unlink(file);
}

/* The end comes while a save is on its way to the process that writes. */
static void judge_end(void)
{
	const struct nat_options options = { .state = file, .state_every = 1 };
	struct nat_state state;
	struct nat nat;
	uint32_t sessions = 10000;

	open_nat(&nat);
	for (uint32_t i = 0; i < sessions; i++)
		send_of(&nat, i, 1);
	for (int sent = 0; sent < 4; sent++) {
		unlink(file);
		if (!nat_state_open(&state, &nat, &options, 1))
			exit(99);
		while (state.work != (sent ? NAT_STATE_SENDS : NAT_STATE_SAVES))
			nat_state_go_on(&state, &nat, 2000);
		for (int i = 1; i < sent; i++)
			nat_state_go_on(&state, &nat, 2000);
		nat_state_close(&state, &nat, 3000);
		check("a save that the end interrupts does no harm",
		      load() == sessions + sessions / REMOTES);
	}
	nat_close(&nat);
	unlink(file);
}

int main(void)
{
	judge(10000);
	judge(200000);
	judge_end();
	printf("%u failed\n", failures);
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
