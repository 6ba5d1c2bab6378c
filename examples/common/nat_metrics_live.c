/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_metrics_live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

static const struct nat_metrics_more *
more_of(const struct nat_metrics_live *live)
{
	return live->more.write ? &live->more : NULL;
}

static void write_live(struct nat_metrics_live *live, const struct nat *nat,
		       bool active)
{
	size_t length;
	char *text = nat_metrics_text(nat, active, more_of(live), &length);
	bool well = text && state_file_write(&live->file,
					     (const uint8_t *)text, length);

	if (!well && !live->failed)
		say("cannot write %s: %s", live->file.name, strerror(errno));
	live->failed = !well;
	free(text);
}

void nat_metrics_open(struct nat_metrics_live *live, const struct nat *nat,
		      const struct nat_options *options)
{
	live->interval = options->metrics_every * 1000;
	if (!options->metrics)
		return;
	if (state_file_open(&live->file, options->metrics, REPLACE_FOR_OTHERS))
		write_live(live, nat, false);
	else
		say("cannot write %s: %s", options->metrics, strerror(errno));
}

void nat_metrics_go_on(struct nat_metrics_live *live, const struct nat *nat,
		       vpnalg_time now)
{
	if (live->file.child.pid <= 0 || now < live->next ||
	    !state_file_is_idle(&live->file))
		return;
	live->next = now + live->interval;
	write_live(live, nat, true);
}

void nat_metrics_change(struct nat_metrics_live *live, const struct nat *nat,
			const struct nat_options *next, bool is_new,
			vpnalg_time now)
{
	if (is_new) {
		nat_metrics_close(live, nat);
		live->failed = false;
		live->next = now;
		nat_metrics_open(live, nat, next);
	} else if (live->interval != next->metrics_every * 1000) {
		live->interval = next->metrics_every * 1000;
		live->next = now;
	}
	if (live->file.name)
		live->file.name = next->metrics;
}

void nat_metrics_close(struct nat_metrics_live *live, const struct nat *nat)
{
	if (live->file.child.pid > 0)
		write_live(live, nat, false);
	state_file_close(&live->file);
}
