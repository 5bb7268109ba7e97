// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon that carries disks and VMs in and out, beside the one of the API: it starts as root to
 * bind its socket, and is the user apid before it reads a byte.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "lib/log.h"
#include "transfer/serve.h"

static int usage(void)
{
	fprintf(stderr, "usage: transfer [--listen PATH] [--api PATH] [--vmd PATH]\n"
			"                [--metrics FOLDER] [--state PATH] [--user NAME] serve\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "api", required_argument, NULL, 'a' },
		{ "vmd", required_argument, NULL, 'v' },
		{ "metrics", required_argument, NULL, 'm' },
		{ "state", required_argument, NULL, 's' },
		{ "user", required_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 },
	};
	struct serve_paths paths = {
		.listen = "/run/socle/transfer.sock",
		.api = API_SOCKET,
		.metrics = "/var/lib/socle/metrics",
		.state = "/var/lib/socle/state.db",
		.user = "apid",
		.group = "socle-api",
	};
	int c;

	log_open("transfer", LOG_LEVEL_INFO);
	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (c) {
		case 'l': paths.listen = optarg; break;
		case 'a': paths.api = optarg; break;
		case 'v': paths.vmd = optarg; break;
		case 'm': paths.metrics = optarg; break;
		case 's': paths.state = optarg; break;
		case 'u': paths.user = optarg; break;
		default: return usage();
		}
	}
	if (optind + 1 != argc || strcmp(argv[optind], "serve") != 0)
		return usage();
	return serve(&paths);
}
