// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See vmd_once.h. An answer in parts is put together no more than its verb's list needs: the verbs
 * that are asked here answer with one message.
 */
#include "courier/vmd_once.h"

#include <unistd.h>

#include "lib/deadline.h"
#include "vmd/client.h"

/* 1: it is the answer, 0: it is not. */
static int answer_take(const json_t *message, json_t **ok, struct reason *why)
{
	const json_t *error = json_object_get(message, "error");
	const char *words = json_string_value(json_object_get(message, "message"));

	*ok = json_incref(json_object_get(message, "ok"));
	if (error)
		reason_set(why, "%s", words ? words : "vmd refuses");
	return *ok || error;
}

json_t *vmd_once(const char *path, const char *verb, json_t *args, int64_t ms, int *passed,
		 struct reason *why)
{
	const int64_t deadline = now_ms() + ms;
	int fd = vmd_connect(path, why), came = -1, end = 0;
	json_t *ok = NULL, *message;

	if (fd >= 0 && vmd_send(fd, verb, args, why) == 0) {
		while (!end) {
			int64_t left = deadline - now_ms();
			int rc = vmd_wait(fd, left > 0 ? left : 0, &message, &came, why);

			if (rc == 0)
				reason_set(why, "vmd does not answer");
			if (rc <= 0)
				break;
			end = answer_take(message, &ok, why);
			json_decref(message);
			if (came >= 0 && (!ok || !passed)) {
				close(came);
				came = -1;
			}
		}
	}
	if (fd >= 0)
		close(fd);
	json_decref(args);
	if (passed)
		*passed = came;
	return ok;
}
