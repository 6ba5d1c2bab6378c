/* SPDX-License-Identifier: BSD-2-Clause */
#include "comment.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* A word of a text. */
struct word {
	const char *at;
	size_t length;
};

static struct word next_word(const char **text)
{
	struct word word = { *text + strspn(*text, " "), 0 };

	word.length = strcspn(word.at, " ");
	*text = word.at + word.length;
	return word;
}

static bool is_value(const struct word *word)
{
	return isdigit((unsigned char)word->at[0]);
}

static bool is_icmp(const char *text)
{
	return !strncmp(text, "ICMP", 4);
}

static bool is_same(const struct word *a, const struct word *b)
{
	return a->length == b->length && !memcmp(a->at, b->at, a->length);
}

/* A value has the words in front of it as its name; an address has none, for
 * what is in front of it is ">" or nothing. */
static void write_change(FILE *text, bool first, const struct word *name,
			 const struct word *was, const struct word *is)
{
	fputs(first ? "" : ", ", text);
	if (name->length && name->at[0] != '>')
		fprintf(text, "%.*s ", (int)name->length, name->at);
	fprintf(text, "%.*s -> %.*s", (int)was->length, was->at,
		(int)is->length, is->at);
}

/* Both are made of the same words, but for the values. */
void comment_changes(FILE *text, const char *before, const char *after)
{
	const char *whole = before;
	struct word name = { before, 0 };
	struct word was = next_word(&before), is = next_word(&after);
	bool first = true;

	for (; was.length && is.length;
	     was = next_word(&before), is = next_word(&after)) {
		if (!is_value(&was)) {
			if (!name.length)
				name.at = was.at;
			name.length = (size_t)(was.at + was.length - name.at);
			continue;
		}
		if (!is_same(&was, &is)) {
			write_change(text, first, &name, &was, &is);
			first = false;
		}
		name.length = 0;
	}
	if (first)
		fprintf(text, "%s, as it was", whole);
}

/* The kind is that of the packet's session, or what the packet itself is. An
 * ICMP error is counted with the session that it is about. */
static void write_kind(FILE *text, const struct kind *of, const char *what)
{
	if (of && is_icmp(what) && !is_icmp(of->name))
		fprintf(text, "%s about %s", what, of->name);
	else
		fputs(of ? of->name : what, text);
}

static void write_opened(FILE *text, const struct kinds *kinds,
			 const struct kind *of)
{
	if (of && of->opened)
		fputs(", opened", text);
	for (size_t i = 0; i < kinds->count; i++)
		if (kinds->grown[i].opened && &kinds->grown[i] != of)
			fprintf(text, ", %s opened", kinds->grown[i].name);
}

/* A packet that was captured behind the NAT had its other form before. */
static void write_changes(FILE *text, const struct outcome *outcome)
{
	const char *was = outcome->at->was.where;
	const char *is = outcome->after->where;
	bool undone = outcome->verdict->task == TASK_IN_UNDO;

	fputs(": ", text);
	comment_changes(text, undone ? is : was, undone ? was : is);
}

static void write_translated(FILE *text, const struct outcome *outcome,
			     bool changes)
{
	const struct kind *of = kinds_of_packet(outcome->kinds);

	write_kind(text, of, outcome->at->was.what);
	if (changes)
		write_changes(text, outcome);
	if (outcome->at->turned)
		fputs(", turned round to an inside host", text);
	write_opened(text, outcome->kinds, of);
	if (outcome->verdict->cut)
		fprintf(text, ", cut to %" PRIu32 " bytes",
			outcome->at->frame.len);
}

static void write_dropped(FILE *text, const struct outcome *outcome)
{
	const struct kind *of = kinds_of_packet(outcome->kinds);

	fprintf(text, "dropped: %s", vpnalg_result_text(outcome->verdict->why));
	if (of)
		fprintf(text, " (%s)", of->name);
}

static void write_fate(FILE *text, const struct outcome *outcome, bool whole)
{
	const struct verdict *verdict = outcome->verdict;

	if (outcome->at->was_held)
		fputs("held for other fragments, then ", text);
	if (verdict->fate == FATE_COPIED) {
		fprintf(text, "copied: %s",
			report_copied_text(verdict->copied));
	} else if (verdict->fate == FATE_DROPPED) {
		write_dropped(text, outcome);
	} else {
		fputs(whole ? "translated: " : "", text);
		write_translated(text, outcome, whole);
	}
	fate_compared(text, outcome->at->other, verdict);
}

void comment_write(FILE *text, const struct outcome *outcome)
{
	if (outcome->verdict->fate != FATE_COPIED)
		fputs(outcome->verdict->task == TASK_OUT ? "OUT, " : "IN, ",
		      text);
	write_fate(text, outcome, true);
}

void comment_note(FILE *text, const struct outcome *outcome)
{
	write_fate(text, outcome, false);
}
