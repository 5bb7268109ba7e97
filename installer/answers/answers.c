// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One setter for each name, in a table, and what must be true of all of them together.
 */
#include "installer/answers/answers.h"

#include <crypt.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "network/settings.h"

#define PASSWORD_MAX   256
#define PUBLIC_KEY_LEN 56
#define SALT_LEN       16

/* ---- kinds of values --------------------------------------------------------------------- */

static bool only(const char *text, const char *allowed)
{
	for (; *text; text++)
		if (!isascii(*text) || (!isalnum((unsigned char)*text) && !strchr(allowed, *text)))
			return false;
	return true;
}

static int copy(char *to, size_t room, const char *from, struct reason *why)
{
	if (strlen(from) >= room)
		return reason_set(why, "longer than %zu bytes", room - 1);
	memcpy(to, from, strlen(from) + 1);
	return 0;
}

/* A disk's name as it is in /dev, which may be said along. */
static int take_disk(char to[ANSWERS_NAME], const char *value, struct reason *why)
{
	if (strncmp(value, "/dev/", 5) == 0)
		value += 5;
	if (!*value || !only(value, ""))
		return reason_set(why, "\"%.64s\" is no disk; vda, sda, nvme0n1 are", value);
	return copy(to, ANSWERS_NAME, value, why);
}

static int take_once(char *to, size_t room, const char *value, struct reason *why)
{
	if (*to)
		return reason_set(why, "said twice");
	return copy(to, room, value, why);
}

static int take_choice(char to[ANSWERS_NAME], const char *value, const char *const *choices,
		       struct reason *why)
{
	char names[128] = "";

	for (; *choices; choices++) {
		if (strcmp(*choices, value) == 0)
			return take_once(to, ANSWERS_NAME, value, why);
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
			 *names ? ", " : "", *choices);
	}
	return reason_set(why, "\"%.64s\"; one of %s is expected", value, names);
}

static bool list_has(const struct answers_list *list, const char *text)
{
	for (size_t i = 0; i < list->nr; i++)
		if (strcmp(list->text[i], text) == 0)
			return true;
	return false;
}

static int list_disk(struct answers_list *list, const char *value, struct reason *why)
{
	char disk[ANSWERS_NAME];

	if (take_disk(disk, value, why) < 0)
		return -1;
	if (list_has(list, disk))
		return reason_set(why, "%s is said twice", disk);
	if (list->nr == ANSWERS_DISKS)
		return reason_set(why, "more than %d", ANSWERS_DISKS);
	return copy(list->text[list->nr++], ANSWERS_NAME, disk, why);
}

/* ---- settings ---------------------------------------------------------------------------- */

static int set_disk(struct answers *a, const char *value, struct reason *why)
{
	return *a->disk ? reason_set(why, "said twice; a second one for RAID 1 is mirror-disk")
			: take_disk(a->disk, value, why);
}

static int set_mirror_disk(struct answers *a, const char *value, struct reason *why)
{
	return *a->second_disk ? reason_set(why, "said twice")
			       : take_disk(a->second_disk, value, why);
}

static int set_storage_disk(struct answers *a, const char *value, struct reason *why)
{
	return list_disk(&a->storage_disks, value, why);
}

static int set_erase(struct answers *a, const char *value, struct reason *why)
{
	return list_disk(&a->erase, value, why);
}

static int set_storage(struct answers *a, const char *value, struct reason *why)
{
	static const char *const choices[] = { "thin", "thick", "none", NULL };

	return take_choice(a->storage, value, choices, why);
}

static int set_finish(struct answers *a, const char *value, struct reason *why)
{
	static const char *const choices[] = { "reboot", "poweroff", "shell", NULL };

	return take_choice(a->finish, value, choices, why);
}

static int set_install(struct answers *a, const char *value, struct reason *why)
{
	static const char *const choices[] = { "fresh", "upgrade", "reinstall", NULL };

	return take_choice(a->install, value, choices, why);
}

