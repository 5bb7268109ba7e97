// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A repository in a directory of this machine, through the whole library: life of disks, every
 * state that an interrupted operation can leave, and texts that lie.
 */
#include "test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "own_folder.h"
#include "storage/device.h"
#include "storage/lock.h"
#include "storage/mount.h"
#include "storage/registry.h"
#include "storage/sr_file.h"

#include <sys/sysmacros.h>

#define ASSERT_OK(call)                                         \
	do {                                                    \
		if ((call) < 0)                                 \
			fail_msg("%s: %s", e.code, e.why.text); \
	} while (0)

struct place {
	char folder[64];
	struct sr sr;
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	struct sr_options how = { 0 };
	struct sr_error e;

	assert_int_equal(own_folder_enter(state), 0);
	snprintf(p->folder, sizeof(p->folder), "%s/XXXXXX", own_folder);
	assert_non_null(mkdtemp(p->folder));
	p->sr.type = sr_type_find("dir");
	snprintf(p->sr.source, sizeof(p->sr.source), "%s", p->folder);
	snprintf(p->sr.name, sizeof(p->sr.name), "files, \"mine\"");
	ASSERT_OK(sr_create(&p->sr, &how, &e));
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return own_folder_leave(state);
}

static struct vdi make(struct place *p, const char *name, uint64_t size)
{
	struct vdi v = { .virtual_size = size };
	struct sr_error e;

	snprintf(v.name, sizeof(v.name), "%s", name);
	ASSERT_OK(vdi_create(&p->sr, &v, &e));
	return v;
}

static size_t count(struct place *p)
{
	struct vdi_list list;
	struct sr_error e;
	size_t nr;

	ASSERT_OK(vdi_list(&p->sr, &list, &e));
	nr = list.nr;
	vdi_list_free(&list);
	return nr;
}

