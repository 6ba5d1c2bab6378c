/* SPDX-License-Identifier: BSD-2-Clause */
#include "exchange.h"

#include "blocks.h"
#include "candidate.h"
#include "hold.h"
#include "host.h"
#include "ike_sa.h"
#include "ike_service.h"
#include "remote.h"
#include "suspect.h"

/* Messages this soon after an exchange are about the SA before. */
#define QUIET_MS 3000

/* The longest time that an answer may take. */
#define ANSWER_MS 2000

struct message {
	uint32_t id; /* the exchange's, among those of the host */
	uint8_t version, exchange;
	bool response; /* always false in version 1 */
	bool inward;
};

static void read_message(struct vpnalg_step *step, const uint8_t *header,
			 struct message *message)
{
	bool request;

	message->version = header[IKE_VERSION_OFF] >> 4;
	message->exchange = header[IKE_EXCHANGE_OFF];
	message->inward = step->parsed->inward;
	message->response = message->version == 2 &&
			    header[IKE_FLAGS_OFF] & IKE_FLAG_RESPONSE;
	/* Both ends count their exchanges of version 2 from 0 on. */
	request = message->version == 2 &&
		  step->parsed->inward == message->response;
	message->id = vpnalg_get32(header + IKE_MESSAGE_ID_OFF) ^
		      vpnalg_get32(header + IKE_INITIATOR_SPI_OFF) ^
		      (uint32_t)request << 31;
}

static bool makes_child(const struct message *message)
{
	if (message->version == 1)
		return message->exchange == IKE_V1_QUICK_MODE;
	return message->version == 2 &&
	       (message->exchange == IKE_AUTH ||
		message->exchange == IKE_CREATE_CHILD_SA);
}

static bool is_liveness_check(const struct message *message)
{
	return message->exchange == (message->version == 1
					     ? IKE_V1_INFORMATIONAL
					     : IKE_INFORMATIONAL) &&
	       !message->response;
}

/* Returns whether the message repeats one of the host's last exchange. */
static bool is_known(const struct ipsec_host *h, const struct message *message)
{
	return h->flags & IPSEC_HOST_REQUESTED && h->message_id == message->id;
}

/* Returns whether the message answers the exchange. Version 1 does not say
 * which end began; the direction of the first message does. */
static bool is_answer(const struct ipsec_host *h, const struct message *message)
{
	if (message->version == 2)
		return message->response;
	return message->inward != !!(h->flags & IPSEC_HOST_PEER_INITIATED);
}

/* Notes another message of the host's last exchange. A request that is sent
 * again was not answered: its SPI is still to come, whichever came meanwhile.
 */
static void repeat(struct ipsec_host *h, const struct message *message,
		   uint32_t now)
{
	if (h->flags & IPSEC_HOST_ANSWERED)
		return;
	if (!is_answer(h, message)) {
		h->flags |= IPSEC_HOST_PENDING;
		return;
	}
	h->flags |= IPSEC_HOST_ANSWERED;
	h->requested = now;
}

/* Promises one SA, whatever was promised before: both ends may begin an
 * exchange at once, and use one of the SAs only. But a host that goes on using
 * several rekeys each of them, and what the exchange before has promised is
 * another one if the host has not sent with that yet. */
static void promise(struct ipsec_host *h, bool several)
{
	if (h->pending == 0 || (several && h->flags & IPSEC_HOST_PROMISED &&
				h->pending < UINT8_MAX))
		h->pending++;
	h->flags |= IPSEC_HOST_PROMISED;
}

/* Notes the first message of an exchange. */
static void begin(struct ipsec_host *h, const struct message *message,
		  bool several)
{
	promise(h, several);
	if (h->flags & IPSEC_HOST_ANSWERED)
		h->flags &= (uint16_t)~IPSEC_HOST_INITIAL;
	h->flags &=
		(uint16_t) ~(IPSEC_HOST_PEER_INITIATED | IPSEC_HOST_ANSWERED);
	if (message->inward)
		h->flags |= IPSEC_HOST_PEER_INITIATED;
	if (message->response) /* the request was not noted */
		h->flags |= IPSEC_HOST_ANSWERED;
	h->message_id = message->id;
	h->flags |= IPSEC_HOST_REQUESTED | IPSEC_HOST_PENDING;
}

