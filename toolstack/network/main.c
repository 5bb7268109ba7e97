// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * network: the command, and (as "network serve") the service behind it. Also what udhcpc calls with
 * a lease.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices/vif_lock.h"
#include "lib/bytes.h"
#include "lib/log.h"
#include "network/client.h"
#include "network/dhcp.h"
#include "network/files.h"
#include "network/serve.h"
#include "network/settings.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static const char *root = "";

static int cmd_word(int argc, char **argv);
static int cmd_check(int argc, char **argv);
static int cmd_apply(int argc, char **argv);
static int cmd_lock(int argc, char **argv);
static int cmd_unlock(int argc, char **argv);
static int cmd_serve(int argc, char **argv);

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *help;
} commands[] = {
	{ "show", cmd_word, "", "networks, NICs, addresses, and a change that waits" },
	{ "check", cmd_check, "[FILE]", "what FILE would change; changes nothing" },
	{ "apply", cmd_apply, "[FILE] [--confirm-within SECONDS]",
	  "make it so; goes back by itself if the gateway is lost or nobody confirms" },
	{ "confirm", cmd_word, "", "keep the change that waits" },
	{ "rollback", cmd_word, "", "go back now" },
	{ "state", cmd_word, "", "a change that waits, or how the last one ended; for programs" },
	{ "lock", cmd_lock, "VIF --mac MAC [--ip ADDRESS]...",
	  "let a guest's interface send with these addresses only" },
	{ "unlock", cmd_unlock, "VIF", "let it send with any" },
	{ "serve", cmd_serve, "", "the service itself, in the foreground" },
};

static int usage(const char *wrong)
{
	FILE *to = wrong ? stderr : stdout;

	if (wrong && *wrong)
		log_error("%s", wrong);
	fprintf(to, "usage:\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		char line[64];

		snprintf(line, sizeof(line), "%s %s", commands[i].name, commands[i].arguments);
		fprintf(to, "  network %-40s %s\n", line, commands[i].help);
	}
	fprintf(to, "FILE is %s where none is named. The guide: docs/networks.md.\n", FILE_CONF);
	return wrong ? EXIT_USAGE : EXIT_DONE;
}

/* ---- commands ---------------------------------------------------------------------------- */

/* A request that is one word. */
static int cmd_word(int argc, char **argv)
{
	char wrong[64];

	if (argc == 1)
		return client_ask(root, argv[0], (struct bytes){ NULL, 0 });
	snprintf(wrong, sizeof(wrong), "%s takes no arguments", argv[0]);
	return usage(wrong);
}

/* Sends a configuration with a request of that word. */
static int send_file(const char *word, const char *file, unsigned long seconds)
{
	struct buf text = { 0 };
	char line[SOURCE_NAME + 64], path[SOURCE_NAME];
	int rc = EXIT_FAILED;

	if (!file && root_path(path, sizeof(path), root, FILE_CONF))
		file = path;
	if (!file || strlen(file) >= SOURCE_NAME || strpbrk(file, " \n")) {
		log_error("the file's name is too long, or has blanks");
	} else if (buf_read_file(&text, file, SETTINGS_MAX_BYTES) < 0) {
		log_error("%s: %s", file, strerror(errno));
	} else if (text.data && strlen(text.data) != text.len) {
		log_error("%s: not plain text", file);
	} else {
		snprintf(line, sizeof(line), "%s %s %lu", word, file, seconds);
		rc = client_ask(root, line, (struct bytes){ (uint8_t *)text.data, text.len });
	}
	buf_free(&text);
	return rc;
}

static int cmd_check(int argc, char **argv)
{
	if (argc > 2)
		return usage("check takes one file");
	return send_file("check", argc > 1 ? argv[1] : NULL, 0);
}

static int cmd_apply(int argc, char **argv)
{
	const char *file = NULL;
	unsigned long seconds = 0;

	for (int i = 1; i < argc; i++) {
		char *end;

		if (strcmp(argv[i], "--confirm-within") != 0) {
			if (file || argv[i][0] == '-')
				return usage("apply: one file, and --confirm-within SECONDS");
			file = argv[i];
			continue;
		}
		if (++i == argc)
			return usage("--confirm-within needs a number of seconds");
		seconds = strtoul(argv[i], &end, 10);
		if (*end || end == argv[i] || seconds < 1 || seconds > 86400)
			return usage("--confirm-within: expected 1 to 86400 seconds");
	}
	return send_file("apply", file, seconds);
}

static int cmd_lock(int argc, char **argv)
{
	struct ip ips[VIF_LOCK_MAX_ADDRESSES];
	uint8_t mac[6] = { 0 };
	struct reason why;
	size_t nr = 0;

	if (argc < 4 || !link_name_valid(argv[1]))
		return usage("lock: expected an interface (vif1.0) and --mac MAC");
	for (int i = 2; i + 1 < argc || i < argc; i += 2) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		if (strcmp(argv[i], "--mac") == 0 && mac_parse(value, mac) && !(mac[0] & 1))
			continue;
		if (strcmp(argv[i], "--ip") != 0 || nr == VIF_LOCK_MAX_ADDRESSES ||
		    !ip_parse(value, &ips[nr])) {
			log_error(
				"lock: \"%s %s\": expected --mac MAC or --ip ADDRESS (at most %d)",
				argv[i], value, VIF_LOCK_MAX_ADDRESSES);
			return EXIT_USAGE;
		}
		nr++;
	}
	if (mac_is_zero(mac))
		return usage("lock: --mac is missing");
	if (vif_lock_set(argv[1], mac, ips, nr, &why) == 0)
		return EXIT_DONE;
	log_error("%s", why.text);
	return EXIT_FAILED;
}

static int cmd_unlock(int argc, char **argv)
{
	struct reason why;

	if (argc != 2 || !link_name_valid(argv[1]))
		return usage("unlock: expected an interface (vif1.0)");
	if (vif_lock_clear(argv[1], &why) == 0)
		return EXIT_DONE;
	log_error("%s", why.text);
	return EXIT_FAILED;
}

static int cmd_serve(int argc, char **argv)
{
	(void)argv;
	return argc > 1 ? usage("serve takes no arguments") : serve(root);
}

int main(int argc, char **argv)
{
	const char *lease_root = getenv(DHCP_ENVIRONMENT);

	log_open("network", LOG_LEVEL_WARNING);
	if (lease_root && argc == 2)
		return client_lease(lease_root, argv[1]);
	/* For tests: another place for /etc, /run, /sys and /var. */
	if (argc > 2 && strcmp(argv[1], "--root") == 0) {
		root = argv[2];
		argc -= 2;
		argv += 2;
	}
	if (argc < 2)
		return usage("");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
		return usage(NULL);
	return usage("there is no such command");
}
