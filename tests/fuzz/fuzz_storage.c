// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What storage reads from disks and from programs that read disks: key=value texts, LVM's reports,
 * a pool's status, what wipefs found, mount points. Input: a text.
 */
#include "fuzz.h"

#include <string.h>

#include "storage/device.h"
#include "storage/iscsi_source.h"
#include "storage/lvm_report.h"
#include "storage/props.h"
#include "storage/sr_file.h"
#include "storage/thin.h"

static void try_reports(const char *text)
{
	struct lvm_report r;
	struct reason why;

	if (lvm_volumes_parse(&r, strdup(text), &why) == 0) {
		for (size_t i = 0; i < r.nr; i++) {
			MUST(r.volumes[i].name[0] && !strchr(r.volumes[i].name, '/'));
			MUST(r.volumes[i].group.extent > 0);
		}
		lvm_report_free(&r);
	}
	if (lvm_groups_parse(&r, strdup(text), &why) == 0)
		lvm_report_free(&r);
}

/* What can be read can be written and read again. */
static void try_props(const char *text)
{
	char value[PROP_TEXT_MAX + 1], again[PROP_TEXT_MAX + 1];
	struct buf b = { 0 };

	if (!prop_get(text, '\n', "name", value, sizeof(value)))
		return;
	prop_append(&b, "name", value);
	MUST(prop_get(b.data, ',', "name", again, sizeof(again)));
	MUST(strcmp(value, again) == 0);
	buf_free(&b);
}

/* What is taken is safe as a part of a path and as an argument, and can be read again. */
static void try_iscsi(const char *text)
{
	struct iscsi_source s, again;
	struct sr_error e;
	char whole[1024];

	if (iscsi_source_parse(text, &s, &e) < 0)
		return;
	MUST(s.host[0] && !strpbrk(s.host, "/ \n,") && s.host[0] != '-');
	MUST(!strpbrk(s.target, "/ \n") && s.target[0] != '.' && s.target[0] != '-');
	MUST(!strpbrk(s.disk, "/ \n"));
	MUST(iscsi_source_format(&s, whole, sizeof(whole)));
	if (s.target[0])
		MUST(iscsi_source_parse(whole, &again, &e) == 0 && !memcmp(&s, &again, sizeof(s)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct thin_usage usage;
	struct reason why;
	char line[64];
	struct vdi v;
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	try_reports(text);
	try_props(text);
	try_iscsi(text);
	if (vdi_file_parse(text, &v, &why))
		MUST(v.location[0] && v.location[0] != '.' && !strchr(v.location, '/'));
	if (thin_status_parse(text, &usage))
		MUST(usage.data_total && usage.metadata_total);
	signatures_describe(text, line, sizeof(line));
	MUST(strlen(line) < sizeof(line));
	mountinfo_find(text, 0, line, sizeof(line));
	free(text);
	return 0;
}