static void put(struct place *p, const char *format, const char *uuid, const char *text)
{
	char name[100], path[300];
	FILE *f;

	snprintf(name, sizeof(name), format, uuid);
	snprintf(path, sizeof(path), "%s/%s", p->folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static bool there(struct place *p, const char *format, const char *uuid)
{
	char name[100], path[300];

	snprintf(name, sizeof(name), format, uuid);
	snprintf(path, sizeof(path), "%s/%s", p->folder, name);
	return access(path, F_OK) == 0;
}

static void test_life_of_a_disk(void **state)
{
	struct place *p = *state;
	struct vdi v = make(p, "one", 10000), found;
	char path[STORAGE_PATH];
	struct sr_error e;
	struct sr sr;

	assert_int_equal(v.virtual_size, 10240);
	ASSERT_OK(vdi_find(NULL, "one", &sr, &found, &e));
	assert_string_equal(found.uuid, v.uuid);
	assert_string_equal(sr.name, "files, \"mine\"");
	ASSERT_OK(vdi_resize(&p->sr, &found, 1 << 20, &e));
	assert_int_equal(vdi_resize(&p->sr, &found, 4096, &e), -1);
	assert_reason(e.why, "cannot shrink");
	ASSERT_OK(vdi_plug(&p->sr, &found, path, &e));
	assert_int_equal(truncate(path, 2 << 20), 0);
	snprintf(found.name, sizeof(found.name), "two");
	ASSERT_OK(vdi_rename(&p->sr, &found, &e));
	assert_int_equal(vdi_find(NULL, "one", &sr, &v, &e), -1);
	ASSERT_OK(vdi_find(NULL, "two", &sr, &v, &e));
	ASSERT_OK(vdi_destroy(&p->sr, &v, &e));
	assert_int_equal(count(p), 0);
	assert_int_equal(vdi_destroy(&p->sr, &v, &e), -1);
	assert_string_equal(e.code, ERR_UUID_INVALID);
}

static void test_names_may_be_shared_but_not_used(void **state)
{
	struct place *p = *state;
	struct vdi v = make(p, "twin", 4096), found;
	struct sr_error e;
	struct sr sr;

	make(p, "twin", 4096);
	assert_int_equal(vdi_find(NULL, "twin", &sr, &found, &e), -1);
	assert_reason(e.why, "say a uuid");
	ASSERT_OK(vdi_find(NULL, v.uuid, &sr, &found, &e));
}

static void test_import_export(void **state)
{
	struct place *p = *state;
	struct vdi v = { .virtual_size = 3 << 20 };
	char in[] = "inXXXXXX", out[] = "outXXXXXX";
	char command[200];
	int from = mkstemp(in), to = mkstemp(out);
	struct sr_error e;

	assert_int_equal(pwrite(from, "data", 4, 2 << 20), 4);
	assert_int_equal(ftruncate(from, 3 << 20), 0);
	ASSERT_OK(vdi_import(&p->sr, &v, from, &e));
	ASSERT_OK(vdi_export(&p->sr, &v, to, &e));
	snprintf(command, sizeof(command), "cmp %s %s", in, out);
	assert_int_equal(system(command), 0);
	/* Too short, too long: neither leaves anything. */
	for (uint64_t size = 2 << 20; size <= 4 << 20; size += 2 << 20) {
		struct vdi bad = { .virtual_size = size };

		lseek(from, 0, SEEK_SET);
		assert_int_equal(vdi_import(&p->sr, &bad, from, &e), -1);
		assert_string_equal(e.code, ERR_STREAM);
		assert_int_equal(count(p), 1);
		assert_false(there(p, ".filling-%s", bad.uuid));
	}
	close(from);
	close(to);
}

#define UUID "8d1b6a9e-5d3c-4c5e-9d2f-0f6a1b2c3d4e"

/* A copy cut off by kill -9; one that somebody still works at is left alone. */
static void test_scan_removes_what_nobody_fills(void **state)
{
	struct place *p = *state;
	struct sr_leftovers found;
	struct sr_error e;
	int lock;

	put(p, ".filling-%s", UUID, "half");
	put(p, ".new.%s.vdi", UUID, "vdi=");
	assert_int_equal(count(p), 0);
	lock = vdi_lock(UUID, &e);
	assert_true(lock >= 0);
	ASSERT_OK(sr_scan(&p->sr, &found, &e));
	assert_true(there(p, ".filling-%s", UUID));
	vdi_unlock(lock, UUID);
	ASSERT_OK(sr_scan(&p->sr, &found, &e));
	assert_int_equal(found.removed, 1);
	assert_false(there(p, ".filling-%s", UUID));
	assert_false(there(p, ".new.%s.vdi", UUID));
}

static void test_scan_completes_a_creation(void **state)
{
	struct place *p = *state;
	struct sr_leftovers found;
	struct sr_error e;

	put(p, ".filling-%s", UUID, "whole");
	put(p, "%s.vdi", UUID, "vdi=" UUID "\nfile=" UUID ".raw\nname=late\n");
	assert_int_equal(count(p), 0);
	ASSERT_OK(sr_scan(&p->sr, &found, &e));
	assert_int_equal(found.finished, 1);
	assert_int_equal(count(p), 1);
}

static void test_scan_completes_a_removal(void **state)
{
	struct place *p = *state;
	struct sr_leftovers found;
	struct sr_error e;

	put(p, ".deleted-%s", UUID, "gone");
	put(p, "%s.vdi", UUID, "vdi=" UUID "\nfile=" UUID ".raw\n");
	assert_int_equal(count(p), 0);
	ASSERT_OK(sr_scan(&p->sr, &found, &e));
	assert_int_equal(found.finished, 1);
	assert_false(there(p, ".deleted-%s", UUID));
	assert_false(there(p, "%s.vdi", UUID));
}

static void test_scan_adopts_files(void **state)
{
	struct place *p = *state;
	struct sr_leftovers found;
	struct sr_error e;
	char link[100];

	put(p, "%s.img", "debian", "system");
	put(p, "%s.txt", "notes", "no disk");
	snprintf(link, sizeof(link), "%s/link.raw", p->folder);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	ASSERT_OK(sr_scan(&p->sr, &found, &e));
	assert_int_equal(found.adopted, 1);
	ASSERT_OK(sr_scan(&p->sr, &found, &e));
	assert_int_equal(found.adopted, 0);
	assert_int_equal(count(p), 1);
}

static void test_files_that_lie_are_no_disks(void **state)
{
	static const char *const lies[] = {
		"",
		"vdi=" UUID "\n",
		"vdi=" UUID "\nfile=../../etc/passwd\n",
		"vdi=" UUID "\nfile=.filling-x\n",
		"vdi=no-uuid\nfile=a.raw\n",
		"vdi=11111111-5d3c-4c5e-9d2f-0f6a1b2c3d4e\nfile=a.raw\n",
	};
	struct place *p = *state;

	put(p, "%s.raw", "a", "content");
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		put(p, "%s.vdi", UUID, lies[i]);
		assert_int_equal(count(p), 0);
	}
}

static void test_a_directory_explains_itself(void **state)
{
	struct place *p = *state;
	struct sr_error e;
	struct sr again;

	make(p, "kept", 4096);
	ASSERT_OK(sr_forget(&p->sr, &e));
	assert_int_equal(sr_find(p->sr.uuid, &again, &e), -1);
	assert_int_equal(sr_introduce(p->folder, sr_type_find("lvm"), NULL, &again, &e), -1);
	ASSERT_OK(sr_introduce(p->folder, NULL, NULL, &again, &e));
	assert_string_equal(again.uuid, p->sr.uuid);
	assert_string_equal(again.name, p->sr.name);
	assert_int_equal(count(p), 1);
	assert_int_equal(sr_introduce("/tmp", NULL, NULL, &again, &e), -1);
	assert_reason(e.why, "no repository on it");
}

static void test_refusals(void **state)
{
	struct place *p = *state;
	struct sr_options how = { 0 };
	struct sr twice = { .type = p->sr.type };
	struct sr_error e;

	snprintf(twice.source, sizeof(twice.source), "%s", p->folder);
	assert_int_equal(sr_create(&twice, &how, &e), -1);
	assert_string_equal(e.code, ERR_DEVICE_HAS_DATA);
	make(p, "in it", 4096);
	assert_int_equal(sr_destroy(&p->sr, false, &e), -1);
	assert_string_equal(e.code, ERR_SR_NOT_EMPTY);
	ASSERT_OK(sr_destroy(&p->sr, true, &e));
	assert_false(there(p, "%s", SR_FILE));
	twice = (struct sr){ .type = sr_type_find("lvmoiscsi"), .source = "target" };
	assert_int_equal(sr_create(&twice, &how, &e), -1);
	assert_string_equal(e.code, ERR_UNSUPPORTED);
}

/* Readers share a disk, a writer has it alone, and nobody takes it from under them. */
static void test_open(void **state)
{
	struct place *p = *state;
	struct vdi v = make(p, "web", 8192), to = { 0 };
	char path[STORAGE_PATH];
	struct sr_error e;
	int one, two, copy;

	one = vdi_open(&p->sr, &v, false, path, &e);
	two = vdi_open(&p->sr, &v, false, path, &e);
	assert_true(one >= 0 && two >= 0 && vdi_is_open(&p->sr, &v));
	assert_int_equal(vdi_open(&p->sr, &v, true, path, &e), -1);
	assert_string_equal(e.code, ERR_VDI_IN_USE);
	assert_int_equal(vdi_destroy(&p->sr, &v, &e), -1);
	assert_string_equal(e.code, ERR_VDI_IN_USE);
	assert_int_equal(vdi_unplug(&p->sr, &v, &e), -1);
	ASSERT_OK(vdi_copy(&p->sr, &v, &p->sr, &to, &e));
	close(one);
	/* Whoever has a copy of a descriptor has the disk. */
	copy = dup(two);
	close(two);
	assert_true(vdi_is_open(&p->sr, &v));
	close(copy);
	assert_false(vdi_is_open(&p->sr, &v));

	one = vdi_open(&p->sr, &v, true, path, &e);
	assert_true(one >= 0);
	assert_int_equal(write(one, "new", 3), 3);
	assert_int_equal(vdi_open(&p->sr, &v, false, path, &e), -1);
	assert_string_equal(e.code, ERR_VDI_IN_USE);
	assert_int_equal(vdi_copy(&p->sr, &v, &p->sr, &to, &e), -1);
	close(one);
	ASSERT_OK(vdi_destroy(&p->sr, &v, &e));
	assert_int_equal(vdi_open(&p->sr, &v, false, path, &e), -1);
	assert_string_equal(e.code, ERR_UUID_INVALID);
}

static void test_library_of_images(void **state)
{
	struct place *p = *state;
	struct sr_options how = { 0 };
	struct sr iso = { .type = sr_type_find("iso") };
	struct vdi_list list;
	char first[UUID_TEXT];
	struct sr_error e;

	ASSERT_OK(sr_destroy(&p->sr, false, &e));
	put(p, "%s.iso", "install", "image");
	put(p, "%s", "README", "none");
	snprintf(iso.source, sizeof(iso.source), "%s", p->folder);
	ASSERT_OK(sr_create(&iso, &how, &e));
	ASSERT_OK(vdi_list(&iso, &list, &e));
	assert_int_equal(list.nr, 1);
	assert_true(list.vdis[0].read_only);
	assert_string_equal(list.vdis[0].name, "install.iso");
	memcpy(first, list.vdis[0].uuid, sizeof(first));
	assert_int_equal(vdi_resize(&iso, &list.vdis[0], 8192, &e), -1);
	assert_string_equal(e.code, ERR_UNSUPPORTED);
	vdi_list_free(&list);
	ASSERT_OK(vdi_list(&iso, &list, &e));
	assert_string_equal(list.vdis[0].uuid, first);
	vdi_list_free(&list);
	ASSERT_OK(sr_destroy(&iso, false, &e));
	assert_true(there(p, "%s.iso", "install"));
}

static void library_open(struct place *p, struct sr *iso)
{
	struct sr_options how = { 0 };
	struct sr_error e;

	ASSERT_OK(sr_destroy(&p->sr, false, &e));
	*iso = (struct sr){ .type = sr_type_find("iso") };
	snprintf(iso->source, sizeof(iso->source), "%s", p->folder);
	ASSERT_OK(sr_create(iso, &how, &e));
}

static void test_an_image_is_filled_and_sealed(void **state)
{
	struct place *p = *state;
	struct vdi v = { .virtual_size = 4099, .name = "debian 13" }, again = v;
	char path[STORAGE_PATH], uuid[UUID_TEXT];
	struct vdi_list list;
	struct sr_error e;
	struct sr iso;
	int fd;

	library_open(p, &iso);
	ASSERT_OK(vdi_create(&iso, &v, &e));
	assert_string_equal(v.location, "debian 13.iso");
	assert_string_equal(v.name, "debian 13.iso");
	assert_int_equal(v.virtual_size, 4099);
	memcpy(uuid, v.uuid, sizeof(uuid));
	assert_int_equal(vdi_create(&iso, &again, &e), -1);
	assert_string_equal(e.code, ERR_NOT_UNIQUE);
	fd = vdi_open(&iso, &v, true, path, &e);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "image", 5), 5);
	/* Not while somebody writes it. */
	assert_int_equal(vdi_seal(&iso, &v, &e), -1);
	assert_string_equal(e.code, ERR_VDI_IN_USE);
	close(fd);
	ASSERT_OK(vdi_seal(&iso, &v, &e));
	ASSERT_OK(vdi_seal(&iso, &v, &e));
	assert_true(v.read_only);
	assert_int_equal(vdi_open(&iso, &v, true, path, &e), -1);
	assert_string_equal(e.code, ERR_VDI_READ_ONLY);
	ASSERT_OK(vdi_list(&iso, &list, &e));
	assert_int_equal(list.nr, 1);
	assert_string_equal(list.vdis[0].uuid, uuid);
	assert_true(list.vdis[0].read_only);
	vdi_list_free(&list);
	ASSERT_OK(vdi_destroy(&iso, &v, &e));
	assert_false(there(p, "%s.iso", "debian 13"));
}