/* Behind one of these words, which end with the first NULL, a place in a URL's letters. */
static bool is_place(const char *value, const char *const *begins)
{
	for (; *begins; begins++)
		if (strncmp(value, *begins, strlen(*begins)) == 0)
			return value[strlen(*begins)] && only(value, "-._~:/?#[]@!$&()*+,;=%");
	return false;
}

static int set_source(struct answers *a, const char *value, struct reason *why)
{
	static const char *const begins[] = { "http://", "https://", "ftp://", "nfs://", NULL };

	if (strcmp(value, "medium") != 0 && !is_place(value, begins))
		return reason_set(why,
				  "\"%.64s\" is neither medium nor a URL (http, https, ftp, nfs)",
				  value);
	return take_once(a->source, sizeof(a->source), value, why);
}

/* One file, wherever: what is not a URL is on a disk with the label ANSWERS, or here. */
static int take_file(char to[ANSWERS_TEXT], const char *value, struct reason *why)
{
	static const char *const begins[] = { "http://", "https://", "ftp://", "nfs://",
					      "disk:/",  "medium:/", "/",      NULL };

	if (!is_place(value, begins))
		return reason_set(why,
				  "\"%.64s\" is no file: http://..., https://, ftp://, nfs://, "
				  "disk:/PATH, medium:/PATH or /PATH",
				  value);
	return take_once(to, ANSWERS_TEXT, value, why);
}

static int set_backup(struct answers *a, const char *value, struct reason *why)
{
	return take_file(a->backup, value, why);
}

/* "STAGE FILE" */
static int set_hook(struct answers *a, const char *value, struct reason *why)
{
	static const char *const stages[] = { "before-disks", "after-files", "before-boot" };
	struct answers_hook *hook = &a->hooks[a->nr_hooks];
	size_t len = strcspn(value, " \t"), i = 0;

	while (i < 3 && (strlen(stages[i]) != len || strncmp(stages[i], value, len) != 0))
		i++;
	if (i == 3)
		return reason_set(why, "a stage is before-disks, after-files or before-boot");
	if (a->nr_hooks == ANSWERS_LIST)
		return reason_set(why, "more than %d", ANSWERS_LIST);
	if (take_file(hook->from, value + len + strspn(value + len, " \t"), why) < 0)
		return -1;
	a->nr_hooks++;
	return copy(hook->stage, sizeof(hook->stage), stages[i], why);
}

/* Which ones there are is the machine's affair. */
static int set_keymap(struct answers *a, const char *value, struct reason *why)
{
	if (!*value || !only(value, "-_."))
		return reason_set(why, "\"%.64s\" is no keymap; us, de, fr are", value);
	return take_once(a->keymap, sizeof(a->keymap), value, why);
}

static int set_timezone(struct answers *a, const char *value, struct reason *why)
{
	if (!*value || !only(value, "/-_+"))
		return reason_set(why, "\"%.64s\" is no time zone; Europe/Berlin and UTC are",
				  value);
	return take_once(a->timezone, sizeof(a->timezone), value, why);
}

static int set_clock(struct answers *a, const char *value, struct reason *why)
{
	struct tm when;
	const char *end = strptime(value, "%Y-%m-%d %H:%M", &when);

	if (strlen(value) != strlen("YYYY-MM-DD HH:MM") || !end || *end)
		return reason_set(why, "\"%.64s\" is not as 2026-11-21 20:15", value);
	return take_once(a->clock, sizeof(a->clock), value, why);
}

static int set_hostname(struct answers *a, const char *value, struct reason *why)
{
	if (!*value || !only(value, "-.") || !isalnum((unsigned char)*value))
		return reason_set(why, "\"%.64s\" is no host name: letters, digits, - and .",
				  value);
	return take_once(a->hostname, sizeof(a->hostname), value, why);
}

static int set_root_hash(struct answers *a, const char *value, struct reason *why)
{
	if (value[0] != '$' || !strchr(value + 1, '$') || !only(value, "$./=,"))
		return reason_set(why, "no hash as crypt(3) makes them; they begin with $");
	return take_once(a->root_hash, sizeof(a->root_hash), value, why);
}

