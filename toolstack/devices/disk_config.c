// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One pass over the words between the commas. A word is a flag, key=value, or takes the first
 * place that is still free; target= takes the rest of the text, commas and all.
 */
#include "devices/disk_config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "devices/config_words.h"
#include "devices/disk_vdev.h"

struct parser {
	struct disk_config *d;
	const char *source;
	unsigned int line;
	struct reason *why;
	unsigned int place; /* of the next positional word */
	bool has_target;
	bool has_format;
	bool prefixed; /* the old form, "phy:PATH,VDEV,ACCESS", which has no place for a format */
};

enum { PLACE_TARGET, PLACE_FORMAT, PLACE_VDEV, PLACE_ACCESS, PLACE_END };

static int expected(struct parser *p, const char *what, const char *found)
{
	return reason_set(p->why, "%s:%u: disk: expected %s, found \"%.64s\"", p->source, p->line,
			  what, found);
}

static int refused(struct parser *p, const char *word, const char *because)
{
	return reason_set(p->why, "%s:%u: disk: \"%.64s\": %s", p->source, p->line, word, because);
}

static int set_format(struct parser *p, const char *word)
{
	if (p->has_format)
		return refused(p, word, "the format is given twice");
	if (strcmp(word, "qcow2") == 0 || strcmp(word, "qcow") == 0)
		p->d->format = DISK_QCOW2;
	else if (*word && strcmp(word, "raw") != 0)
		return expected(p, "the format raw or qcow2", word);
	p->has_format = true;
	return 0;
}

/* xvda, or the older "hdc:cdrom". */
static int set_vdev(struct parser *p, const char *word)
{
	const char *colon = strchr(word, ':');
	size_t len = colon ? (size_t)(colon - word) : strlen(word);

	if (p->d->vdev[0])
		return refused(p, word, "the disk's name in the guest is given twice");
	if (colon && strcmp(colon, ":cdrom") == 0)
		p->d->cdrom = true;
	else if (colon && strcmp(colon, ":disk") != 0)
		return expected(p, ":cdrom or :disk behind the disk's name in the guest", word);
	if (len >= DISK_VDEV_MAX)
		return expected(p, "a disk's name in the guest, such as xvda", word);
	memcpy(p->d->vdev, word, len);
	if (!disk_vdev_parse(p->d->vdev, &p->d->devid))
		return expected(p, "a disk's name in the guest, such as xvda", word);
	return 0;
}

static int set_access(struct parser *p, const char *word)
{
	char text[4] = "";
	size_t len = strlen(word);

	p->d->shared = len && word[len - 1] == '!';
	if (len < sizeof(text))
		memcpy(text, word, len - p->d->shared);
	if (strcmp(text, "r") == 0 || strcmp(text, "ro") == 0)
		p->d->readonly = true;
	else if (strcmp(text, "w") != 0 && strcmp(text, "rw") != 0)
		return expected(p, "the access r or w", word);
	return 0;
}

static int set_devtype(struct parser *p, const char *word)
{
	if (strcmp(word, "cdrom") == 0)
		p->d->cdrom = true;
	else if (strcmp(word, "disk") != 0)
		return expected(p, "devtype=disk or cdrom", word);
	return 0;
}

static int set_backend_type(struct parser *p, const char *word)
{
	if (strcmp(word, "phy") == 0 || strcmp(word, "") == 0)
		return 0;
	if (strcmp(word, "qdisk") == 0 || strcmp(word, "tap") == 0 ||
	    strcmp(word, "standalone") == 0)
		return refused(p, word, "disks are served by the kernel here: backendtype=phy");
	return expected(p, "backendtype=phy", word);
}

static int set_backend(struct parser *p, const char *word)
{
	if (strcmp(word, "0") == 0 || strcmp(word, "Domain-0") == 0)
		return 0;
	return refused(p, word, "disks are served by the control domain: leave backend= out");
}

static int set_specification(struct parser *p, const char *word)
{
	if (strcmp(word, "xen") == 0)
		return 0;
	return expected(p, "specification=xen", word);
}

static int set_script(struct parser *p, const char *word)
{
	return refused(p, word,
		       "no scripts are run for disks; give the block device or file itself");
}

static int set_target(struct parser *p, const char *path)
{
	if (p->has_target)
		return refused(p, path, "the target is given twice");
	p->has_target = true;
	if (!*path)
		return 0;
	if (path[0] != '/')
		return expected(p, "the target's absolute path", path);
	if (strlen(path) > DISK_TARGET_MAX)
		return refused(p, path, "the path is too long");
	p->d->target = strdup(path);
	return p->d->target ? 0 : reason_set(p->why, "out of memory");
}

/* What older configurations put in front of the path. False: no prefix of ours. */
static bool skip_prefix(struct parser *p, char **word)
{
	static const char *const plain[] = { "phy:", "file:",    "tap:",  "tap2:",
					     "aio:", "tapdisk:", "ioemu:" };
	static const char *const formats[] = { "raw", "qcow2", "qcow" };

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		size_t len = strlen(plain[i]);

		if (strncmp(*word, plain[i], len) == 0) {
			*word += len;
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]) && !p->has_format; i++) {
		size_t len = strlen(formats[i]);

		if (strncmp(*word, formats[i], len) == 0 && (*word)[len] == ':') {
			*word += len + 1;
			return set_format(p, formats[i]) == 0;
		}
	}
	return false;
}

