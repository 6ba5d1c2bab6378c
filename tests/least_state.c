/* SPDX-License-Identifier: BSD-2-Clause */
/* A state that has a service (least.sh): a whole build saves it, and one
 * without services loads what else there is. least_state save|load FILE */
#include <stdio.h>
#include <string.h>
#include <vpnalg/protocols.h>
#include <vpnalg/state.h>
#include <vpnalg/store.h>

static uint64_t sessions[8192], memory[8192];
static uint8_t state[8192];
static struct vpnalg_store store;
static struct vpnalg *translator;
static const struct vpnalg_addr outside = { VPNALG_IPV4, { 203, 0, 113, 1 } };
static const struct vpnalg_protocol protocols[] = { { vpnalg_general, NULL } };

static uint32_t draw(void *context)
{
	(void)context;
	return 4;
}

static int begin(void)
{
	struct vpnalg_config config = { .size = sizeof(config),
					.store = &store,
					.protocols = protocols,
					.protocol_count = 1,
					.addresses = &outside,
					.address_count = 1,
					.random = draw,
					.hash_key = { 1, 2 } };

	return vpnalg_init(&translator, memory, sizeof(memory), &config);
}

static int save(FILE *file)
{
	struct vpnalg_service service = {
		.size = sizeof(service), .protocol = 17, .outside = outside,
		.inside = { VPNALG_IPV4, { 10, 0, 0, 1 } },
		.inside_port = 22, .outside_port = 22 };
	struct vpnalg_save saving = { .size = sizeof(saving), .state = 1 };
	size_t length;
	int result;

	if (vpnalg_service_add(translator, &service, 0) != 0)
		return 1;
	do {
		result = vpnalg_save_next(translator, 0, &saving, state,
					  sizeof(state), &length);
		fwrite(state, 1, length, file);
	} while (result == VPNALG_STATE_MORE);
	return result != VPNALG_STATE_DONE;
}

static int load(FILE *file)
{
	struct vpnalg_load loading = { .size = sizeof(loading),
				       .services = true };
	size_t length = fread(state, 1, sizeof(state), file), used, at = 0;
	int result;

	do {
		result = vpnalg_load_next(translator, &loading, state + at,
					  length - at, &used);
		at += used;
	} while (result == VPNALG_STATE_MORE && used > 0);
	if (result != VPNALG_STATE_DONE ||
	    vpnalg_load_end(translator, &loading, 0) != VPNALG_STATE_DONE)
		return 1;
	printf("%u sessions are left out\n", (unsigned)loading.left_out);
	return loading.left_out != 1;
}

static int refuses_a_store(void)
{
	uint8_t udp[] = { 69, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1,
			  192, 0, 2, 1, 4, 1, 4, 1, 0, 12, 0, 0, 1, 2, 3, 4 };
	struct vpnalg_packet packet = { .data = udp,
					.caplen = sizeof(udp),
					.len = sizeof(udp),
					.direction = VPNALG_OUT };

	vpnalg_process(translator, &packet, 1, 0);
	return packet.result != VPNALG_TRANSLATED ||
	       begin() != VPNALG_ERROR_NOT_EMPTY;
}

int main(int argc, char **argv)
{
	bool saves = argc == 3 && strcmp(argv[1], "save") == 0;
	FILE *file = argc == 3 ? fopen(argv[2], saves ? "wb" : "rb") : NULL;
	int failed;

	if (file == NULL)
		return 1;
	vpnalg_table_init(sessions, sizeof(sessions), VPNALG_KEY_IPV4, &store);
	if (begin() != 0)
		return 1;
	failed = saves ? save(file) : load(file) || refuses_a_store();
	return fclose(file) != 0 || failed;
}
