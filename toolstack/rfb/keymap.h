// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a viewer calls a key, and what Linux calls it. Knows no library.
 */
#ifndef RFB_KEYMAP_H
#define RFB_KEYMAP_H

#include <stdint.h>

/*
 * A key by its place: the code that a PC's keyboard sends (set 1), with 0x80 set where an 0xe0
 * comes first, as QEMU's extension of RFB has it. 0: there is none.
 */
uint16_t keymap_place(uint32_t xt);
/*
 * A key by what is written on it (X11's keysym), on an American keyboard: for viewers that do not
 * know better. Shift is a key of its own. 0: there is none.
 */
uint16_t keymap_sign(uint32_t keysym);

#endif
