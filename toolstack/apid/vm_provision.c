// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A clone of a template becomes a VM: the disks that the template asks for are made, and given to
 * it. They stand in other_config:disks as a small XML text, which clients write, too.
 */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "apid/made.h"
#include "apid/ops.h"

#define DISKS 16

struct wanted {
	char device[8], sr[40], type[12];
	json_int_t size;
	bool bootable;
};

struct provision {
	struct made made; /* in the order of disks */
	struct wanted disks[DISKS];
	size_t nr;
	bool wrong; /* the text is not one that we know */
};

static void provision_free(void *state)
{
	struct provision *p = state;

	made_free(&p->made);
	free(p);
}

/* ---- the text ---------------------------------------------------------------------------- */

static bool put(char *to, size_t len, const char *value)
{
	if (strlen(value) >= len)
		return false;
	strcpy(to, value);
	return true;
}

static bool attribute_read(struct wanted *w, const char *name, const char *value)
{
	char *end;

	if (strcmp(name, "device") == 0)
		return put(w->device, sizeof(w->device), value);
	if (strcmp(name, "sr") == 0)
		return put(w->sr, sizeof(w->sr), value);
	if (strcmp(name, "type") == 0)
		return put(w->type, sizeof(w->type), value);
	if (strcmp(name, "bootable") == 0)
		w->bootable = strcmp(value, "true") == 0;
	if (strcmp(name, "size") == 0) {
		w->size = strtoll(value, &end, 10);
		return !*end && w->size > 0;
	}
	return true;
}

static void on_element(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct provision *p = data;
	struct wanted *w;

	if (strcmp(name, "disk") != 0)
		return;
	if (p->nr == DISKS) {
		p->wrong = true;
		return;
	}
	w = &p->disks[p->nr++];
	for (size_t i = 0; attributes[i]; i += 2)
		p->wrong |= !attribute_read(w, attributes[i], attributes[i + 1]);
	p->wrong |= !w->size;
}

static void on_doctype(void *data, const XML_Char *name, const XML_Char *system,
		       const XML_Char *public, int subset)
{
	(void)name;
	(void)system;
	(void)public;
	(void)subset;
	((struct provision *)data)->wrong = true;
}

static bool disks_parse(struct provision *p, const char *text)
{
	XML_Parser parser;

	if (!*text)
		return true;
	parser = XML_ParserCreate("UTF-8");
	if (!parser)
		abort();
	XML_SetUserData(parser, p);
	XML_SetElementHandler(parser, on_element, NULL);
	XML_SetStartDoctypeDeclHandler(parser, on_doctype);
	if (XML_Parse(parser, text, (int)strlen(text), 1) != XML_STATUS_OK)
		p->wrong = true;
	XML_ParserFree(parser);
	return !p->wrong;
}

/* ---- one disk after the other -------------------------------------------------------------- */

static struct object *sr_of(const struct wanted *w)
{
	return *w->sr ? object_by_uuid("SR", w->sr) : default_sr();
}

static void finish(struct call *c)
{
	const struct provision *p = c->state;
	struct object *vm = c->refs[0];

	for (size_t i = 0; i < p->nr; i++) {
		const struct wanted *w = &p->disks[i];
		struct object *vdi = p->made.vdis[i];
		struct object *vbd = object_create("VBD", NULL);
		char device[16] = "xvda";

		vbd_device(w->device, device);
		set_ref(vbd, "VM", vm);
		set_ref(vbd, "VDI", vdi);
		set_text(vbd, "userdevice", w->device);
		set_text(vbd, "device", device);
		set_int(vbd, "bootable", w->bootable);
		set_text(vdi, "type", strcmp(w->type, "system") == 0 ? "system" : "user");
	}
	drop_entry(vm, "other_config", "disks");
	drop_entry(vm, "other_config", "default_template");
	set_int(vm, "is_a_template", false);
}

static void disk_next(struct call *c);

static void disk_made(struct call *c, const json_t *ok)
{
	const struct provision *p = c->state;
	struct object *sr = sr_of(&p->disks[p->made.nr]);

	if (c->refs[0]->gone || !sr)
		made_undo_gone(c, "the VM");
	else if (made_add(c, vdi_from_vmd(sr, ok)))
		disk_next(c);
}

static void disk_next(struct call *c)
{
	const struct provision *p = c->state;
	const struct wanted *w = &p->disks[p->made.nr];
	struct buf name = { 0 };

	if (p->made.nr == p->nr) {
		finish(c);
		return;
	}
	buf_printf(&name, "%.200s %s", get_text(c->refs[0], "name_label"), w->device);
	call_vmd(c, "vdi.create",
		 json_pack("{s: s, s: I, s: s}", "sr", get_text(sr_of(w), "uuid"), "size", w->size,
			   "name", name.data),
		 disk_made);
	c->otherwise = made_undo;
	buf_free(&name);
}

static bool disks_check(struct call *c, struct provision *p)
{
	const struct many *vbds = get_many(c->refs[0], "VBDs");
	char device[16];

	for (size_t i = 0; i < p->nr; i++) {
		const struct wanted *w = &p->disks[i];

		if (!vbd_device(w->device, device)) {
			call_fail(c, "INVALID_DEVICE", w->device, NULL);
			return false;
		}
		for (size_t k = 0; k < vbds->nr; k++)
			if (strcmp(get_text(vbds->items[k], "userdevice"), w->device) == 0)
				call_fail(c, "DEVICE_ALREADY_EXISTS", w->device, NULL);
		if (!sr_of(w))
			call_fail(c, *w->sr ? "UUID_INVALID" : "DEFAULT_SR_NOT_FOUND",
				  *w->sr ? "SR" : MODEL_NULL_REF, NULL);
	}
	return !call_failed(c);
}

static void provision(struct call *c)
{
	static const char *const states[] = { "Halted", NULL };
	struct object *vm = c->refs[0];
	struct provision *p;

	if (get_int(vm, "is_a_snapshot") || get_int(vm, "is_default_template")) {
		call_fail(c, "OPERATION_NOT_ALLOWED", "clone it first", NULL);
		return;
	}
	if (!vm_check_state(c, vm, states) || !call_occupy(c, vm, "provision"))
		return;
	p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	c->state = p;
	c->state_free = provision_free;
	if (!disks_parse(p, get_entry(vm, "other_config", "disks")))
		call_fail(c, "INVALID_VALUE", "other_config:disks",
			  "<provision><disk device size sr bootable type/></provision>", NULL);
	else if (disks_check(c, p))
		disk_next(c);
}

const struct binding vm_provision_bindings[] = {
	{ "VM.provision", provision },
	{ NULL, NULL },
};
