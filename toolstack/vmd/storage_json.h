// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Repositories and their disks as the verbs about them tell of them.
 */
#ifndef VMD_STORAGE_JSON_H
#define VMD_STORAGE_JSON_H

#include "storage/sr.h"
#include "vmd/call.h"

/* stat NULL: it could not be asked. */
json_t *sr_json(const struct sr *sr, const struct sr_stat *stat);
json_t *vdi_json(const struct vdi *v);
/* The repository that the argument "sr" names. -1: the call has failed. */
int call_sr(struct call *c, struct sr *sr);
/* Text of an argument into a field; what is not there leaves it as it is. */
int call_copy_text(struct call *c, const char *name, char *to, size_t room);

/* The answer is that disk. */
int call_answer_vdi(struct call *c, const struct vdi *v);
/* A descriptor of it, if nobody has it whom that disturbs. -1: the call has failed. */
int call_open_vdi(struct call *c, const struct sr *sr, struct vdi *v, bool write,
		  char path[STORAGE_PATH]);

#endif