static void test_names_of_images(void **state)
{
	static const char *const wrong[] = { "",         ".",    "..",
					     ".hidden",  "a/b",  "/etc/passwd",
					     "../x.iso", "a\nb", "a\x7f" };
	struct place *p = *state;
	struct sr_error e;
	struct sr iso;

	library_open(p, &iso);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct vdi v = { .virtual_size = 4096 };

		snprintf(v.name, sizeof(v.name), "%s", wrong[i]);
		assert_int_equal(vdi_create(&iso, &v, &e), -1);
		assert_string_equal(e.code, ERR_VALUE);
	}
	for (size_t len = 245; len < 300; len++) {
		struct vdi v = { .virtual_size = 4096 };

		memset(v.name, 'x', len);
		if (vdi_create(&iso, &v, &e) == 0) {
			assert_int_equal(strlen(v.location), len + 4);
			ASSERT_OK(vdi_destroy(&iso, &v, &e));
		}
	}
}

static void test_an_image_without_room(void **state)
{
	struct place *p = *state;
	struct vdi v = { .virtual_size = 1ull << 45, .name = "large.img" };
	struct vdi_list list;
	struct sr_error e;
	struct sr iso;

	library_open(p, &iso);
	assert_int_equal(vdi_create(&iso, &v, &e), -1);
	assert_string_equal(e.code, ERR_SR_FULL);
	ASSERT_OK(vdi_list(&iso, &list, &e));
	assert_int_equal(list.nr, 0);
	vdi_list_free(&list);
}

