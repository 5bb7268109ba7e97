// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See saved.h.
 */
#include "apid/saved.h"

#include <stdio.h>
#include <string.h>

#include "apid/allowed.h"
#include "apid/inventory.h"
#include "apid/ops.h"

#define FOLDER "/var/lib/socle/suspend/"
#define MIB    (1024 * 1024)
/* Beside the memory: what is said of each frame, vCPUs, the configuration. */
#define EXTRA(memory) ((memory) / 128 + 16ll * MIB)

static bool is_usable(const struct object *sr)
{
	return sr && is_attached(sr, "PBDs") && strcmp(get_text(sr, "content_type"), "iso") != 0;
}

struct object *saved_sr(const struct object *vm)
{
	struct object *const choices[] = {
		get_ref(vm, "suspend_SR"),
		get_ref(the_host(), "suspend_image_sr"),
		get_ref(the_pool(), "suspend_image_SR"),
		default_sr(),
	};

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		if (is_usable(choices[i]))
			return choices[i];
	return NULL;
}

void saved_disk_ask(struct call *c, const struct object *vm, struct object *sr, const char *of,
		    void (*then)(struct call *c, const json_t *answer))
{
	json_int_t memory = get_int(vm, "memory_static_max");
	char name[256];

	snprintf(name, sizeof(name), "Memory of %.200s", of);
	call_vmd(c, "vdi.create",
		 json_pack("{s: s, s: I, s: s}", "sr", get_text(sr, "uuid"), "size",
			   memory + EXTRA(memory), "name", name),
		 then);
}

struct object *saved_disk(struct object *sr, const json_t *answer)
{
	struct object *vdi = vdi_from_vmd(sr, answer);

	set_text(vdi, "type", "suspend");
	return vdi;
}

void saved_put(json_t *args, const struct object *vdi, const char *uuid)
{
	char path[sizeof(FOLDER) + 48];

	snprintf(path, sizeof(path), FOLDER "%.40s.save", uuid);
	if (vdi)
		json_object_set_new(args, "vdi", vdi_args(vdi));
	else
		json_object_set_new(args, "file", json_string(path));
}

static void nothing(struct call *c, const json_t *ignored)
{
	(void)c;
	(void)ignored;
}

void saved_forget(struct call *c, struct object *vm,
		  void (*then)(struct call *c, const json_t *ignored))
{
	struct object *vdi = get_ref(vm, "suspend_VDI");
	bool is_there = vdi && get_ref(vdi, "SR");
	json_t *args = is_there ? vdi_args(vdi) : json_object();

	if (!then)
		then = nothing;
	if (!vdi)
		saved_put(args, NULL, get_text(vm, "uuid"));
	else
		vdi_drop(vdi);
	if (vdi && !is_there) {
		json_decref(args);
		then(c, NULL);
		return;
	}
	call_vmd(c, vdi ? "vdi.destroy" : "vm.forget_saved", args, then);
	/* A disk that does not go is found by the next scan. */
	c->otherwise = then;
}
