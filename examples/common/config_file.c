/* SPDX-License-Identifier: BSD-2-Clause */
#include "config_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

/* A longer file is no file of options. */
#define FILE_MAX 1048576

#define BLANKS " \t\r"

/* Opens a file that can be read to its end without waiting for it. Returns -1
 * when that failed, and why. */
static int open_regular(const char *name, const char **why)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;

	*why = NULL;
	if (fd < 0 || fstat(fd, &status))
		*why = strerror(errno);
	else if (!S_ISREG(status.st_mode))
		*why = "not a regular file";
	if (*why && fd >= 0)
		close(fd);
	return *why ? -1 : fd;
}

/* Reads what is there. Returns its length, or why there is none. */
static size_t read_all(int fd, char *text, const char **why)
{
	size_t length = 0;
	ssize_t more = 1;

	while (more > 0 && length <= FILE_MAX) {
		more = read(fd, text + length, FILE_MAX + 1 - length);
		if (more > 0)
			length += (size_t)more;
	}
	if (more < 0)
		*why = strerror(errno);
	else if (length > FILE_MAX)
		*why = "longer than 1 MiB";
	return length;
}

/* Returns the text with a NUL behind it, to be freed; or NULL, which was
 * said. */
static char *read_text(const char *name, size_t *length)
{
	const char *why;
	int fd = open_regular(name, &why);
	char *text = fd < 0 ? NULL : malloc(FILE_MAX + 2), *fitting;

	*length = 0;
	if (fd >= 0 && !text)
		why = strerror(errno);
	if (text)
		*length = read_all(fd, text, &why);
	if (fd >= 0)
		close(fd);
	if (why) {
		say("cannot read: %s: %s", name, why);
		free(text);
		return NULL;
	}
	text[*length] = '\0';
	fitting = realloc(text, *length + 1);
	return fitting ? fitting : text;
}

/* A line, as its parts. */
struct line {
	const char *file;
	unsigned number;
	char *name;
	char *value; /* NULL if there is none */
};

static int wrong(const struct line *line, const char *why)
{
	say("usage: %s:%u: %.80s%s%.80s: %s; see '%s --help'", line->file,
	    line->number, line->name, line->value ? " " : "",
	    line->value ? line->value : "", why, program);
	return EXIT_USAGE;
}

/* Ends the text where a comment begins or only blanks follow. */
static void strip(char *text)
{
	char *end = text;

	while (*end &&
	       (*end != '#' || (end > text && !strchr(BLANKS, end[-1]))))
		end++;
	while (end > text && strchr(BLANKS, end[-1]))
		end--;
	*end = '\0';
}

static void split(char *text, struct line *line)
{
	char *end;

	strip(text);
	line->name = text + strspn(text, BLANKS);
	line->value = NULL;
	end = line->name + strcspn(line->name, BLANKS "=");
	if (!*end)
		return;
	line->value = end + strspn(end, BLANKS);
	if (*line->value == '=')
		line->value += 1 + strspn(line->value + 1, BLANKS);
	*end = '\0';
}

/* Returns whether the first options that were given have that one. */
static bool has(const struct options_given *given, size_t count, size_t row)
{
	for (size_t i = 0; i < count; i++)
		if (given->list[i].row == row)
			return true;
	return false;
}

static int read_line(const struct option_row *rows, const struct line *line,
		     size_t from_command_line, struct options_given *given)
{
	const struct option_row *row;
	const char *why;
	size_t at;

	if (!options_find(rows, line->name, &at))
		return wrong(line, "unknown option");
	row = &rows[at];
	if (row->where == &given->config)
		return wrong(line, "for the command line only");
	if (row->read == options_flag && line->value)
		return wrong(line, "takes no value");
	if (row->read != options_flag && !line->value)
		return wrong(line, "needs a value");
	if (!(row->marks & OPTION_LIST)) {
		if (has(given, from_command_line, at))
			return OPTIONS_RUN;
		if (has(given, given->count, at))
			return wrong(line, "given twice");
	}
	why = options_take(rows, at, line->value, given);
	return why ? wrong(line, why) : OPTIONS_RUN;
}

int config_file_read(const struct option_row *rows,
		     struct options_given *given)
{
	const size_t from_command_line = given->count;
	struct line line = { .file = given->config };
	int status = OPTIONS_RUN;
	size_t length;
	char *text, *rest;

	rest = given->text = read_text(given->config, &length);
	if (!rest)
		return EXIT_ERROR;
	while (status == OPTIONS_RUN && (text = strsep(&rest, "\n")) != NULL) {
		line.number++;
		if (!rest && text + strlen(text) < given->text + length)
			status = wrong(&(struct line){ line.file, line.number,
						       "text", NULL },
				       "has a NUL in it");
		split(text, &line);
		if (status == OPTIONS_RUN && (*line.name || line.value))
			status = read_line(rows, &line, from_command_line,
					   given);
	}
	return status;
}

bool config_file_can_be_read(const char *name)
{
	const char *why;
	int fd = open_regular(name, &why);

	if (fd < 0)
		say("cannot be read again: %s: %s", name, why);
	else
		close(fd);
	return fd >= 0;
}
