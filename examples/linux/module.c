/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library in a Linux kernel: a module that translates one packet when it is
 * loaded. Kbuild says how to build it. A real one calls vpnalg_process() from a
 * netfilter hook, under a spinlock; the manual has a table of what an sk_buff's
 * fields are to a struct vpnalg_packet.
 */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/vmalloc.h>

#include <vpnalg/pptp.h>
#include <vpnalg/store.h>

static uint32_t next_random(void *context)
{
	(void)context;
	return get_random_u32();
}

static int translate(void *sessions, void *memory)
{
	static const struct vpnalg_protocol protocol = { vpnalg_pptp, NULL };
	static const struct vpnalg_addr outside = { VPNALG_IPV4,
						    { 203, 0, 113, 1 } };
	/* 192.168.77.11 port 50000 to 203.0.113.10 port 1723 */
	static uint8_t syn[] = { 69, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0x31, 0x12,
		192, 168, 77, 11, 203, 0, 113, 10, 0xc3, 0x50, 6, 0xbb,
		0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xff, 0xff, 0x9c, 0x17, 0, 0 };
	struct vpnalg_packet packet = { .data = syn, .caplen = 40, .len = 40 };
	struct vpnalg_store store;
	struct vpnalg_config config = {
		.size = sizeof(config), .store = &store, .random = next_random,
		.protocols = &protocol, .protocol_count = 1,
		.addresses = &outside, .address_count = 1,
	};
	struct vpnalg *nat;

	vpnalg_table_init(sessions, VPNALG_TABLE_BYTES(100), VPNALG_KEY_IPV4,
			  &store);
	if (vpnalg_init(&nat, memory, VPNALG_BYTES(1, 1, 32), &config) != 0)
		return -EINVAL;
	vpnalg_process(nat, &packet, 1, jiffies_to_msecs(jiffies));
	pr_info("vpnalg: %s, from %pI4\n", vpnalg_result_text(packet.result),
		packet.data + 12);
	return packet.result == VPNALG_TRANSLATED ? 0 : -EINVAL;
}

static int __init load(void)
{
	void *sessions = vmalloc(VPNALG_TABLE_BYTES(100));
	void *memory = vmalloc(VPNALG_BYTES(1, 1, 32));
	int error = sessions && memory ? translate(sessions, memory) : -ENOMEM;

	vfree(memory);
	vfree(sessions);
	return error;
}

static void __exit unload(void)
{
}

module_init(load);
module_exit(unload);
MODULE_DESCRIPTION("libvpnalg in the kernel");
MODULE_LICENSE("Dual BSD/GPL");
