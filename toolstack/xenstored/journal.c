// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file on a tmpfs, mapped. The kernel keeps its pages when the process is killed, at whatever
 * instruction that is, and a stopped process's stores are all there: so a record is safe as soon as
 * it is written, without a system call. It counts once `committed` is behind it, which is one store
 * of a word; a request's effects on tree, watches and everybody's answers are records of one
 * commit, and so happen wholly or not at all. Not against loss of power: domains do not
 * outlive that either.
 *
 * The file grows by what happens and is written anew, from what is there then, whenever it has
 * doubled: so its size is bounded by the quotas, and its cost by what was added. The new file takes
 * the old one's name by a rename.
 *
 * Memory is reserved before it is written, so that a full tmpfs is an error here, and no signal. A
 * journal that cannot be written is removed: better no memory than a wrong one.
 */
#include "xenstored/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"

#define MAGIC         0x31305358454c4353ULL /* "SCLEXS01" */
#define ROOM_MAX      (4ULL << 30)          /* of addresses; the file is as long as it must be */
#define GROW          (256 * 1024)
#define RETRY_SECONDS 5
#ifndef REWRITE_LEAST
#define REWRITE_LEAST (1024 * 1024) /* added since the start; a test wants it more often */
#endif

struct header {
	uint64_t magic;
	uint64_t committed;
	/* Domain ids + 1. */
	uint32_t in_work; /* whose request is being handled; 0: nobody's */
	uint32_t suspect;
	uint32_t ends; /* processes in a row that ended in a request of the suspect's */
	uint32_t unused;
};

/* As it is in the file; name with its terminator and data follow, then up to 7 bytes of nothing. */
struct entry {
	uint32_t name_len;
	uint32_t data_len;
	uint16_t kind;
	uint16_t domid;
	uint32_t a, b, c;
};

static struct {
	char path[128], new_path[128];
	int fd;
	struct header *header; /* the mapping; NULL: nothing is kept */
	size_t end;            /* behind the last record, committed or not */
	size_t room;           /* of the file */
	size_t at_start;       /* end when it was started */
	time_t retry;
	/* What the last process left. */
	struct header *old;
	size_t old_len;
	struct header found;
} j = { .fd = -1 };

static struct entry *entry_at(size_t at)
{
	return (struct entry *)((char *)j.header + at);
}

static size_t entry_size(const struct entry *e)
{
	return (sizeof(*e) + (size_t)e->name_len + e->data_len + 7) & ~(size_t)7;
}

/* Whose request was it that ended the last process? */
static void suspect_note(void)
{
	struct header *f = &j.found;

	if (!f->in_work)
		return;
	f->ends = f->in_work == f->suspect ? f->ends + 1 : 1;
	f->suspect = f->in_work;
	f->in_work = 0;
}

struct bytes journal_open(const char *folder)
{
	struct bytes none = { 0 };
	struct stat st;
	int fd;

