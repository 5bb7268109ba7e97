// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vdi.copy: a new disk, or what another one has. The first is in its repository when it is
 * complete; the second is written over, and has neither the old nor the new if that is cut off.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "storage/stream.h"
#include "vmd/refused.h"
#include "vmd/storage_json.h"
#include "vmd/target.h"
#include "vmd/verbs.h"

static const struct arg copy_args[] = {
	ARG("sr", UUID),
	ARG("vdi", UUID),
	ARG("to", UUID, .optional = true),
	ARG("into", UUID, .optional = true),
	ARG("name", LINE, .optional = true, .min = 0, .max = 255),
	ARG("description", LINE, .optional = true, .min = 0, .max = 255),
	ARGS_END,
};

static struct call *copying;

static void tell(double done)
{
	call_progress(copying, done);
}

static int copy_new(struct call *c, const struct sr *sr, const struct vdi *v,
		    const struct sr *to_sr)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct vdi to = { 0 };

	memcpy(to.name, v->name, sizeof(to.name));
	if (call_copy_text(c, "name", to.name, sizeof(to.name)) < 0 ||
	    call_copy_text(c, "description", to.description, sizeof(to.description)) < 0)
		return -1;
	if (vdi_copy(sr, v, to_sr, &to, &e) < 0)
		return call_fail_storage(c, v->uuid, &e);
	return call_answer_vdi(c, &to);
}

static int check_size(struct call *c, const struct vdi *v, const struct vdi *to)
{
	char number[24];

	if (v->virtual_size <= to->virtual_size)
		return 0;
	snprintf(number, sizeof(number), "%" PRIu64, v->virtual_size);
	call_fail(c, "VDI_TOO_SMALL", to->uuid, "disk %s has less than %s bytes", to->uuid, number);
	json_array_append_new(c->error, json_string(number));
	return -1;
}

/* One that nobody needed is not usable afterwards either. */
static void close_vdi(const struct sr *sr, const struct vdi *v, int fd)
{
	struct sr_error ignored;

	close(fd);
	if (!v->plugged)
		vdi_unplug(sr, v, &ignored);
}

static int copy_into(struct call *c, const struct sr *sr, struct vdi *v, const struct sr *to_sr)
{
	const char *into = arg_text(c->args, "into");
	struct sr_error e = { .code = ERR_BACKEND };
	char path[STORAGE_PATH];
	struct vdi to;
	struct sr at;
	int in, out, rc;

	if (strcmp(into, v->uuid) == 0)
		return call_fail(c, "INVALID_VALUE", "into", "a disk into itself");
	if (vdi_find(to_sr->uuid, into, &at, &to, &e) < 0)
		return call_fail_storage(c, into, &e);
	if (check_size(c, v, &to) < 0 || (in = call_open_vdi(c, sr, v, false, path)) < 0)
		return -1;
	out = call_open_vdi(c, &at, &to, true, path);
	rc = out < 0 ? -1 : stream_copy(in, out, v->virtual_size, false, &e);
	close_vdi(sr, v, in);
	if (out < 0)
		return -1;
	close_vdi(&at, &to, out);
	return rc < 0 ? call_fail_storage(c, to.uuid, &e) : call_answer_vdi(c, &to);
}

static int do_copy(struct call *c)
{
	const char *where = arg_text(c->args, "to");
	struct sr_error e = { .code = ERR_BACKEND };
	struct sr sr, to_sr;
	struct vdi v;

	if (target_vdi(c, c->args, &sr, &v) < 0)
		return -1;
	to_sr = sr;
	if (where && sr_find(where, &to_sr, &e) < 0)
		return call_fail_storage(c, where, &e);
	copying = c;
	stream_progress = tell;
	return arg_text(c->args, "into") ? copy_into(c, &sr, &v, &to_sr)
					 : copy_new(c, &sr, &v, &to_sr);
}

const struct verb vdi_copy_verbs[] = {
	{ "vdi.copy", copy_args, do_copy, "a full copy, in any repository, or into a disk there" },
	{ .name = NULL },
};
