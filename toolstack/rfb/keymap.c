// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linux numbers the keys of a PC's keyboard as the keyboard does, and those behind an 0xe0 from 96
 * on (linux/input-event-codes.h).
 */
#include "rfb/keymap.h"

#include <stddef.h>

#define EXTENDED 0x80

struct pair {
	uint32_t from;
	uint16_t code;
};

/* Behind an 0xe0. */
static const struct pair places[] = {
	{ 0x1c, 96 },  /* keypad's enter */
	{ 0x1d, 97 },  /* right control */
	{ 0x35, 98 },  /* keypad's / */
	{ 0x37, 99 },  /* print */
	{ 0x38, 100 }, /* right alt */
	{ 0x46, 119 }, /* pause */
	{ 0x47, 102 }, /* home */
	{ 0x48, 103 }, /* up */
	{ 0x49, 104 }, /* page up */
	{ 0x4b, 105 }, /* left */
	{ 0x4d, 106 }, /* right */
	{ 0x4f, 107 }, /* end */
	{ 0x50, 108 }, /* down */
	{ 0x51, 109 }, /* page down */
	{ 0x52, 110 }, /* insert */
	{ 0x53, 111 }, /* delete */
	{ 0x20, 113 }, /* mute */
	{ 0x2e, 114 }, /* softer */
	{ 0x30, 115 }, /* louder */
	{ 0x5b, 125 }, /* left logo */
	{ 0x5c, 126 }, /* right logo */
	{ 0x5d, 127 }, /* menu */
};

/* Signs that are not in rows[]. */
static const struct pair signs[] = {
	{ 0x20, 57 },    /* space */
	{ 0xff08, 14 },  /* backspace */
	{ 0xff09, 15 },  /* tab */
	{ 0xfe20, 15 },  /* tab with shift */
	{ 0xff0d, 28 },  /* return */
	{ 0xff13, 119 }, /* pause */
	{ 0xff14, 70 },  /* scroll lock */
	{ 0xff15, 99 },  /* print */
	{ 0xff61, 99 },  /* print */
	{ 0xff1b, 1 },   /* escape */
	{ 0xff50, 102 }, /* home */
	{ 0xff51, 105 }, /* left */
	{ 0xff52, 103 }, /* up */
	{ 0xff53, 106 }, /* right */
	{ 0xff54, 108 }, /* down */
	{ 0xff55, 104 }, /* page up */
	{ 0xff56, 109 }, /* page down */
	{ 0xff57, 107 }, /* end */
	{ 0xff63, 110 }, /* insert */
	{ 0xff67, 127 }, /* menu */
	{ 0xff7f, 69 },  /* num lock */
	{ 0xffff, 111 }, /* delete */
	{ 0xff8d, 96 },  /* keypad: enter, home, left, up, right, down, page up, ... */
	{ 0xff95, 71 },  { 0xff96, 75 },  { 0xff97, 72 }, { 0xff98, 77 },
	{ 0xff99, 80 },  { 0xff9a, 73 },  { 0xff9b, 81 }, { 0xff9c, 79 },
	{ 0xff9d, 76 },  { 0xff9e, 82 },  { 0xff9f, 83 }, { 0xffaa, 55 }, /* * */
	{ 0xffab, 78 },                                                   /* + */
	{ 0xffad, 74 },                                                   /* - */
	{ 0xffae, 83 },                                                   /* . */
	{ 0xffaf, 98 },                                                   /* / */
	{ 0xffb0, 82 },                                                   /* 0 to 9 */
	{ 0xffb1, 79 },  { 0xffb2, 80 },  { 0xffb3, 81 }, { 0xffb4, 75 },
	{ 0xffb5, 76 },  { 0xffb6, 77 },  { 0xffb7, 71 }, { 0xffb8, 72 },
	{ 0xffb9, 73 },  { 0xffc8, 87 }, /* F11 */
	{ 0xffc9, 88 },                  /* F12 */
	{ 0xffe1, 42 }, /* shift, control, caps lock, meta, alt, logo: left and right */
	{ 0xffe2, 54 },  { 0xffe3, 29 },  { 0xffe4, 97 }, { 0xffe5, 58 },
	{ 0xffe7, 125 }, { 0xffe8, 126 }, { 0xffe9, 56 }, { 0xffea, 100 },
	{ 0xfe03, 100 }, /* AltGr */
	{ 0xffeb, 125 }, { 0xffec, 126 },
};

/* Keys side by side, without and with shift. */
static const struct {
	uint16_t first;
	const char *plain, *shifted;
} rows[] = {
	{ 2, "1234567890-=", "!@#$%^&*()_+" },
	{ 16, "qwertyuiop[]", "QWERTYUIOP{}" },
	{ 30, "asdfghjkl;'`", "ASDFGHJKL:\"~" },
	{ 43, "\\zxcvbnm,./", "|ZXCVBNM<>?" },
};

static uint16_t find(const struct pair *pairs, size_t nr, uint32_t from)
{
	for (size_t i = 0; i < nr; i++)
		if (pairs[i].from == from)
			return pairs[i].code;
	return 0;
}

uint16_t keymap_place(uint32_t xt)
{
	if (xt & EXTENDED)
		return find(places, sizeof(places) / sizeof(places[0]), xt & ~(uint32_t)EXTENDED);
	/* 84 is a key that no keyboard has; 86 to 88: the key beside left shift, F11 and F12. */
	return xt >= 1 && xt <= 88 && xt != 84 && xt != 85 ? (uint16_t)xt : 0;
}

uint16_t keymap_sign(uint32_t keysym)
{
	if (keysym >= 0xffbe && keysym <= 0xffc7) /* F1 to F10 */
		return (uint16_t)(59 + keysym - 0xffbe);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (uint16_t k = 0; rows[i].plain[k]; k++)
			if (keysym == (unsigned char)rows[i].plain[k] ||
			    keysym == (unsigned char)rows[i].shifted[k])
				return (uint16_t)(rows[i].first + k);
	return find(signs, sizeof(signs) / sizeof(signs[0]), keysym);
}
