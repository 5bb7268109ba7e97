// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The queue. Names of files are the time in microseconds and the kind, so that their order is that
 * of the messages. After a failure a kind waits, twice as long each time. See deliver.h.
 */
#include "alerts/deliver.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "alerts/alert.h"
#include "lib/deadline.h"
#include "lib/file.h"

#define AGE_MAX    (3 * 86400)
#define AT_ONCE    10
#define PAUSE_MOST 1800000
#define PATIENCE   3 /* failures before somebody is told */

static struct kind {
	const char *name, *setting, *priority;
	int usual; /* the least important priority that goes this way */
	int (*send)(struct courier *c, struct api *api, const json_t *settings, const json_t *item,
		    struct reason *why);
	unsigned int failures;
	int64_t next;
} kinds[] = {
	{ "mail", "mail-destination", "mail-min-priority", 3, mail_send, 0, 0 },
	{ "webhook", "webhook-url", "webhook-min-priority", 5, webhook_send, 0, 0 },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct {
	const char *folder;
	struct api *api;
	struct courier *courier;
	int64_t pause_ms;
	char seen[64]; /* time and UUID of the newest message that went into the queue */
} queue;

static const char *text_of(const json_t *o, const char *field)
{
	const char *text = json_string_value(json_object_get(o, field));

	return text ? text : "";
}

static void path_of(char path[512], const char *name)
{
	snprintf(path, 512, "%s/%s", queue.folder, name);
}

int deliver_open(const char *folder, int64_t pause_ms, struct api *api, struct courier *courier,
		 struct reason *why)
{
	char path[512];

	queue.folder = folder;
	queue.pause_ms = pause_ms;
	queue.api = api;
	queue.courier = courier;
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return reason_errno(why, "%s", folder);
	path_of(path, "seen");
	if (!file_line(path, queue.seen, sizeof(queue.seen)))
		queue.seen[0] = '\0';
	return 0;
}

/* The pool's settings; a new reference, or NULL. */
static json_t *settings_read(void)
{
	json_t *pools = api_call(queue.api, "pool.get_all_records", json_array());
	void *first = json_object_iter(pools);
	json_t *settings =
		json_incref(json_object_get(json_object_iter_value(first), "other_config"));

	json_decref(pools);
	return settings;
}

/* ---- in ---------------------------------------------------------------------------------- */

static int is_item(const struct dirent *entry)
{
	return strspn(entry->d_name, "0123456789") == 20 && entry->d_name[20] == '-';
}

static void forget_oldest(void)
{
	struct dirent **all;
	int nr = scandir(queue.folder, &all, is_item, alphasort);
	char path[512];

	for (int i = 0; i < nr; i++) {
		if (nr - i >= QUEUE_MAX) {
			path_of(path, all[i]->d_name);
			unlink(path);
			log_warning("%s was not sent: too many wait", all[i]->d_name);
		}
		free(all[i]);
	}
	if (nr >= 0)
		free(all);
}

static void put(const struct kind *k, const json_t *item)
{
	static unsigned long long last;
	struct timespec now;
	unsigned long long number;
	char name[64], path[512], *text = json_dumps(item, JSON_COMPACT);

	clock_gettime(CLOCK_REALTIME, &now);
	number = (unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000;
	last = number > last ? number : last + 1;
	snprintf(name, sizeof(name), "%020llu-%s", last, k->name);
	path_of(path, name);
	forget_oldest();
	if (!text || file_replace(path, text, strlen(text), 0600) < 0)
		log_error("%s: %s", path, strerror(errno));
	free(text);
}

/* Several may be of one second: none of them is missed, though one may be sent twice. */
static bool is_newer(const json_t *message)
{
	const char *time = text_of(message, "timestamp");
	int order = strncmp(time, queue.seen, strlen(time));

	return order > 0 || (order == 0 && !strstr(queue.seen, text_of(message, "uuid")));
}

static void note_seen(const json_t *message)
{
	char path[512];

	if (!is_newer(message))
		return;
	snprintf(queue.seen, sizeof(queue.seen), "%s %s", text_of(message, "timestamp"),
		 text_of(message, "uuid"));
	path_of(path, "seen");
	file_replace(path, queue.seen, strlen(queue.seen), 0600);
}

void deliver(const json_t *message, bool over)
{
	json_t *settings = settings_read();
	json_int_t priority = json_integer_value(json_object_get(message, "priority"));
	json_t *item = json_pack("{sI,ss,sO}", "time", (json_int_t)time(NULL), "event",
				 over ? "over" : "message", "message", message);

	for (size_t i = 0; i < KINDS; i++) {
		const char *least = text_of(settings, kinds[i].priority);

		if (*text_of(settings, kinds[i].setting) &&
		    priority <= (*least ? atoi(least) : kinds[i].usual) &&
		    strcmp(text_of(message, "name"), "ALERT_NOT_SENT") != 0)
			put(&kinds[i], item);
	}
	if (!over)
		note_seen(message);
	json_decref(item);
	json_decref(settings);
}

void deliver_missed(const json_t *message)
{
	if (queue.seen[0] && is_newer(message))
		deliver(message, false);
	else if (!queue.seen[0])
		note_seen(message);
}

/* ---- out --------------------------------------------------------------------------------- */

static void kind_failed(struct kind *k, const char *host, const struct reason *why)
{
	const struct subject of = { "Host", host, k->name };
	int64_t pause = queue.pause_ms;

	for (unsigned int i = 0; i < k->failures && pause < PAUSE_MOST; i++)
		pause *= 2;
	k->next = now_ms() + (pause < PAUSE_MOST ? pause : PAUSE_MOST);
	log_warning("%s: %s; another try in %lld seconds", k->name, why->text,
		    (long long)(k->next - now_ms()) / 1000);
	if (++k->failures >= PATIENCE)
		alert_state("ALERT_NOT_SENT", 3, &of, "%s", why->text);
}

static void kind_works(struct kind *k, const char *host)
{
	const struct subject of = { "Host", host, k->name };

	k->failures = 0;
	alert_state("ALERT_NOT_SENT", 0, &of, "-");
}

/* False: it stays, and the others of its kind, too. */
static bool send_one(struct kind *k, const char *name, const json_t *settings, const char *host)
{
	struct reason why = { "" };
	char path[512];
	json_t *item;
	int rc = 0;

	path_of(path, name);
	item = json_load_file(path, 0, NULL);
	if (!item) {
		log_warning("%s: damaged", path);
	} else if (json_integer_value(json_object_get(item, "time")) + AGE_MAX < time(NULL)) {
		log_warning("%s was not sent in three days", path);
	} else if (*text_of(settings, k->setting)) {
		rc = k->send(queue.courier, queue.api, settings, item, &why);
		if (rc < 0)
			kind_failed(k, host, &why);
		else
			kind_works(k, host);
	}
	json_decref(item);
	if (rc == 0)
		unlink(path);
	return rc == 0;
}

static void send_some(struct dirent **all, int nr, const char *host)
{
	json_t *settings = settings_read();
	bool go[KINDS];
	int sent = 0;

	for (size_t k = 0; k < KINDS; k++)
		go[k] = settings && now_ms() >= kinds[k].next;
	for (int i = 0; i < nr && sent < AT_ONCE; i++) {
		for (size_t k = 0; k < KINDS; k++) {
			if (!go[k] || strcmp(all[i]->d_name + 21, kinds[k].name) != 0)
				continue;
			go[k] = send_one(&kinds[k], all[i]->d_name, settings, host);
			sent++;
		}
	}
	json_decref(settings);
}

void deliver_tend(const char *host)
{
	struct dirent **all;
	int nr = scandir(queue.folder, &all, is_item, alphasort);

	if (nr > 0)
		send_some(all, nr, host);
	for (int i = 0; i < nr; i++)
		free(all[i]);
	if (nr >= 0)
		free(all);
}

bool secret_read(struct api *api, const char *uuid, struct buf *text)
{
	json_t *ref = api_call(api, "secret.get_by_uuid", json_pack("[s]", uuid));
	json_t *value = ref ? api_call(api, "secret.get_value", json_pack("[O]", ref)) : NULL;

	if (value)
		buf_printf(text, "%s", json_string_value(value));
	json_decref(value);
	json_decref(ref);
	return value != NULL && !text->failed;
}
