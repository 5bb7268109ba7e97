// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmd: the privileged daemon of the management plane, and a command that asks it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmd/ask.h"
#include "vmd/client.h"
#include "vmd/server.h"
#include "vmd/verbs.h"

static int usage(void)
{
	fprintf(stderr, "usage: vmd serve           the daemon, on " VMD_SOCKET "\n"
			"       vmd ask VERB [JSON] asks it, and prints its answers\n"
			"       vmd verbs           which verbs there are, and what they take\n");
	return 2;
}

static int verbs(void)
{
	struct buf text = { 0 };

	verbs_print(&text);
	fputs(text.data ? text.data : "", stdout);
	buf_free(&text);
	return 0;
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";

	log_open("vmd", LOG_LEVEL_INFO);
	if (strcmp(command, "serve") == 0 && argc == 2)
		return server_run(VMD_SOCKET);
	if (strcmp(command, "ask") == 0 && (argc == 3 || argc == 4))
		return ask(argv[2], argc == 4 ? argv[3] : NULL);
	if (strcmp(command, "verbs") == 0 && argc == 2)
		return verbs();
	return usage();
}
