// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What installers look like in a repository: where kernel and ramdisk are, and with which command
 * line they find the rest of it. Knows the layouts of distributions, reads and fetches nothing.
 */
#ifndef VMD_INSTALL_MEDIA_H
#define VMD_INSTALL_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/log.h"

#define MEDIA_PLACE 512

/* What is wanted, as the API has it; release and args may be NULL. */
struct install_wish {
	const char *repository, *distro, *release, *args;
};

struct install_media {
	struct install_wish wish;
	bool nfs;
	char base[MEDIA_PLACE]; /* http://host/path, or server:/path; without a slash at its end */
};

/* One place where an installer may be; which: from 0 on. */
struct install_place {
	const struct install_layout *layout;
	char kernel[MEDIA_PLACE], ramdisk[MEDIA_PLACE]; /* below base */
};

/*
 * http://, https://, nfs://server/path, nfs:server:/path. -1 with the reason: it is none of these,
 * or a distribution that is not installed like that.
 */
int install_media_read(const struct install_wish *wish, struct install_media *m,
		       struct reason *why);
bool install_media_place(const struct install_media *m, unsigned int which,
			 struct install_place *place);
/* -1 with the reason: something is missing that only the user knows. */
int install_media_cmdline(const struct install_media *m, const struct install_place *place,
			  struct buf *line, struct reason *why);

/* Whether a file begins like one. */
#define MEDIA_HEAD 1024
bool install_media_is_kernel(struct bytes head);
bool install_media_is_ramdisk(struct bytes head);

#endif