/* Makes the host a candidate: from now on the remote may send with a new SPI.
 */
static void await_inbound(struct vpnalg_step *step, struct ipsec_blocks *blocks,
			  struct vpnalg_record *host,
			  const struct message *message)
{
	struct vpnalg *translator = step->translator;

	if (message->exchange == IKE_CREATE_CHILD_SA)
		vpnalg_ipsec_remote_rekey(
			translator, ipsec_blocks_remote(blocks),
			vpnalg_ipsec_host_id(translator, host));
	vpnalg_ipsec_candidate_await(translator, blocks, host, blocks->now);
}

/* Notes a message that may make an SA, in the host. Returns whether an SPI is
 * awaited from now on. */
static bool note_exchange(struct vpnalg_step *step, struct vpnalg_record *host,
			  const struct message *message)
{
	struct ipsec_host *h = ipsec_host_body(step->translator, host);
	uint32_t now = ipsec_step_now(step);
	bool pending;

	if (is_known(h, message))
		repeat(h, message, now);
	else
		begin(h, message,
		      vpnalg_ipsec_host_has_several(step->translator, host));
	pending = h->flags & IPSEC_HOST_PENDING;
	if (pending)
		h->requested = now;
	vpnalg_session_changed(step->translator, host);
	return pending;
}

/* Notes a message that may make an SA, or holds it back. */
static enum vpnalg_result child_message(struct vpnalg_step *step,
					struct vpnalg_record *host,
					const struct message *message)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	struct ipsec_blocks blocks;

	if (remote == NULL)
		return VPNALG_TRANSLATED;
	vpnalg_ipsec_blocks_load(translator, remote, &blocks);
	if (!is_known(ipsec_host_body(translator, host), message) &&
	    vpnalg_ipsec_hold(step, &blocks, host, true, message->id))
		return VPNALG_DROP_HELD;
	if (note_exchange(step, host, message))
		await_inbound(step, &blocks, host, message);
	else
		vpnalg_ipsec_candidate_update(translator, host);
	return VPNALG_TRANSLATED;
}

/* Notes a liveness check. A host that sends one while ESP arrives for it does
 * not receive its own. Version 1 does not distinguish an answer from a request:
 * a message that goes out soon after one came in is its answer. */
static void liveness_check(struct vpnalg_step *step, struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = ipsec_host_body(translator, host);
	uint32_t now = ipsec_step_now(step);

	if (step->parsed->inward) {
		h->peer_dpd = now;
		h->flags |= IPSEC_HOST_PEER_DPD;
		vpnalg_session_changed(translator, host);
		return;
	}
	if ((h->flags & IPSEC_HOST_REQUESTED &&
	     now - h->requested < QUIET_MS) ||
	    (h->flags & IPSEC_HOST_PEER_DPD && now - h->peer_dpd < ANSWER_MS))
		return;
	vpnalg_ipsec_suspect_youngest(step, host);
}

/* Notes that a host begins anew. A host without a record is new anyway. */
static void note_beginning(struct vpnalg_step *step)
{
	struct vpnalg_record *host =
		vpnalg_ipsec_host_find(step->translator, step->record);
	struct ipsec_host *h;

	if (host == NULL)
		return;
	h = ipsec_host_body(step->translator, host);
	h->flags |= IPSEC_HOST_INITIAL;
	h->flags &= (uint16_t) ~(IPSEC_HOST_ANSWERED | IPSEC_HOST_PROMISED);
	h->pending = 0;
	vpnalg_session_changed(step->translator, host);
	vpnalg_ipsec_candidate_update(step->translator, host);
}

/* Returns whether a message from outside has an SPI that the host has never
 * sent, so that it may be forged. The host's answer decides, if there is one.
 */
static bool may_be_forged(struct vpnalg_step *step, const uint8_t *header)
{
	if (!step->parsed->inward || vpnalg_ipsec_ike_sa_is_known(step, header))
		return false;
	/* Only sessions from port 500 have records of SPIs. */
	return vpnalg_session_id(step->translator, step->record,
				 VPNALG_INSIDE_OWN) == IKE_PORT;
}