static int set_root_password(struct answers *a, const char *value, struct reason *why)
{
	static const char letters[] =
		"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	unsigned char random[SALT_LEN];
	char setting[SALT_LEN + 5] = "$6$";
	const char *hash;

	if (!*value || strlen(value) > PASSWORD_MAX)
		return reason_set(why, "a password has 1 to %d bytes", PASSWORD_MAX);
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return reason_set(why, "no random numbers");
	for (size_t i = 0; i < SALT_LEN; i++)
		setting[3 + i] = letters[random[i] & 63];
	setting[3 + SALT_LEN] = '$';
	hash = crypt(value, setting);
	if (!hash || hash[0] != '$')
		return reason_set(why, "cannot be hashed");
	return take_once(a->root_hash, sizeof(a->root_hash), hash, why);
}

static int set_ntp_server(struct answers *a, const char *value, struct reason *why)
{
	struct answers_list *list = &a->ntp_servers;

	if (!*value || !only(value, "-.:"))
		return reason_set(why, "\"%.64s\" is neither a name nor an address", value);
	if (list->nr == ANSWERS_LIST)
		return reason_set(why, "more than %d", ANSWERS_LIST);
	return copy(list->text[list->nr++], ANSWERS_NAME, value, why);
}

static int set_ssh_key(struct answers *a, const char *value, struct reason *why)
{
	if (strncmp(value, "ssh-", 4) != 0 && strncmp(value, "ecdsa-", 6) != 0)
		return reason_set(why, "a public key begins with its type, as ssh-ed25519");
	return take_once(a->ssh_key, sizeof(a->ssh_key), value, why);
}

/* The second line of a file KEY.pub. */
static int set_trust_key(struct answers *a, const char *value, struct reason *why)
{
	if (strlen(value) != PUBLIC_KEY_LEN || !only(value, "+/=") || strncmp(value, "RW", 2) != 0)
		return reason_set(why,
				  "no public key of minisign's; it has %d letters and begins "
				  "with RW",
				  PUBLIC_KEY_LEN);
	return take_once(a->trust_key, sizeof(a->trust_key), value, why);
}

static const struct setting {
	const char *name;
	int (*set)(struct answers *, const char *, struct reason *);
} settings[] = {
	{ "install", set_install },
	{ "disk", set_disk },
	{ "mirror-disk", set_mirror_disk },
	{ "storage-disk", set_storage_disk },
	{ "erase", set_erase },
	{ "storage", set_storage },
	{ "source", set_source },
	{ "hostname", set_hostname },
	{ "root-password", set_root_password },
	{ "root-password-hash", set_root_hash },
	{ "ssh-key", set_ssh_key },
	{ "ntp-server", set_ntp_server },
	{ "trust-key", set_trust_key },
	{ "finish", set_finish },
	{ "restore-backup", set_backup },
	{ "keymap", set_keymap },
	{ "timezone", set_timezone },
	{ "clock", set_clock },
	{ "hook", set_hook },
};

int answers_set(struct answers *a, const char *name, const char *value, struct reason *why)
{
	struct reason detail;

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (strcmp(settings[i].name, name) != 0)
			continue;
		if (settings[i].set(a, value, &detail) == 0)
			return 0;
		return reason_set(why, "%s: %s", name, detail.text);
	}
	return reason_set(why, "there is no setting \"%.64s\"", name);
}

/* ---- all of them together ---------------------------------------------------------------- */

static bool disk_named(const struct answers *a, const char *disk)
{
	return strcmp(a->disk, disk) == 0 || strcmp(a->second_disk, disk) == 0 ||
	       list_has(&a->storage_disks, disk);
}