static void test_texts_about_disks(void **state)
{
	static const char mounts[] = "22 27 0:21 / /proc rw - proc proc rw\n"
				     "40 27 253:16 / /mnt/a\\040b rw - ext4 /dev/vdb rw\n";
	char text[64], server[256], export[256];

	signatures_describe("ext4,my data\ndos,\n", text, sizeof(text));
	assert_string_equal(text, "ext4 \"my data\", dos");
	signatures_describe("", text, sizeof(text));
	assert_string_equal(text, "");
	signatures_describe("a,b\nccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc,\n",
			    text, sizeof(text));
	assert_string_equal(text, "a \"b\"");
	assert_true(mountinfo_find(mounts, makedev(253, 16), text, sizeof(text)));
	assert_string_equal(text, "/mnt/a\\040b");
	assert_false(mountinfo_find(mounts, makedev(253, 17), text, sizeof(text)));
	assert_true(mountinfo_has(mounts, "/proc"));
	assert_true(mountinfo_has(mounts, "/mnt/a\\040b"));
	assert_false(mountinfo_has(mounts, "/mnt"));
	assert_false(mountinfo_has(mounts, "/"));
	assert_false(mountinfo_has("22 27 0:21 /\n/proc", "/proc"));
	assert_true(is_mounted("/proc"));
	assert_false(is_mounted("/proc/self"));
	assert_true(nfs_source_split("nas:/vol/vm", server, export));
	assert_string_equal(server, "nas");
	assert_string_equal(export, "/vol/vm");
	assert_true(nfs_source_split("[fd00::1]:/v", server, export));
	assert_string_equal(server, "fd00::1");
	assert_false(nfs_source_split("/just/a/path", server, export));
	assert_false(nfs_source_split(":/v", server, export));
	assert_false(nfs_source_split("a,addr=b:/v", server, export));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

/* An address of this machine that no other program listens at, nor this one that runs beside it. */
static in_addr_t nfs_address(void)
{
	return htonl(0x7f400000 | (uint32_t)getpid());
}

static int nfs_listen(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(2049) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	at.sin_addr.s_addr = nfs_address();
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

/* Answers one call with these words, in a process of its own. */
static pid_t nfs_answer(int listening, const uint32_t *reply, size_t len)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		uint32_t call[11];
		int fd = accept(listening, NULL, NULL);

		if (recv(fd, call, sizeof(call), MSG_WAITALL) == (ssize_t)sizeof(call)) {
			uint32_t words[8] = { 0 };

			memcpy(words, reply, len);
			words[1] ^= call[1];
			send(fd, words, len, 0);
		}
		_exit(0);
	}
	return pid;
}

