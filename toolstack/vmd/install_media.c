// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A row for each layout; the first whose kernel is there is taken.
 */
#include "vmd/install_media.h"

#include <stdio.h>
#include <string.h>

enum how { BY_DEBIAN_MIRROR, BY_DEBIAN, BY_UBUNTU, BY_ANACONDA, BY_ALPINE };

#define DEBIAN_NETBOOT \
	"dists/%s/main/installer-amd64/current/images/netboot/debian-installer/amd64/"

static const struct install_layout {
	const char *distro, *kernel, *ramdisk; /* %s: the release */
	enum how how;
} layouts[] = {
	{ "debianlike", DEBIAN_NETBOOT "linux", DEBIAN_NETBOOT "initrd.gz", BY_DEBIAN_MIRROR },
	{ "debianlike", "netboot/amd64/linux", "netboot/amd64/initrd", BY_UBUNTU },
	{ "debianlike", "casper/vmlinuz", "casper/initrd", BY_UBUNTU },
	{ "debianlike", "debian-installer/amd64/linux", "debian-installer/amd64/initrd.gz",
	  BY_DEBIAN },
	{ "debianlike", "install.amd/vmlinuz", "install.amd/initrd.gz", BY_DEBIAN },
	{ "debianlike", "linux", "initrd.gz", BY_DEBIAN },
	{ "rhlike", "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img", BY_ANACONDA },
	{ "alpine", "releases/x86_64/netboot/vmlinuz-virt",
	  "releases/x86_64/netboot/initramfs-virt", BY_ALPINE },
};

#define LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

/* It becomes a part of command lines, of URLs and of a configuration. */
static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text >= 0x7f || strchr("\"'\\<>`{}|^", *text))
			return false;
	return true;
}

/* "nfs://server/path" and "nfs:server:/path" become "server:/path". */
static bool nfs_read(const char *repository, char *base, size_t room)
{
	const char *at = repository + strlen("nfs:"), *path;

	if (strncmp(at, "//", 2) != 0)
		return strstr(at, ":/") && snprintf(base, room, "%s", at) < (int)room;
	at += 2;
	path = strchr(at, '/');
	return path && path != at &&
	       snprintf(base, room, "%.*s:%s", (int)(path - at), at, path) < (int)room;
}

static bool distro_is_known(const char *distro)
{
	for (size_t i = 0; i < LAYOUTS; i++)
		if (strcmp(layouts[i].distro, distro) == 0)
			return true;
	return false;
}

int install_media_read(const struct install_wish *wish, struct install_media *m, struct reason *why)
{
	const char *from = wish->repository;
	bool good;
	size_t len;

	*m = (struct install_media){ .wish = *wish, .nfs = strncmp(from, "nfs:", 4) == 0 };
	if (strcmp(wish->distro, "freebsd") == 0)
		return reason_set(why, "FreeBSD's kernel is not started from a repository: install "
				       "it from its CD");
	if (!distro_is_known(wish->distro))
		return reason_set(why,
				  "how \"%.60s\" is installed from a repository is not known: "
				  "debianlike, rhlike, alpine",
				  wish->distro);
	if (m->nfs)
		good = nfs_read(from, m->base, sizeof(m->base));
	else
		good = (strncmp(from, "http://", 7) == 0 || strncmp(from, "https://", 8) == 0) &&
		       snprintf(m->base, sizeof(m->base), "%s", from) < (int)sizeof(m->base);
	if (!good || !is_plain(from) || (wish->release && !is_plain(wish->release)))
		return reason_set(why,
				  "%.200s: expected http://HOST/PATH, https:// or "
				  "nfs://SERVER/PATH",
				  from);
	len = strlen(m->base);
	/* A server's root stays one. */
	while (len > 1 && m->base[len - 1] == '/' && !(m->nfs && m->base[len - 2] == ':'))
		m->base[--len] = '\0';
	return 0;
}

static void path_put(char path[MEDIA_PLACE], const char *pattern, const char *release)
{
	const char *hole = strstr(pattern, "%s");

	if (hole)
		snprintf(path, MEDIA_PLACE, "%.*s%s%s", (int)(hole - pattern), pattern, release,
			 hole + 2);
	else
		snprintf(path, MEDIA_PLACE, "%s", pattern);
}

bool install_media_place(const struct install_media *m, unsigned int which,
			 struct install_place *place)
{
	const char *release = m->wish.release && *m->wish.release ? m->wish.release : "stable";

