/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes inputs from text, without libFuzzer: any compiler will do.
 *
 *   replay TARGET FILE...    takes each input; conversation or witness
 *   replay --to DIR FILE...  writes each as libFuzzer wants it, as bytes
 *   replay --text FILE       prints bytes that libFuzzer has found as text
 *
 * Text is hexadecimal, a step in a line; what follows a '#' is a comment. */
#include "conversation.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "step.h"
#include "witness.h"

#define INPUT_MAX 65536

static uint8_t data[INPUT_MAX];

static FILE *open_file(const char *name, const char *mode)
{
	FILE *file = fopen(name, mode);

	if (file == NULL) {
		perror(name);
		exit(1);
	}
	return file;
}

static size_t read_text(const char *name)
{
	FILE *file = open_file(name, "r");
	size_t digits = 0;
	int c;

	while ((c = getc(file)) != EOF && digits < 2 * (size_t)INPUT_MAX) {
		uint8_t *at = &data[digits / 2];

		if (c == '#')
			while (c != '\n' && c != EOF)
				c = getc(file);
		if (!isxdigit(c))
			continue;
		c = isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
		*at = (uint8_t)(digits % 2 ? *at << 4 | c : c);
		digits++;
	}
	fclose(file);
	return digits / 2;
}

static void write_bytes(const char *dir, const char *name, size_t size)
{
	char path[4096];
	const char *base = strrchr(name, '/');
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir,
		 base == NULL ? name : base + 1);
	file = open_file(path, "wb");
	fwrite(data, 1, size, file);
	if (fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

static int print_text(const char *name)
{
	FILE *file = open_file(name, "rb");
	size_t size = fread(data, 1, sizeof(data), file), i;

	fclose(file);
	for (i = 0; i < size; i++)
		printf("%02x%s", data[i],
		       i % STEP_LEN == STEP_LEN - 1 ? "\n" : " ");
	printf("\n");
	return 0;
}

static void write_all(int count, char **names)
{
	int i;

	for (i = 1; i < count; i++)
		write_bytes(names[0], names[i], read_text(names[i]));
}

static int replay_all(const char *target, int count, char **names)
{
	void (*take)(const uint8_t *, size_t) = conversation;
	int i;

	if (strcmp(target, "witness") == 0)
		take = witness;
	else if (strcmp(target, "conversation") != 0)
		return 1;
	for (i = 0; i < count; i++) {
		trace("%s\n", names[i]);
		take(data, read_text(names[i]));
	}
	printf("%s: %d inputs, no promise broken\n", target, count);
	return 0;
}

int main(int argc, char **argv)
{
	fuzz_traces = getenv("FUZZ_TRACE") != NULL;
	if (argc < 3)
		return 1;
	if (strcmp(argv[1], "--text") == 0)
		return print_text(argv[2]);
	if (strcmp(argv[1], "--to") != 0)
		return replay_all(argv[1], argc - 2, argv + 2);
	write_all(argc - 2, argv + 2);
	return 0;
}
