/* SPDX-License-Identifier: BSD-2-Clause */
#include "html.h"

#include <stdarg.h>
#include <string.h>

static const char style[] =
	"body{font:15px/1.4 sans-serif;margin:1em auto;max-width:110em;"
	"padding:0 1em;color:#222;background:#fff}\n"
	"h1{font-size:1.5em}h2{display:inline;font-size:1.2em}\n"
	"h3{margin:.8em 0 0;font-size:1.1em}\n"
	"p{margin:.2em 0}section{margin:1em 0;border-top:1px solid #bbb;"
	"padding-top:.6em}\n"
	"section>details>summary{cursor:pointer}td summary{cursor:pointer}\n"
	"section:target h2{background:#fe8}\n"
	"table{border-collapse:collapse;width:100%;margin-top:.6em}\n"
	"th{text-align:left;position:sticky;top:0;background:#eee}\n"
	"td,th{padding:.15em .5em;vertical-align:top}\n"
	"tr{border-bottom:1px solid #eee}\n"
	".i,.o{font:13px monospace;width:30%}\n"
	".i{text-align:right;border-right:3px solid #468}\n"
	".o{border-left:3px solid #468}\n"
	".t,.n{font:13px monospace;text-align:right;color:#666}\n"
	".m{text-align:center}.m small{display:block;color:#555}\n"
	".a{color:#468;font-weight:bold}b{background:#fe8}\n"
	".good{color:#060}.dim{color:#777}\n"
	".bad,.bad .m small,.bad .a{color:#b00}tr.bad{background:#fee}\n"
	"ul{columns:20em}#d:checked~section tr:not(.bad):not(.head)"
	"{display:none}\n"
	"@media print{#d,label{display:none}}\n";

static const char *const tones[HTML_TONES] = { "plain", "good", "dim", "bad" };

/* Writes a text so that it cannot be anything but a text. */
static void escape(FILE *page, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		switch (text[i]) {
		case '&':
			fputs("&amp;", page);
			break;
		case '<':
			fputs("&lt;", page);
			break;
		case '>':
			fputs("&gt;", page);
			break;
		case '"':
			fputs("&quot;", page);
			break;
		case '\'':
			fputs("&#39;", page);
			break;
		default:
			fputc((unsigned char)text[i] < ' ' ? '?' : text[i],
			      page);
			break;
		}
}

static void put(FILE *page, const char *text)
{
	escape(page, text, strlen(text));
}

/* Writes the words of a text, and marks those that other has not in the same
 * place, unless other is "". */
static void put_marked(FILE *page, const char *text, const char *other)
{
	bool compare = other[0] != '\0';
	size_t length, other_length;
	bool marked;

	while (*text) {
		length = strcspn(text, " ");
		other_length = strcspn(other, " ");
		marked = compare && (length != other_length ||
				     memcmp(text, other, length) != 0);
		fputs(marked ? "<b>" : "", page);
		escape(page, text, length);
		fputs(marked ? "</b>" : "", page);
		text += length;
		other += other_length;
		if (*text) {
			fputc(' ', page);
			text++;
		}
		other += *other != '\0';
	}
}

void html_begin(FILE *page, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" "
	      "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width\">\n"
	      "<title>",
	      page);
	put(page, title);
	fprintf(page, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>",
		style);
	put(page, title);
	fputs("</h1>\n", page);
}

void html_end(FILE *page)
{
	fputs("</body>\n</html>\n", page);
}

void html_line(FILE *page, enum html_tone tone, const char *text)
{
	fprintf(page, "<p class=\"%s\">", tones[tone]);
	put(page, text);
	fputs("</p>\n", page);
}

void html_say(FILE *page, enum html_tone tone, const char *format, ...)
{
	char text[HTML_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	html_line(page, tone, text);
}

void html_heading(FILE *page, enum html_tone tone, const char *text)
{
	fprintf(page, "<h3 class=\"%s\">", tones[tone]);
	put(page, text);
	fputs("</h3>\n", page);
}

void html_links_begin(FILE *page)
{
	fputs("<ul>\n", page);
}

void html_link(FILE *page, size_t section, enum html_tone tone,
	       const char *text)
{
	fprintf(page, "<li><a class=\"%s\" href=\"#s%zu\">", tones[tone],
		section);
	put(page, text);
	fputs("</a></li>\n", page);
}

/* Ends the links. The box shows or hides rows of the sections that follow. */
void html_links_end(FILE *page)
{
	fputs("</ul>\n<input type=\"checkbox\" id=\"d\">"
	      "<label for=\"d\">show only what went wrong</label>\n",
	      page);
}

void html_section_begin(FILE *page, size_t number, const char *heading)
{
	fprintf(page, "<section id=\"s%zu\">\n<details open><summary><h2>",
		number);
	put(page, heading);
	fputs("</h2></summary>\n", page);
}

void html_section_end(FILE *page)
{
	fputs("</details>\n</section>\n", page);
}

void html_ladder_begin(FILE *page)
{
	fputs("<table>\n<tr class=\"head\"><th class=\"t\">seconds</th>"
	      "<th class=\"n\">packet</th><th class=\"i\">inside</th>"
	      "<th class=\"m\">message</th><th class=\"o\">outside</th></tr>\n",
	      page);
}

void html_ladder_end(FILE *page)
{
	fputs("</table>\n", page);
}

static void put_message(FILE *page, const struct html_row *row)
{
	static const char *const before[] = { "", "", "&larr; " };
	static const char *const behind[] = { "", " &rarr;", "" };

	if (row->more[0])
		fputs("<details><summary>", page);
	fprintf(page, "<span class=\"a\">%s</span>", before[row->arrow]);
	put(page, row->message);
	fprintf(page, "<span class=\"a\">%s</span>", behind[row->arrow]);
	if (row->more[0]) {
		fputs("</summary><div>", page);
		put(page, row->more);
		fputs("</div></details>", page);
	}
	if (row->note[0]) {
		fputs("<small>", page);
		put(page, row->note);
		fputs("</small>", page);
	}
}

void html_row(FILE *page, const struct html_row *row)
{
	fprintf(page, "<tr class=\"%s\"><td class=\"t\">", tones[row->tone]);
	put(page, row->time);
	fputs("</td><td class=\"n\">", page);
	put(page, row->number);
	fputs("</td><td class=\"i\">", page);
	put_marked(page, row->inside, row->outside);
	fputs("</td><td class=\"m\">", page);
	put_message(page, row);
	fputs("</td><td class=\"o\">", page);
	put_marked(page, row->outside, row->inside);
	fputs("</td></tr>\n", page);
}