	for (size_t i = 0; i < LAYOUTS; i++) {
		if (strcmp(layouts[i].distro, m->wish.distro) != 0 || which--)
			continue;
		place->layout = &layouts[i];
		path_put(place->kernel, layouts[i].kernel, release);
		path_put(place->ramdisk, layouts[i].ramdisk, release);
		return true;
	}
	return false;
}

/* ---- command lines ----------------------------------------------------------------------- */

/* The installed system has its packages from there, too, and nobody is asked for a mirror. */
static void debian_mirror(const struct install_media *m, struct buf *line)
{
	const char *scheme = strncmp(m->base, "https", 5) == 0 ? "https" : "http";
	const char *host = m->base + strlen(scheme) + 3, *path = strchr(host, '/');

	if (m->nfs)
		return;
	buf_printf(line,
		   " mirror/country=manual mirror/protocol=%s mirror/%s/hostname=%.*s "
		   "mirror/%s/directory=%s mirror/%s/proxy=",
		   scheme, scheme, path ? (int)(path - host) : (int)strlen(host), host, scheme,
		   path ? path : "/", scheme);
}

/* Its installer is an ISO image, which only the user knows, or a copy of its contents by NFS. */
static int ubuntu(const struct install_media *m, const struct install_place *place,
		  struct buf *line, struct reason *why)
{
	bool named = m->wish.args && strstr(m->wish.args, "url=");

	buf_printf(line, "console=hvc0 ip=dhcp");
	if (m->nfs && strncmp(place->kernel, "casper/", 7) == 0)
		buf_printf(line, " boot=casper netboot=nfs nfsroot=%s", m->base);
	else if (!named)
		return reason_set(why, "Ubuntu's installer needs url=URL-OF-ITS-ISO-IMAGE in the "
				       "VM's PV-args");
	return 0;
}

int install_media_cmdline(const struct install_media *m, const struct install_place *place,
			  struct buf *line, struct reason *why)
{
	const enum how how = place->layout->how;
	int rc = 0;

	switch (how) {
	case BY_DEBIAN_MIRROR:
	case BY_DEBIAN:
		buf_printf(line, "console=hvc0 TERM=linux");
		if (how == BY_DEBIAN_MIRROR)
			debian_mirror(m, line);
		break;
	case BY_UBUNTU: rc = ubuntu(m, place, line, why); break;
	case BY_ANACONDA:
		buf_printf(line, "console=hvc0 inst.text inst.repo=%s%s", m->nfs ? "nfs:" : "",
			   m->base);
		break;
	case BY_ALPINE:
		buf_printf(line,
			   "console=hvc0 ip=dhcp modules=loop,squashfs alpine_repo=%s/main "
			   "modloop=%s/releases/x86_64/netboot/modloop-virt",
			   m->base, m->base);
		if (m->nfs)
			rc = reason_set(why, "Alpine is installed by http or https");
		break;
	}
	if (m->wish.args && *m->wish.args)
		buf_printf(line, " %s", m->wish.args);
	/* What is behind the dashes the installed system gets, too. */
	if (how == BY_DEBIAN || how == BY_DEBIAN_MIRROR)
		buf_printf(line, " --- console=hvc0");
	if (rc == 0 && line->failed)
		return reason_set(why, "out of memory");
	return rc;
}

/* ---- files ------------------------------------------------------------------------------- */

static bool begins(struct bytes b, size_t at, const char *with, size_t len)
{
	struct bytes part;

	return bytes_part(b, at, len, &part) && memcmp(part.data, with, len) == 0;
}

bool install_media_is_kernel(struct bytes head)
{
	/* A bzImage has a boot sector's mark, and the header that follows it. */
	return begins(head, 0, "\177ELF", 4) ||
	       (begins(head, 0x1fe, "\x55\xaa", 2) && begins(head, 0x202, "HdrS", 4));
}

bool install_media_is_ramdisk(struct bytes head)
{
	static const struct {
		const char *mark;
		size_t len;
	} marks[] = {
		{ "\x1f\x8b", 2 },
		{ "\xfd"
		  "7zXZ",
		  5 },
		{ "\x28\xb5\x2f\xfd", 4 },
		{ "\x02\x21\x4c\x18", 4 },
		{ "BZh", 3 },
		{ "\x5d\0\0", 3 },
		{ "070701", 6 },
		{ "070702", 6 },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (begins(head, 0, marks[i].mark, marks[i].len))
			return true;
	return false;
}
