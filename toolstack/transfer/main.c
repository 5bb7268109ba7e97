// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program that carries disks and VMs in and out for the API: started without any privilege, with
 * disks as descriptors that are open already, and a stream as its standard input or output. It exists
 * to be killed, by a client that goes away or by whoever cancels, without harm to anybody.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "transfer/control.h"
#include "transfer/raw.h"
#include "transfer/vhd.h"
#include "transfer/xva.h"

#define DISKS_MAX 64

static const char usage[] =
	"usage: transfer [-p FD] [-z gzip|zstd] export raw|vhd DISK-FD SIZE\n"
	"       transfer [-p FD] [-z gzip|zstd] export xva OVA-FD [NAME=DISK-FD:SIZE ...]\n"
	"       transfer [-p FD] [-b FD] [-l LENGTH] import raw|vhd DISK-FD SIZE\n"
	"       transfer [-p FD] [-b FD] [-l LENGTH] import xva CONTROL-FD\n"
	"The stream is standard output or input. -p: where to write how far it is, 0 to 1, a line\n"
	"each time; -b: a file with what was read of the stream already; -l: the stream's length,\n"
	"with that. What CONTROL-FD is asked is in transfer/control.h.\n";

static struct {
	int progress, before;
	enum packing packing;
	uint64_t len;
} options = { .progress = -1, .before = -1, .len = SOURCE_UNKNOWN };

/* A number and nothing else. */
static bool number(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && *value <= max;
}

static bool descriptor(const char *text, int *fd)
{
	uint64_t value;

	if (!text || !number(text, 1 << 20, &value))
		return false;
	*fd = (int)value;
	return true;
}

/* A line for each percent. Nobody has to read them. */
static void progress_write(void *arg, double part)
{
	static int told = -1;
	int percent = (int)(part * 100);

	(void)arg;
	if (options.progress >= 0 && percent != told)
		dprintf(options.progress, "%.2f\n", part);
	told = percent;
}

static const struct progress progress = { .tell = progress_write };

static bool options_read(int argc, char **argv)
{
	for (int c; (c = getopt(argc, argv, "p:z:b:l:")) != -1;) {
		bool good = false;

		switch (c) {
		case 'p': good = descriptor(optarg, &options.progress); break;
		case 'b': good = descriptor(optarg, &options.before); break;
		case 'l': good = number(optarg, SOURCE_UNKNOWN - 1, &options.len); break;
		case 'z':
			options.packing = strcmp(optarg, "zstd") == 0 ? PACKING_ZSTD : PACKING_GZIP;
			good = options.packing == PACKING_ZSTD || strcmp(optarg, "gzip") == 0;
			break;
		}
		if (!good)
			return false;
	}
	return true;
}

static bool disk_arguments(char **argv, struct disk *disk)
{
	uint64_t size;
	int fd;

	if (!argv[0] || !argv[1] || argv[2] || !descriptor(argv[0], &fd) ||
	    !number(argv[1], INT64_MAX, &size))
		return false;
	*disk = disk_of(fd, size);
	return true;
}

/* NAME=FD:SIZE */
static bool xva_disk_argument(char *text, struct xva_disk *disk)
{
	char *equals = strchr(text, '='), *colon = equals ? strchr(equals, ':') : NULL;
	uint64_t size;
	int fd;

	if (!colon || equals == text || equals - text >= XVA_DISK_NAME)
		return false;
	*equals = *colon = '\0';
	if (!descriptor(equals + 1, &fd) || !number(colon + 1, INT64_MAX, &size))
		return false;
	strcpy(disk->name, text);
	disk->disk = disk_of(fd, size);
	return true;
}

/* The whole of a file that is open. */
static int text_read(int fd, size_t limit, struct buf *text, struct reason *why)
{
	char part[4096];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return reason_errno(why, "reading descriptor %d", fd);
		buf_append(text, part, (size_t)n);
		if (text->failed || text->len > limit)
			return reason_set(why, "descriptor %d: too long", fd);
	}
	return 0;
}

static int export_xva(struct sink *to, char **argv, struct reason *why)
{
	static struct xva_disk disks[DISKS_MAX];
	struct buf ova = { 0 };
	size_t nr = 0;
	int fd, rc;

	if (!descriptor(argv[0], &fd))
		return reason_set(why, "expected the descriptor of ova.xml");
	for (argv++; *argv; argv++)
		if (nr == DISKS_MAX || !xva_disk_argument(*argv, &disks[nr++]))
			return reason_set(why, "expected at most %d NAME=FD:SIZE", DISKS_MAX);
	rc = text_read(fd, XVA_OVA_MAX, &ova, why);
	if (rc == 0)
		rc = xva_write(to, (struct bytes){ (uint8_t *)ova.data, ova.len }, disks, nr,
			       &progress, why);
	buf_free(&ova);
	return rc;
}

static int export_stream(const char *format, char **argv, struct reason *why)
{
	struct sink *to = sink_open(STDOUT_FILENO, options.packing, why);
	struct disk disk;
	int rc;

	if (!to)
		return -1;
	if (strcmp(format, "xva") == 0)
		rc = export_xva(to, argv, why);
	else if (!disk_arguments(argv, &disk))
		rc = reason_set(why, "expected DISK-FD SIZE");
	else
		rc = (strcmp(format, "vhd") == 0 ? vhd_write : raw_write)(to, &disk, &progress,
									  why);
	sink_close(to);
	return rc;
}

static int import_disk(struct source *from, const char *format, char **argv, struct reason *why)
{
	struct disk disk;

	if (!disk_arguments(argv, &disk))
		return reason_set(why, "expected DISK-FD SIZE");
	return (strcmp(format, "vhd") == 0 ? vhd_read : raw_read)(from, &disk, &progress, why);
}

static int import_xva(struct source *from, char **argv, struct reason *why)
{
	int fd;

	if (!descriptor(argv[0], &fd))
		return reason_set(why, "expected the control descriptor");
	return control_import(from, fd, &progress, why);
}

static int import_stream(const char *format, char **argv, struct reason *why)
{
	struct source_input input = { .fd = STDIN_FILENO, .len = options.len };
	struct buf before = { 0 };
	struct source *from;
	int rc = -1;

	if (options.before >= 0 && text_read(options.before, 16 << 20, &before, why) < 0)
		return -1;
	input.before = (struct bytes){ (uint8_t *)before.data, before.len };
	from = source_open(&input, why);
	if (from) {
		rc = strcmp(format, "xva") == 0 ? import_xva(from, argv, why)
						: import_disk(from, format, argv, why);
		source_close(from);
	}
	buf_free(&before);
	return rc;
}

int main(int argc, char **argv)
{
	struct reason why = { "" };
	bool known;
	int rc;

	/* A client that goes away is an error like any other. */
	signal(SIGPIPE, SIG_IGN);
	log_open("transfer", LOG_LEVEL_INFO);
	known = options_read(argc, argv) && argc - optind >= 3 &&
		(strcmp(argv[optind + 1], "raw") == 0 || strcmp(argv[optind + 1], "vhd") == 0 ||
		 strcmp(argv[optind + 1], "xva") == 0);
	if (known && strcmp(argv[optind], "export") == 0) {
		rc = export_stream(argv[optind + 1], argv + optind + 2, &why);
	} else if (known && strcmp(argv[optind], "import") == 0) {
		rc = import_stream(argv[optind + 1], argv + optind + 2, &why);
	} else {
		fputs(usage, stderr);
		return 2;
	}
	if (rc < 0)
		log_error("%s", why.text);
	return rc < 0;
}
