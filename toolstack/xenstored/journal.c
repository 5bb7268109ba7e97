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
	struct file {
		int fd;
		struct header *header; /* the mapping; NULL: nothing is kept */
		size_t end;            /* behind the last record, committed or not */
		size_t room;           /* of the file */
		size_t at_start;       /* end when it was started */
	} f;
	bool starting;
	time_t retry; /* when to start one, if there is none */
	/* What the last process left. */
	struct header *old;
	size_t old_len;
	struct header found;
} j = { .f = { .fd = -1 } };

static struct entry *entry_at(size_t at)
{
	return (struct entry *)((char *)j.f.header + at);
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

static void old_close(void)
{
	if (j.old)
		munmap(j.old, j.old_len);
	j.old = NULL;
}

struct bytes journal_open(const char *folder)
{
	struct bytes none = { 0 };
	struct stat st;
	int fd;

	snprintf(j.path, sizeof(j.path), "%s/journal", folder);
	snprintf(j.new_path, sizeof(j.new_path), "%s/journal.new", folder);
	memset(&j.found, 0, sizeof(j.found));
	old_close();
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
		old_close();
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

static void file_close(struct file *f)
{
	if (f->header)
		munmap(f->header, ROOM_MAX);
	if (f->fd >= 0)
		close(f->fd);
	f->header = NULL;
	f->fd = -1;
}

static void map_close(void)
{
	file_close(&j.f);
}

/* From now on nothing is kept. What was kept is over, and must not come back. */
static void journal_break(void)
{
	struct timespec now;

	log_error("%s: %s: the store would not survive a restart now", j.path, strerror(errno));
	map_close();
	unlink(j.path);
	clock_gettime(CLOCK_MONOTONIC, &now);
	j.retry = now.tv_sec + RETRY_SECONDS;
}

/* Makes the file at least this long. */
static bool file_grow(size_t need)
{
	size_t room = (need + GROW - 1) / GROW * GROW;
	int rc;

	if (need <= j.f.room)
		return true;
	if (room > ROOM_MAX) {
		errno = EFBIG;
		return false;
	}
	rc = posix_fallocate(j.f.fd, (off_t)j.f.room, (off_t)(room - j.f.room));
	/* A ramfs cannot reserve, and has no limit either. */
	if (rc == EOPNOTSUPP && ftruncate(j.f.fd, (off_t)room) == 0)
		rc = 0;
	errno = rc;
	if (rc == 0)
		j.f.room = room;
	return rc == 0;
}

static bool map_open(void)
{
	void *map;

	j.f.room = 0;
	unlink(j.new_path);
	j.f.fd = open(j.new_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (j.f.fd < 0 || !file_grow(GROW))
		return false;
	map = mmap(NULL, ROOM_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, j.f.fd, 0);
	if (map == MAP_FAILED)
		return false;
	j.f.header = map;
	j.f.end = sizeof(*j.f.header);
	*j.f.header = j.found;
	j.f.header->magic = MAGIC;
	j.f.header->committed = 0;
	return true;
}

/* The new file is complete and has the name. */
static bool new_file_ready(void (*dump)(void))
{
	if (!map_open())
		return false;
	dump();
	if (!j.f.header)
		return false;
	journal_commit();
	j.f.at_start = j.f.end;
	return rename(j.new_path, j.path) == 0;
}

bool journal_start(void (*dump)(void))
{
	struct file before = j.f;

	if (before.header)
		j.found = *before.header;
	j.f = (struct file){ .fd = -1 };
	j.starting = true;
	if (!new_file_ready(dump)) {
		int saved = errno;

		map_close();
		unlink(j.new_path);
		errno = saved;
	}
	j.starting = false;
	if (!j.f.header) {
		/* The old one goes on, as long as there is room. */
		j.f = before;
		j.f.at_start = j.f.end;
		if (!j.f.header)
			journal_break();
		return false;
	}
	file_close(&before);
	old_close();
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

	if (!j.f.header)
		return;
	if (!file_grow(j.f.end + entry_size(&e))) {
		if (j.starting)
			map_close();
		else
			journal_break();
		return;
	}
	memcpy(entry_at(j.f.end), &e, sizeof(e));
	to = (char *)(entry_at(j.f.end) + 1);
	if (e.name_len)
		memcpy(to, r->name, e.name_len);
	if (e.data_len)
		memcpy(to + e.name_len, r->data, e.data_len);
	j.f.end += entry_size(&e);
}

void journal_commit(void)
{
	if (j.f.header)
		__atomic_store_n(&j.f.header->committed, j.f.end, __ATOMIC_RELEASE);
}

bool journal_is_due(void)
{
	struct timespec now;

	if (j.f.header)
		return j.f.end - j.f.at_start > REWRITE_LEAST &&
		       j.f.end - j.f.at_start > j.f.at_start;
	if (!j.retry)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec >= j.retry;
}

void journal_close(void)
{
	old_close();
	map_close();
	unlink(j.path);
	j.retry = 0;
}

void journal_request_begins(unsigned int domid)
{
	if (j.f.header)
		__atomic_store_n(&j.f.header->in_work, domid + 1, __ATOMIC_RELEASE);
}

void journal_request_ends(void)
{
	if (!j.f.header)
		return;
	if (j.f.header->suspect == j.f.header->in_work)
		j.f.header->ends = 0;
	__atomic_store_n(&j.f.header->in_work, 0, __ATOMIC_RELEASE);
}

unsigned int journal_suspect(void)
{
	return j.found.ends >= SUSPECT_LIMIT ? j.found.suspect - 1 : NOBODY;
}
