// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The client of vmd. See vmd_link.h.
 */
#include "apid/vmd_link.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/log.h"
#include "vmd/client.h"

#define PARTS_MAX 100000

struct vmd_request {
	struct loop_source source;
	vmd_answer *answer;
	void (*message)(void *owner, const json_t *m);
	void *owner;
	json_t *parts;
	struct vmd_request *next, **place;
};

static const char *socket_path;
static struct vmd_request *requests;

void vmd_link_open(const char *path)
{
	socket_path = path;
}

static void request_free(struct vmd_request *r)
{
	loop_close(&r->source);
	*r->place = r->next;
	if (r->next)
		r->next->place = r->place;
	json_decref(r->parts);
	r->parts = NULL;
	loop_free(r);
}

void vmd_stop(struct vmd_request *r)
{
	request_free(r);
}

static void request_fail(struct vmd_request *r, const char *words)
{
	json_t *error = json_pack("[s, s]", "INTERNAL_ERROR", words);
	vmd_answer *answer = r->answer;
	void *owner = r->owner;

	request_free(r);
	answer(owner, NULL, error);
	json_decref(error);
}

/* ---- what vmd says ----------------------------------------------------------------------- */

/* The list that the verb returns is the only array in its answer. */
static void parts_join(json_t *ok, const json_t *parts)
{
	const char *key;
	json_t *v;

	json_object_foreach(ok, key, v)
	{
		if (json_is_array(v)) {
			json_t *all = json_copy((json_t *)parts);

			json_array_extend(all, v);
			json_object_set_new(ok, key, all);
			return;
		}
	}
}

static bool error_is_sound(const json_t *error)
{
	json_t *word;
	size_t i;

	if (!json_array_size(error))
		return false;
	json_array_foreach(error, i, word)
	{
		if (!json_is_string(word))
			return false;
	}
	return true;
}

static void request_finish(struct vmd_request *r, json_t *ok, const json_t *error)
{
	vmd_answer *answer = r->answer;
	void *owner = r->owner;

	if (ok && r->parts)
		parts_join(ok, r->parts);
	request_free(r);
	answer(owner, ok, error);
}

static void request_message(struct vmd_request *r, json_t *m)
{
	json_t *ok = json_object_get(m, "ok"), *error = json_object_get(m, "error");
	json_t *part = json_object_get(m, "part");
	const char *words = json_string_value(json_object_get(m, "message"));

	if (json_is_object(ok)) {
		request_finish(r, ok, NULL);
	} else if (error_is_sound(error)) {
		/* An internal error says little without its words. */
		if (words && json_array_size(error) == 1)
			json_array_append_new(error, json_string(words));
		request_finish(r, NULL, error);
	} else if (json_is_array(part)) {
		if (!r->parts)
			r->parts = json_array();
		if (json_array_size(r->parts) + json_array_size(part) > PARTS_MAX)
			request_fail(r, "vmd: an answer without end");
		else
			json_array_extend(r->parts, part);
	} else if (json_is_object(m) && !ok && !error) {
		if (r->message)
			r->message(r->owner, m);
	} else {
		request_fail(r, "vmd: a message of no known form");
	}
}

static void request_ready(struct loop_source *s, uint32_t events)
{
	struct vmd_request *r = (struct vmd_request *)s;
	struct reason why;
	int passed = -1, rc;
	json_t *m = NULL;

	(void)events;
	rc = vmd_receive(s->fd, &m, &passed, &why);
	/* We ask for nothing that comes with a descriptor. */
	if (rc > 0 && passed >= 0)
		close(passed);
	if (rc < 0)
		request_fail(r, why.text);
	else if (rc > 0)
		request_message(r, m);
	if (rc > 0)
		json_decref(m);
}

/* ---- asking ------------------------------------------------------------------------------ */

struct vmd_request *vmd_ask(const char *verb, json_t *args, vmd_answer *answer,
			    void (*message)(void *owner, const json_t *m), void *owner)
{
	struct vmd_request *r = calloc(1, sizeof(*r));
	struct reason why = { "out of memory" };
	int fd = r ? vmd_connect(socket_path, &why) : -1;
	bool sent;

	if (fd < 0) {
		log_warning("%s: %s", verb, why.text);
		json_decref(args);
		free(r);
		return NULL;
	}
	*r = (struct vmd_request){
		.source = { .fd = fd, .ready = request_ready },
		.answer = answer,
		.message = message,
		.owner = owner,
	};
	sent = vmd_send(fd, verb, args, &why) == 0;
	json_decref(args);
	if (!sent || loop_add(&r->source, EPOLLIN) < 0) {
		log_warning("%s: %s", verb, why.text);
		loop_close(&r->source);
		free(r);
		return NULL;
	}
	r->next = requests;
	r->place = &requests;
	if (requests)
		requests->place = &r->next;
	requests = r;
	return r;
}

void vmd_link_close(void)
{
	while (requests)
		request_free(requests);
}