	snprintf(j.path, sizeof(j.path), "%s/journal", folder);
	snprintf(j.new_path, sizeof(j.new_path), "%s/journal.new", folder);
	memset(&j.found, 0, sizeof(j.found));
	fd = open(j.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0 || (size_t)st.st_size < sizeof(*j.old)) {
		if (fd >= 0)
			close(fd);
		return none;
	}
	j.old_len = st.st_size;
	j.old = mmap(NULL, j.old_len, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (j.old == MAP_FAILED)
		j.old = NULL;
	if (!j.old || j.old->magic != MAGIC || j.old->committed > j.old_len ||
	    j.old->committed < sizeof(*j.old)) {
		log_error("%s is no journal of the store; it is not used", j.path);
		return none;
	}
	j.found = *j.old;
	suspect_note();
	return (struct bytes){ (uint8_t *)(j.old + 1), j.old->committed - sizeof(*j.old) };
}

bool journal_next(struct bytes records, size_t *at, struct record *r)
{
	struct bytes name, data;
	struct entry e;

	if (!bytes_read(records, *at, &e, sizeof(e)) ||
	    !bytes_part(records, *at + sizeof(e), e.name_len, &name) ||
	    !bytes_part(records, *at + sizeof(e) + e.name_len, e.data_len, &data) ||
	    (e.name_len && name.data[e.name_len - 1]))
		return false;
	*r = (struct record){
		.kind = e.kind,
		.domid = e.domid,
		.a = e.a,
		.b = e.b,
		.c = e.c,
		.name = e.name_len ? (const char *)name.data : NULL,
		.data = data.data,
		.len = e.data_len,
	};
	*at += entry_size(&e);
	if (*at > records.len)
		*at = records.len;
	return true;
}

static void map_close(void)
{
	if (j.header)
		munmap(j.header, ROOM_MAX);
	if (j.fd >= 0)
		close(j.fd);
	j.header = NULL;
	j.fd = -1;
}

/* From now on nothing is kept. What was kept is over, and must not come back. */
static void journal_break(const char *what)
{
	struct timespec now;

	log_error("%s: %s: the store would not survive a restart now", what, strerror(errno));
	map_close();
	unlink(j.path);
	unlink(j.new_path);
	clock_gettime(CLOCK_MONOTONIC, &now);
	j.retry = now.tv_sec + RETRY_SECONDS;
}

/* Makes the file at least this long. */
static bool file_grow(size_t need)
{
	size_t room = (need + GROW - 1) / GROW * GROW;
	int rc;

	if (need <= j.room)
		return true;
	if (room > ROOM_MAX) {
		errno = EFBIG;
		return false;
	}
	rc = posix_fallocate(j.fd, (off_t)j.room, (off_t)(room - j.room));
	/* A ramfs cannot reserve, and has no limit either. */
	if (rc == EOPNOTSUPP && ftruncate(j.fd, (off_t)room) == 0)
		rc = 0;
	errno = rc;
	if (rc == 0)
		j.room = room;
	return rc == 0;
}

static bool map_open(void)
{
	void *map;

	j.room = 0;
	unlink(j.new_path);
	j.fd = open(j.new_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (j.fd < 0 || !file_grow(GROW))
		return false;
	map = mmap(NULL, ROOM_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, j.fd, 0);
	if (map == MAP_FAILED)
		return false;
	j.header = map;
	j.end = sizeof(*j.header);
	*j.header = j.found;
	j.header->magic = MAGIC;
	j.header->committed = 0;
	return true;
}

bool journal_start(void (*dump)(void))
{
	if (j.header)
		j.found = *j.header;
	/* The old file keeps its name, and thereby what it says, until the new one is complete. */
	map_close();
	if (!map_open()) {
		journal_break(j.new_path);
		return false;
	}
	dump();
	if (!j.header)
		return false;
	journal_commit();
	j.at_start = j.end;
	if (rename(j.new_path, j.path) < 0) {
		journal_break(j.path);
		return false;
	}
	if (j.old)
		munmap(j.old, j.old_len);
	j.old = NULL;
	return true;
}

void journal_add(const struct record *r)
{
	struct entry e = {
		.name_len = r->name ? (uint32_t)strlen(r->name) + 1 : 0,
		.data_len = (uint32_t)r->len,
		.kind = r->kind,
		.domid = r->domid,
		.a = r->a,
		.b = r->b,
		.c = r->c,
	};
	char *to;

	if (!j.header)
		return;
	if (!file_grow(j.end + entry_size(&e))) {
		journal_break(j.path);
		return;
	}
	memcpy(entry_at(j.end), &e, sizeof(e));
	to = (char *)(entry_at(j.end) + 1);
	if (e.name_len)
		memcpy(to, r->name, e.name_len);
	if (e.data_len)
		memcpy(to + e.name_len, r->data, e.data_len);
	j.end += entry_size(&e);
}

void journal_commit(void)
{
	if (j.header)
		__atomic_store_n(&j.header->committed, j.end, __ATOMIC_RELEASE);
}

bool journal_is_due(void)
{
	struct timespec now;

	if (j.header)
		return j.end - j.at_start > REWRITE_LEAST && j.end - j.at_start > j.at_start;
	if (!j.retry)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec >= j.retry;
}

void journal_close(void)
{
	map_close();
	unlink(j.path);
	j.retry = 0;
}

void journal_request_begins(unsigned int domid)
{
	if (j.header)
		__atomic_store_n(&j.header->in_work, domid + 1, __ATOMIC_RELEASE);
}

void journal_request_ends(void)
{
	if (!j.header)
		return;
	if (j.header->suspect == j.header->in_work)
		j.header->ends = 0;
	__atomic_store_n(&j.header->in_work, 0, __ATOMIC_RELEASE);
}

unsigned int journal_suspect(void)
{
	return j.found.ends >= SUSPECT_LIMIT ? j.found.suspect - 1 : NOBODY;
}