static int positional_target(struct parser *p, char *word)
{
	char path[DISK_TARGET_MAX + 2];
	bool phy = strncmp(word, "phy:", 4) == 0;
	char *colon;

	while (skip_prefix(p, &word))
		p->prefixed = true;
	colon = strchr(word, ':');
	if (colon && word[0] != '/')
		return refused(p, word,
			       "no scripts are run for disks, so only phy: and file: may stand "
			       "in front of a path");
	/* phy:vg/volume has always meant a name below /dev. */
	if (phy && *word && word[0] != '/' && strlen(word) + 5 < sizeof(path)) {
		strcpy(path, "/dev/");
		strcat(path, word);
		return set_target(p, path);
	}
	return set_target(p, word);
}

static int positional(struct parser *p, char *word)
{
	if (p->place == PLACE_TARGET && p->has_target)
		p->place++;
	if (p->place == PLACE_FORMAT &&
	    (p->has_format ||
	     (p->prefixed && strcmp(word, "raw") != 0 && strcmp(word, "qcow2") != 0 && *word)))
		p->place++;
	if (p->place == PLACE_VDEV && p->d->vdev[0])
		p->place++;
	switch (p->place++) {
	case PLACE_TARGET: return positional_target(p, word);
	case PLACE_FORMAT: return set_format(p, word);
	case PLACE_VDEV: return *word ? set_vdev(p, word) : 0;
	case PLACE_ACCESS: return *word ? set_access(p, word) : 0;
	default: return expected(p, "the end of the disk's words", word);
	}
}

static bool take_flag(struct parser *p, const char *word)
{
	struct disk_config *d = p->d;

	if (strcmp(word, "cdrom") == 0)
		d->cdrom = true;
	else if (strcmp(word, "discard") == 0)
		d->discard = true;
	else if (strcmp(word, "no-discard") == 0)
		d->discard = false;
	else if (strcmp(word, "direct-io-safe") == 0)
		d->direct_io_safe = true;
	else
		return false;
	return true;
}

static int take_key(struct parser *p, char *word, char *value)
{
	static const struct {
		const char *key;
		int (*set)(struct parser *p, const char *value);
	} keys[] = {
		{ "format", set_format },
		{ "vdev", set_vdev },
		{ "access", set_access },
		{ "devtype", set_devtype },
		{ "backendtype", set_backend_type },
		{ "backend", set_backend },
		{ "specification", set_specification },
		{ "script", set_script },
	};

	*value++ = '\0';
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(word, keys[i].key) == 0)
			return keys[i].set(p, value);
	return expected(p, "target, format, vdev, access, devtype or backendtype before \"=\"",
			word);
}

static bool is_key(const char *word, const char *equals)
{
	for (; word < equals; word++)
		if (!islower((unsigned char)*word) && *word != '-')
			return false;
	return true;
}

static int parse_words(struct parser *p, char *at)
{
	while (at) {
		char *comma = strchr(at, ',');
		char *word = at, *equals;

		word += strspn(word, " \t");
		if (strncmp(word, "target=", 7) == 0)
			return set_target(p, config_trim(word + 7));
		if (comma)
			*comma = '\0';
		at = comma ? comma + 1 : NULL;
		word = config_trim(word);
		equals = strchr(word, '=');
		if (take_flag(p, word))
			continue;
		if ((equals && is_key(word, equals) ? take_key(p, word, equals)
						    : positional(p, word)) < 0)
			return -1;
	}
	return 0;
}

static int check_whole(struct parser *p)
{
	struct disk_config *d = p->d;

	if (d->cdrom) {
		d->readonly = true;
		d->discard = false;
	}
	if (!d->vdev[0])
		return reason_set(p->why,
				  "%s:%u: disk: it has no name in the guest, such as vdev=xvda",
				  p->source, p->line);
	if (!d->target && !d->cdrom)
		return reason_set(p->why, "%s:%u: disk %s: it has no target: a path", p->source,
				  p->line, d->vdev);
	return 0;
}

int disk_config_parse(struct disk_config *d, const char *source, unsigned int line,
		      const char *text, struct reason *why)
{
	struct parser p = { .d = d, .source = source, .line = line, .why = why };
	char *copy;
	int rc;

	memset(d, 0, sizeof(*d));
	d->discard = true;
	if (!config_is_plain(text))
		return reason_set(why, "%s:%u: disk: a control character in it", source, line);
	copy = strdup(text);
	if (!copy)
		return reason_set(why, "out of memory");
	rc = parse_words(&p, copy);
	if (rc == 0)
		rc = check_whole(&p);
	free(copy);
	if (rc < 0)
		disk_config_free(d);
	return rc;
}

void disk_config_print(const struct disk_config *d, struct buf *text)
{
	buf_printf(text, "format=%s,vdev=%s,access=%s%s", d->format == DISK_QCOW2 ? "qcow2" : "raw",
		   d->vdev, d->readonly ? "r" : "w", d->shared ? "!" : "");
	if (d->cdrom)
		buf_printf(text, ",devtype=cdrom");
	else if (!d->discard)
		buf_printf(text, ",no-discard");
	if (d->direct_io_safe)
		buf_printf(text, ",direct-io-safe");
	/* The last: it reaches to the end. */
	if (d->target)
		buf_printf(text, ",target=%s", d->target);
}

int disk_config_copy(struct disk_config *to, const struct disk_config *from)
{
	*to = *from;
	if (from->target) {
		to->target = strdup(from->target);
		if (!to->target)
			return -1;
	}
	return 0;
}

void disk_config_free(struct disk_config *d)
{
	free(d->target);
	d->target = NULL;
}
