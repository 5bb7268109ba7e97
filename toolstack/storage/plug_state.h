// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which repositories were plugged or unplugged since this host started (XenAPI: a PBD's
 * currently_attached): a file each in STORAGE_RUN, written under the repository's lock. One of
 * which nothing is said yet is plugged by `storage monitor`.
 */
#ifndef TOOLSTACK_STORAGE_PLUG_STATE_H
#define TOOLSTACK_STORAGE_PLUG_STATE_H

enum plug_state { PLUG_STATE_NEW, PLUG_STATE_PLUGGED, PLUG_STATE_UNPLUGGED };

enum plug_state plug_state(const char *uuid);
/* What cannot be written is as if the host had just started: no harm. */
void plug_state_set(const char *uuid, enum plug_state state);

#endif
