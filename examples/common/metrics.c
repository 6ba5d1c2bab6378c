/* SPDX-License-Identifier: BSD-2-Clause */
#include "metrics.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

void metrics_family(struct metrics *metrics, const char *name, const char *type,
		    const char *help)
{
	metrics->family = name;
	fprintf(metrics->file, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
		type);
}

/* An interface may have any name. */
static void write_value(FILE *file, const char *value)
{
	size_t plain;

	for (;; value += plain + 1) {
		plain = strcspn(value, "\"\\\n");
		fwrite(value, 1, plain, file);
		if (value[plain] == '\0')
			break;
		fputc('\\', file);
		fputc(value[plain] == '\n' ? 'n' : value[plain], file);
	}
}

void metrics_write(const struct metrics *metrics, uint64_t value,
		   const char *const *labels)
{
	FILE *file = metrics->file;

	fputs(metrics->family, file);
	for (size_t i = 0; labels && labels[i]; i += 2) {
		fputs(i ? "," : "{", file);
		fputs(labels[i], file);
		fputs("=\"", file);
		write_value(file, labels[i + 1]);
		fputc('"', file);
	}
	fprintf(file, "%s %" PRIu64 "\n", labels ? "}" : "", value);
}

void metrics_one(struct metrics *metrics, const char *name, const char *type,
		 const char *help, uint64_t value)
{
	metrics_family(metrics, name, type, help);
	metrics_write(metrics, value, NULL);
}
