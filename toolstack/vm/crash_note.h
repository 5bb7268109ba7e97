// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * That a guest has crashed. Whoever carries out on_crash may have destroyed its domain before
 * anybody else has looked at it: so it leaves a note, a file per VM with the id of the domain, and
 * whoever tells people takes that away.
 */
#ifndef VM_CRASH_NOTE_H
#define VM_CRASH_NOTE_H

#include <stdbool.h>

#ifndef VM_CRASH_DIR /* unit tests have one of their own */
#define VM_CRASH_DIR "/run/xen/crashed"
#endif

/* What cannot be noted is logged. */
void crash_note_leave(const char *uuid, unsigned int domid);
/* All there are, in no order; false: tell() did not want it, and it stays. */
void crash_notes_take(bool (*tell)(void *arg, const char *uuid, unsigned int domid), void *arg);

#endif