static void test_is_an_nfs_server_there(void **state)
{
	const struct in_addr own = { nfs_address() };
	const uint32_t good[] = { htonl(1u << 31 | 24), 0, htonl(1), 0, 0, 0, 0 };
	const uint32_t other[] = { htonl(1u << 31 | 24), htonl(1), htonl(1), 0, 0, 0, 0 };
	char server[INET_ADDRSTRLEN], source[INET_ADDRSTRLEN + 8], refused[80];
	struct sr_error e;
	int listening;
	pid_t pid;

	inet_ntop(AF_INET, &own, server, sizeof(server));
	snprintf(source, sizeof(source), "%s:/export", server);
	snprintf(refused, sizeof(refused), "NFS server %s, port 2049: Connection refused", server);
	assert_int_equal(nfs_reach(source, &e), -1);
	assert_string_equal(e.code, ERR_SR_UNAVAILABLE);
	assert_reason(e.why, refused);
	listening = nfs_listen();
	/* The kernel takes the connection of a server that hangs. */
	assert_int_equal(nfs_reach(source, &e), -1);
	assert_reason(e.why, "timed out");
	close(listening);
	listening = nfs_listen();
	pid = nfs_answer(listening, good, sizeof(good));
	ASSERT_OK(nfs_reach(source, &e));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	pid = nfs_answer(listening, other, sizeof(other));
	assert_int_equal(nfs_reach(source, &e), -1);
	assert_reason(e.why, "Protocol error");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	pid = nfs_answer(listening, good, 8);
	assert_int_equal(nfs_reach(source, &e), -1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(listening);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(life_of_a_disk),
		TEST(names_may_be_shared_but_not_used),
		TEST(import_export),
		TEST(scan_removes_what_nobody_fills),
		TEST(scan_completes_a_creation),
		TEST(scan_completes_a_removal),
		TEST(scan_adopts_files),
		TEST(files_that_lie_are_no_disks),
		TEST(a_directory_explains_itself),
		TEST(refusals),
		TEST(open),
		TEST(library_of_images),
		TEST(an_image_is_filled_and_sealed),
		TEST(names_of_images),
		TEST(an_image_without_room),
		TEST(texts_about_disks),
		TEST(is_an_nfs_server_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
