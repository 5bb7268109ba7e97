// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM from a file, when somebody interrupts it: it ends where it is, and what there is of a domain
 * goes. The domain is a fake, and its memory is read and dropped.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "devices/devices.h"
#include "lib/host_memory.h"
#include "saverestore/restore.h"
#include "saverestore/stream_write.h"
#include "vm/signals.h"
#include "vm/suspend.h"
#include "vm/vm.h"
#include "vm/vm_pci.h"
#include "vm/vm_save.h"
#include "vm/vm_text.h"

#define DOMID  7
#define RECORD STREAM_STORE_NODES
#define NR     10 /* of those, the memory */

static unsigned int nr_read, interrupt_at; /* after so many */
static bool exists, registered;

/* ---- what vm_restore.c calls --------------------------------------------------------------- */

int vm_text_parse(struct vm_config *vm, const char *source, const char *text, struct reason *why)
{
	vm->has_uuid = true;
	return 0;
}

int vm_pci_movable(const struct vm_config *vm, struct reason *why)
{
	return 0;
}

void vm_config_free(struct vm_config *vm)
{
}

struct domain_spec vm_spec(const struct vm_config *vm)
{
	return (struct domain_spec){ 0 };
}

int store_open(struct store *s)
{
	return 0;
}

void store_close(struct store *s)
{
}

int devices_check(struct store *s, const struct device_list *list, struct reason *why)
{
	return 0;
}

int host_memory_check(struct xencall *xc, uint64_t kib, struct reason *why)
{
	return 0;
}

uint64_t host_memory_overhead(uint64_t kib)
{
	return 0;
}

void vm_hold_let_go(void *hold)
{
}

int vm_hold_again(struct vm_hold *h, struct reason *why)
{
	return 0;
}

int vm_claim(struct xencall *xc, const struct vm_config *vm, const uint8_t uuid[16],
	     const struct domain_built *built, struct vm_hold *hold, struct reason *why)
{
	return 0;
}

int vm_register(struct xencall *xc, const struct vm_config *vm, const uint8_t uuid[16],
		const struct domain_built *built, struct store *store, struct vm_hold *hold,
		struct reason *why)
{
	registered = true;
	return 0;
}

int vm_nodes_put(domid_t domid, unsigned int max_vcpus, struct bytes nodes, struct reason *why)
{
	return 0;
}

int vm_end(struct xencall *xc, domid_t domid)
{
	assert_int_equal(domid, DOMID);
	assert_true(exists);
	exists = false;
	return 0;
}

int restore_read_vm(struct stream_reader *in, struct stream_vm *vm, struct reason *why)
{
	return 0;
}

uint64_t restore_kib(const struct stream_vm *vm)
{
	return 0;
}

int restore_create(struct xencall *xc, const struct domain_spec *spec, const struct stream_vm *vm,
		   uint64_t more_kib, domid_t *domid, struct reason *why)
{
	exists = true;
	*domid = DOMID;
	return 0;
}

int restore_fill(struct xencall *xc, struct stream_reader *in, const struct domain_spec *spec,
		 const struct stream_vm *vm, domid_t domid, struct restored *out,
		 struct reason *why)
{
	struct stream_record rec;

	*out = (struct restored){ .built.domid = domid };
	for (;;) {
		if (nr_read == interrupt_at)
			raise(SIGINT);
		if (stream_read_next(in, &rec, why) < 0)
			return -1;
		if (rec.type == STREAM_END)
			return 0;
		nr_read++;
	}
}

/* ---- the tests ----------------------------------------------------------------------------- */

static char path[] = "/tmp/test_restore.XXXXXX";

static int write_file(void **state)
{
	struct stream_writer w;
	struct reason why;
	int fd = mkstemp(path);

	if (fd < 0 || stream_write_start(&w, fd, "name = \"demo\"\n", 0, &why) < 0)
		return -1;
	for (unsigned int i = 0; i < NR; i++)
		if (stream_write_record(&w, RECORD, "some", 4, &why) < 0)
			return -1;
	return stream_write_end(&w, &why) < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	return unlink(path);
}

/* Signals wait, as they do while a VM is made. */
static int restore(unsigned int at, struct reason *why)
{
	struct vm_hold hold = { -1, -1 };
	struct vm_restore r;
	sigset_t before;
	domid_t domid;
	int rc;

	nr_read = 0;
	interrupt_at = at;
	exists = registered = false;
	assert_int_equal(vm_restore_open(&r, path, false, why), 0);
	signals_hold(&before);
	rc = vm_restore_make(NULL, &r.vm, &r, &hold, &domid, why);
	/* It was meant for this test only. */
	signal(SIGINT, SIG_IGN);
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGINT, SIG_DFL);
	vm_restore_close(&r);
	return rc;
}

static void all_of_it(void **state)
{
	struct reason why;

	assert_int_equal(restore(NR + 1, &why), 0);
	assert_int_equal(nr_read, NR);
	assert_true(exists && registered);
}

static void interrupted(void **state)
{
	static const unsigned int at[] = { 0, 1, NR - 1 };
	struct reason why;

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		assert_int_equal(restore(at[i], &why), -1);
		assert_string_equal(why.text, "interrupted");
		assert_int_equal(nr_read, at[i]);
		assert_false(exists || registered);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it),
		cmocka_unit_test(interrupted),
	};

	return cmocka_run_group_tests(tests, write_file, remove_file);
}
