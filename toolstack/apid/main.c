// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The API daemon: it starts, serves until SIGTERM, and ends. As root it opens its socket and files
 * and becomes the user apid before it reads the first foreign byte. With set-password it writes a
 * password into the database instead.
 */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apid/account.h"
#include "apid/allowed.h"
#include "apid/audit.h"
#include "apid/connection.h"
#include "apid/database.h"
#include "apid/inventory.h"
#include "apid/leftover.h"
#include "apid/loop.h"
#include "apid/ops.h"
#include "apid/session.h"
#include "apid/task.h"
#include "apid/templates.h"
#include "apid/vmd_link.h"
#include "lib/privilege.h"

static struct options {
	const char *database, *socket, *vmd, *audit, *user;
} options = {
	.database = "/var/lib/socle/state.db",
	.socket = "/run/socle/api.sock",
	.vmd = NULL,
	.audit = "/var/log/socle/audit.log",
	.user = "apid",
};

static int usage(void)
{
	fprintf(stderr,
		"usage: apid [--database FILE] [--socket PATH] [--vmd PATH] [--audit FILE]\n"
		"            [--user NAME] [set-password [--hash] ACCOUNT]\n"
		"set-password reads it from standard input, one line; with --hash what crypt(3)\n"
		"has made of it.\n");
	return 2;
}

/* ---- opening ----------------------------------------------------------------------------- */

/* The folder of a file of ours. */
static void folder_make(const char *file, const struct passwd *user, mode_t mode)
{
	char folder[256];
	char *slash;

	snprintf(folder, sizeof(folder), "%s", file);
	slash = strrchr(folder, '/');
	if (!slash || slash == folder)
		return;
	*slash = '\0';
	if (mkdir(folder, mode) < 0 && errno != EEXIST)
		log_warning("%s: %s", folder, strerror(errno));
	/* The group may write; others' files in it stay theirs. */
	if (user && chown(folder, (uid_t)-1, user->pw_gid) == 0)
		chmod(folder, mode);
}

static void report(const char *words)
{
	log_warning("%s", words);
	message_make("STATE_REPAIRED", 2, "Host", get_text(the_host(), "uuid"), words);
}

/* What the last run left behind is put right, and told. */
static int state_repair(const struct reason *damage, struct reason *why)
{
	char words[120];
	size_t nr;

	store_begin();
	inventory_make();
	account_ensure_root();
	templates_make();
	if (damage->text[0])
		report(damage->text);
	nr = tasks_interrupted();
	if (nr) {
		snprintf(words, sizeof(words), "%zu tasks were interrupted and have failed", nr);
		report(words);
	}
	leftovers_find();
	for (size_t i = 0; i < model_nr_classes; i++)
		for (size_t k = 0; k < store_class_at(i)->nr; k++)
			allowed_update(store_class_at(i)->objects[k]);
	return store_commit(why);
}

static int state_open(struct reason *why)
{
	struct reason damage;

	if (database_open(options.database, &damage, why) < 0 || database_load(why) < 0)
		return -1;
	return state_repair(&damage, why);
}

static void bind_all(void)
{
	static const struct binding *const lists[] = {
		session_bindings,     account_bindings,    task_bindings,
		event_bindings,       system_bindings,     vm_bindings,
		vm_power_bindings,    vm_copy_bindings,    vm_snapshot_bindings,
		vm_revert_bindings,   vm_suspend_bindings, vm_provision_bindings,
		vm_settings_bindings, vbd_bindings,        vif_bindings,
		vdi_bindings,         sr_bindings,         pbd_bindings,
		vdi_move_bindings,    network_bindings,    pif_bindings,
		host_bindings,        vmpp_bindings,       secret_bindings,
		ssh_bindings,         host_time_bindings,  certificate_bindings,
		host_update_bindings, audit_bindings,
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		call_bind(lists[i]);
}

/* ---- set-password ------------------------------------------------------------------------ */

static int set_password(const char *account, bool is_hash)
{
	const struct passwd *user = getuid() == 0 ? getpwnam(options.user) : NULL;
	struct reason why, damage;
	char line[512];

	/* The database stays the daemon's. */
	umask(0027);
	folder_make(options.database, user, 01775);
	if (privilege_drop(user) < 0)
		return 1;
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	line[strcspn(line, "\n")] = '\0';
	if (database_open(options.database, &damage, &why) < 0) {
		log_error("%s", why.text);
		return 1;
	}
	if (account_set_password(account, line, is_hash) < 0) {
		log_error("the password was not set; it has 1 to 256 bytes");
		return 1;
	}
	database_close();
	return 0;
}

/* ---- serving ----------------------------------------------------------------------------- */

static void on_signal(struct loop_source *s, uint32_t events)
{
	(void)s;
	(void)events;
	loop_end();
}

static int signals_open(void)
{
	static struct loop_source source = { .ready = on_signal };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* an error of the write is enough */
	source.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return source.fd < 0 ? -1 : loop_add(&source, EPOLLIN);
}

static void between(void)
{
	calls_between();
	event_deliver();
}

static int serve(void)
{
	const struct passwd *user = getuid() == 0 ? getpwnam(options.user) : NULL;
	struct reason why = { "" };

	if (getuid() == 0 && !user)
		log_warning("no user %s: everything runs as root", options.user);
	umask(0027);
	folder_make(options.socket, NULL, 0755);
	folder_make(options.database, user, 01775);
	folder_make(options.audit, user, 01775);
	if (loop_open() < 0 || signals_open() < 0 ||
	    connections_listen(options.socket, user, "socle-api") < 0 || privilege_drop(user) < 0)
		return 1;
	audit_open(options.audit);
	if (state_open(&why) < 0) {
		log_error("%s: %s", options.database, why.text);
		return 1;
	}
	bind_all();
	vmd_link_open(options.vmd);
	inventory_start();
	tasks_start_expiry();
	if (connections_start() < 0)
		return 1;
	log_info("serving on %s", options.socket);
	loop_run(between);
	vmd_link_close();
	audit_close();
	database_close();
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "database", required_argument, NULL, 'd' },
		{ "socket", required_argument, NULL, 's' },
		{ "vmd", required_argument, NULL, 'v' },
		{ "audit", required_argument, NULL, 'a' },
		{ "user", required_argument, NULL, 'u' },
		{ "hash", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	bool is_hash = false;
	int c;

	log_open("apid", LOG_LEVEL_INFO);
	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (c) {
		case 'd': options.database = optarg; break;
		case 's': options.socket = optarg; break;
		case 'v': options.vmd = optarg; break;
		case 'a': options.audit = optarg; break;
		case 'u': options.user = optarg; break;
		case 'h': is_hash = true; break;
		default: return usage();
		}
	}
	if (store_open() < 0)
		return 1;
	if (optind == argc)
		return serve();
	if (optind + 2 == argc && strcmp(argv[optind], "set-password") == 0)
		return set_password(argv[optind + 1], is_hash);
	return usage();
}
