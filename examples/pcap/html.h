/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes a page to look at: sections, each with a heading, lines and a ladder
 * of messages. It needs no other file: its style is in it, and it folds without
 * a script. Every text is escaped. The owner of the file checks ferror() at the
 * end. */
#ifndef PCAP_HTML_H
#define PCAP_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define HTML_TEXT 1000

/* The look of a text. */
enum html_tone {
	HTML_PLAIN,
	HTML_GOOD,
	HTML_DIM,
	HTML_BAD, /* red */
	HTML_TONES
};

enum html_arrow { HTML_NO_ARROW, HTML_OUT, HTML_IN };

/* One rung of a ladder: a message, as it is on each side of the translator. */
struct html_row {
	enum html_tone tone;
	enum html_arrow arrow;
	const char *time;
	const char *number; /* the packet's, or "" */
	const char *inside; /* or "", where it did not get */
	const char *outside;
	const char *message;
	const char *note; /* or "" */
	const char *more; /* what a click on the message unfolds, or "" */
};

/* Begins the page, and ends it. */
void html_begin(FILE *page, const char *title);
void html_end(FILE *page);

/* Writes a line of a section, or in front of all sections. */
void html_line(FILE *page, enum html_tone tone, const char *text);

/* Likewise, as printf() does, up to HTML_TEXT characters. */
void html_say(FILE *page, enum html_tone tone, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Writes a heading in front of lines. */
void html_heading(FILE *page, enum html_tone tone, const char *text);

/* Writes a list of links to sections: each has the number of its section, a
 * text, and a tone. */
void html_links_begin(FILE *page);
void html_link(FILE *page, size_t section, enum html_tone tone,
	       const char *text);
void html_links_end(FILE *page);

/* Begins a section, which can be folded, and ends it. */
void html_section_begin(FILE *page, size_t number, const char *heading);
void html_section_end(FILE *page);

/* Writes a ladder within a section. The values that differ between inside and
 * outside are marked. */
void html_ladder_begin(FILE *page);
void html_row(FILE *page, const struct html_row *row);
void html_ladder_end(FILE *page);

#endif
