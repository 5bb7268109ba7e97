// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What would promise something that is not done (a port, a password, a window) is refused.
 */
#include "devices/screen_config.h"

#include <string.h>

#include "devices/config_words.h"

static int refuse(const struct config_entry *e, struct reason *why, const char *what)
{
	return reason_set(why, "%s:%u: %s: %s", e->source, e->value.line, e->key, what);
}

static int read_flag(struct config *c, const char *key, bool *flag, struct reason *why)
{
	struct config_entry *e = config_find(c, key);

	if (!e)
		return 0;
	if (e->value.type != CONFIG_NUMBER || e->value.number < 0 || e->value.number > 1)
		return refuse(e, why, "expected 0 or 1");
	*flag = e->value.number;
	return 0;
}

static int read_mib(struct config *c, unsigned int *mib, struct reason *why)
{
	struct config_entry *e = config_find(c, "videoram");

	*mib = SCREEN_MIB_DEFAULT;
	if (!e)
		return 0;
	if (e->value.type != CONFIG_NUMBER || e->value.number < 1 ||
	    e->value.number > SCREEN_MIB_MAX)
		return refuse(e, why, "expected megabytes, 1 to 32");
	*mib = (unsigned int)e->value.number;
	return 0;
}

/* One word of vfb= and its value. */
static int read_word(struct screen_config *s, const struct config_entry *e, const char *word,
		     const char *value, struct reason *why)
{
	/* These say how a window or a port would behave. */
	static const char *const idle[] = { "vncunused", "keymap", "opengl", "xauthority",
					    "display" };

	if (strcmp(word, "vnc") == 0 || strcmp(word, "sdl") == 0) {
		if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
			return refuse(e, why, "expected vnc=0 or vnc=1");
		if (word[0] == 's' && value[0] == '1')
			return refuse(e, why, "sdl=1: there is no window, only vnc=1");
		if (word[0] == 'v')
			s->wanted = value[0] == '1';
		return 0;
	}
	for (size_t i = 0; i < sizeof(idle) / sizeof(idle[0]); i++)
		if (strcmp(word, idle[i]) == 0)
			return 0;
	return reason_set(why,
			  "%s:%u: %s: \"%.40s\" is not supported: the screen is seen through the "
			  "management plane alone",
			  e->source, e->value.line, e->key, word);
}

static int read_vfb(struct screen_config *s, const struct config_entry *e, const char *text,
		    struct reason *why)
{
	char copy[256], *rest = copy, *word;

	if (strlen(text) >= sizeof(copy) || !config_is_plain(text))
		return refuse(e, why, "expected words such as vnc=1, separated by commas");
	strcpy(copy, text);
	/* A framebuffer is one to be seen unless it says otherwise. */
	s->wanted = true;
	while ((word = strsep(&rest, ","))) {
		char *value;

		word = config_trim(word);
		value = strchr(word, '=');
		if (!*word)
			continue;
		if (!value)
			return refuse(e, why, "expected word=value, separated by commas");
		*value++ = '\0';
		if (read_word(s, e, config_trim(word), config_trim(value), why) < 0)
			return -1;
	}
	return 0;
}

int screen_config_read(struct screen_config *s, struct config *c, struct reason *why)
{
	struct config_entry *e = config_find(c, "vfb");

	*s = (struct screen_config){ .wanted = false };
	if (read_mib(c, &s->mib, why) < 0 || read_flag(c, "vnc", &s->wanted, why) < 0)
		return -1;
	if (!e)
		return 0;
	if (e->value.type != CONFIG_LIST ||
	    (e->value.nr_items && e->value.items[0].type != CONFIG_STRING))
		return refuse(e, why, "expected a list of one string: vfb = [ 'vnc=1' ]");
	if (e->value.nr_items > 1)
		return refuse(e, why, "a guest has one screen");
	return e->value.nr_items ? read_vfb(s, e, e->value.items[0].text, why) : 0;
}

void screen_config_print(const struct screen_config *s, struct buf *text)
{
	if (s->wanted)
		buf_printf(text, "vfb = [ 'vnc=1' ]\nvideoram = %u\n", s->mib);
}
