// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The repositories that this host knows: a file each, STORAGE_STATE/UUID.sr, replaced as a whole.
 * Only where to look is kept here; all else is with the data.
 */
#ifndef TOOLSTACK_STORAGE_REGISTRY_H
#define TOOLSTACK_STORAGE_REGISTRY_H

#include "storage/sr.h"

/* STORAGE_STATE exists. */
int registry_folder(struct sr_error *e);
int registry_save(const struct sr *sr, struct sr_error *e);
int registry_remove(const struct sr *sr, struct sr_error *e);
/* All of them; the caller frees *list. A file that makes no sense is skipped with a warning. */
int registry_list(struct sr **list, size_t *nr, struct sr_error *e);

bool registry_parse(const char *text, struct sr *sr, struct reason *why);

#endif
