/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes inputs from text, without libFuzzer: any compiler will do.
 *
 *   replay FILE...           takes each input
 *   replay --to DIR FILE...  writes each as libFuzzer wants it, as bytes
 *   replay --text FILE       prints bytes that libFuzzer has found as text
 *
 * Text is hexadecimal, a step in a line; what follows a '#' is a comment. */
#include "fuzz.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int main(int argc, char **argv)
{
	const char *dir = NULL;
	int i = 1;

	fuzz_traces = getenv("FUZZ_TRACE") != NULL;
	if (argc == 3 && strcmp(argv[1], "--text") == 0)
		return print_text(argv[2]);
	if (argc > 3 && strcmp(argv[1], "--to") == 0) {
		dir = argv[2];
		i = 3;
	}
	for (; i < argc; i++) {
		size_t size = read_text(argv[i]);

		trace("%s\n", argv[i]);
		if (dir != NULL)
			write_bytes(dir, argv[i], size);
		else
			conversation(data, size);
	}
	if (dir == NULL)
		printf("%d inputs, no promise broken\n", argc - 1);
	return 0;
}