static int disks_check(const struct answers *a, struct reason *why)
{
	if (!*a->disk)
		return reason_set(why, "no disk is named: disk vda, for example");
	if (strcmp(a->disk, a->second_disk) == 0)
		return reason_set(why, "disk and mirror-disk are both %s", a->disk);
	if (list_has(&a->storage_disks, a->disk) || list_has(&a->storage_disks, a->second_disk))
		return reason_set(
			why, "a system disk has VM storage already; storage-disk is for others");
	for (size_t i = 0; i < a->erase.nr; i++)
		if (!disk_named(a, a->erase.text[i]))
			return reason_set(why, "erase %s: nothing is installed on that disk",
					  a->erase.text[i]);
	if (a->storage_disks.nr && strcmp(a->storage, "none") == 0)
		return reason_set(why, "storage none, but a storage-disk is named");
	return 0;
}

/*
 * What an installation that keeps something leaves as it is cannot be said as well; without this
 * somebody would believe that it counts.
 */
static int kept_check(const struct answers *a, struct reason *why)
{
	const bool upgrade = strcmp(a->install, "upgrade") == 0;
	const struct {
		const char *name;
		bool said;
		bool reinstall_too; /* it belongs to the disks, which both keep */
	} kept[] = {
		{ "mirror-disk", *a->second_disk, true },
		{ "storage-disk", a->storage_disks.nr, true },
		{ "erase", a->erase.nr, true },
		{ "storage", *a->storage, true },
		{ "hostname", *a->hostname, false },
		{ "root-password", *a->root_hash, false },
		{ "ssh-key", *a->ssh_key, false },
		{ "ntp-server", a->ntp_servers.nr, false },
		{ "trust-key", *a->trust_key, false },
		{ "keymap", *a->keymap, false },
		{ "timezone", *a->timezone, false },
		{ "clock", *a->clock, false },
		{ "restore-backup", *a->backup, false },
		{ "the network", a->network.len, false },
	};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (kept[i].said && (upgrade || kept[i].reinstall_too))
			return reason_set(why, "install %s keeps what is there: %s cannot be set",
					  a->install, kept[i].name);
	if (upgrade && strcmp(a->source, "medium") != 0)
		return reason_set(why, "install upgrade takes the medium; a bundle by network is "
				       "for host-upgrade, on the running host");
	return 0;
}

static int network_check(struct answers *a, struct reason *why)
{
	struct settings *parsed;
	int rc;

	if (!a->network.len)
		buf_append(&a->network, SETTINGS_DEFAULT, strlen(SETTINGS_DEFAULT));
	parsed = calloc(1, sizeof(*parsed));
	if (!parsed || a->network.failed) {
		free(parsed);
		return reason_set(why, "out of memory");
	}
	rc = settings_parse(parsed, ANSWERS_SOURCE,
			    (struct bytes){ (const uint8_t *)a->network.data, a->network.len },
			    why);
	free(parsed);
	return rc;
}

static void default_to(char *to, const char *value)
{
	if (!*to)
		snprintf(to, ANSWERS_NAME, "%s", value);
}

int answers_check(struct answers *a, struct reason *why)
{
	bool keeps;

	default_to(a->install, "fresh");
	default_to(a->source, "medium");
	default_to(a->finish, "reboot");
	keeps = strcmp(a->install, "fresh") != 0;
	if (keeps && kept_check(a, why) < 0)
		return -1;
	default_to(a->storage, "thin");
	default_to(a->hostname, "socle");
	if (!*a->root_hash && strcmp(a->install, "upgrade") != 0)
		return reason_set(why, "no password: root-password or root-password-hash");
	/* What is kept is found, and the disk named only to choose among several. */
	return !keeps && disks_check(a, why) < 0 ? -1 : network_check(a, why);
}

int answers_parse(struct answers *a, const char *text, size_t len, struct reason *why)
{
	size_t blank = 0;
	int rc;

	while (blank < len && strchr(" \t\r\n", text[blank]))
		blank++;
	if (blank < len && text[blank] == '<')
		rc = answers_parse_xml(a, text, len, why);
	else
		rc = answers_parse_text(a, text, len, why);
	return rc < 0 ? rc : answers_check(a, why);
}

void answers_free(struct answers *a)
{
	explicit_bzero(a->root_hash, sizeof(a->root_hash));
	buf_free(&a->network);
}