/* Sets *host to the host that requests an SA, opening it if need be; NULL if
 * there is none. Where the caller refuses it, ESP itself tries again. A store
 * without room costs the message: the SPI that it promises would be lost. */
static enum vpnalg_result find_or_admit(struct vpnalg_step *step,
					struct vpnalg_record **host)
{
	enum vpnalg_result result;

	*host = vpnalg_ipsec_host_find(step->translator, step->record);
	if (*host != NULL || step->parsed->inward || step->parsed->undo)
		return VPNALG_TRANSLATED;
	result = vpnalg_ipsec_remote_admit(step, host);
	if (result != VPNALG_TRANSLATED)
		*host = NULL;
	return ipsec_is_shortage(result) ? result : VPNALG_TRANSLATED;
}

enum vpnalg_result vpnalg_ipsec_exchange(struct vpnalg_step *step)
{
	const uint8_t *header = vpnalg_ipsec_ike_sa_header(step);
	enum vpnalg_result result;
	struct vpnalg_record *host;
	struct message message;

	if (header == NULL || may_be_forged(step, header))
		return VPNALG_TRANSLATED;
	read_message(step, header, &message);
	if (ipsec_ike_sa_is_initial(header) && !step->parsed->inward)
		note_beginning(step);
	if (!makes_child(&message) && !is_liveness_check(&message))
		return VPNALG_TRANSLATED;
	if (makes_child(&message)) {
		result = find_or_admit(step, &host);
		return result == VPNALG_TRANSLATED && host != NULL
			       ? child_message(step, host, &message)
			       : result;
	}
	host = vpnalg_ipsec_host_find(step->translator, step->record);
	if (host != NULL)
		liveness_check(step, host);
	return VPNALG_TRANSLATED;
}

/* Servers inside */

/* Returns whether the message is encrypted. A server may answer any unknown
 * message with an error in clear (RFC 7296 2.21.4). An encrypted answer shows
 * that client and server share a secret. */
static bool is_encrypted(const uint8_t *header)
{
	if (header[IKE_VERSION_OFF] >> 4 == 1)
		return header[IKE_FLAGS_OFF] & IKE_V1_FLAG_ENCRYPTION;
	return header[IKE_NEXT_PAYLOAD_OFF] == IKE_PAYLOAD_SK ||
	       header[IKE_NEXT_PAYLOAD_OFF] == IKE_PAYLOAD_SKF;
}

/* Sets *host to the server towards this remote, opening it if need be; NULL if
 * there is none. */
static enum vpnalg_result find_or_admit_served(struct vpnalg_step *step,
					       struct vpnalg_record **host)
{
	enum vpnalg_result result;

	*host = vpnalg_ipsec_host_shown(step);
	if (*host != NULL || !vpnalg_ipsec_ike_service_has_room(step))
		return VPNALG_TRANSLATED;
	result = vpnalg_ipsec_remote_admit(step, host);
	if (result == VPNALG_TRANSLATED)
		vpnalg_ipsec_host_serve(step, *host);
	else
		*host = NULL;
	return ipsec_is_shortage(result) ? result : VPNALG_TRANSLATED;
}

/* Notes a message of a server that has a host. In version 1 a liveness check
 * looks like the answer to one. */
static enum vpnalg_result served_message(struct vpnalg_step *step,
					 struct vpnalg_record *host,
					 const struct message *message)
{
	vpnalg_ipsec_host_prolong(step->translator, host);
	if (makes_child(message))
		return child_message(step, host, message);
	if (message->version == 2 && is_liveness_check(message))
		liveness_check(step, host);
	return VPNALG_TRANSLATED;
}

enum vpnalg_result vpnalg_ipsec_exchange_served(struct vpnalg_step *step,
						const uint8_t *header)
{
	enum vpnalg_result result = VPNALG_TRANSLATED;
	struct vpnalg_record *host;
	struct message message;

	if (!is_encrypted(header))
		return VPNALG_TRANSLATED;
	read_message(step, header, &message);
	if (makes_child(&message))
		result = find_or_admit_served(step, &host);
	else
		host = vpnalg_ipsec_host_shown(step);
	return result == VPNALG_TRANSLATED && host != NULL
		       ? served_message(step, host, &message)
		       : result;
}
