// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * install-answers FILE: checks an answer file as a whole and prints it for the installer's shell.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "installer/answers/answers.h"

static int answers_read(const char *path, struct reason *why)
{
	static struct answers answers;
	struct buf text = { 0 }, out = { 0 };
	int rc;

	if (buf_read_file(&text, path, ANSWERS_MAX_BYTES) < 0)
		rc = reason_errno(why, "%s", path);
	else
		rc = answers_parse(&answers, text.data ? text.data : "", text.len, why);
	if (rc == 0) {
		answers_print(&answers, &out);
		rc = out.failed ? reason_set(why, "out of memory") : 0;
	}
	if (rc == 0 && fwrite(out.data, 1, out.len, stdout) != out.len)
		rc = reason_errno(why, "standard output");
	buf_free(&text);
	buf_free(&out);
	answers_free(&answers);
	return rc;
}

int main(int argc, char **argv)
{
	struct reason why;

	log_open("install-answers", LOG_LEVEL_INFO);
	if (argc != 2) {
		fprintf(stderr, "usage: install-answers FILE    the answers, as shell variables\n");
		return 2;
	}
	if (answers_read(argv[1], &why) == 0)
		return 0;
	log_error("%s", why.text);
	return 1;
}
