// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers of NICs: by place at first, by address from then on. */
#include "test.h"

#include "network/nics.h"

static struct nics nics;
static struct nic_memory memory;

static void add(const char *name, const char *path, uint8_t last)
{
	struct nic *nic = &nics.list[nics.nr++];

	memset(nic, 0, sizeof(*nic));
	snprintf(nic->name, sizeof(nic->name), "%s", name);
	snprintf(nic->path, sizeof(nic->path), "%s", path);
	nic->mac[0] = 0x52;
	nic->mac[5] = last;
}

static unsigned int number_of(const char *name)
{
	for (size_t i = 0; i < nics.nr; i++)
		if (strcmp(nics.list[i].name, name) == 0)
			return nics.list[i].number;
	fail_msg("no %s", name);
	return 0;
}

static int fresh(void **state)
{
	nics.nr = 0;
	memory.nr = 0;
	return 0;
}

/* nic0 and nic1, from now on remembered. */
static void two_cards(void)
{
	add("eth0", "/pci0000:00/0000:00:02.0", 1);
	add("eth1", "/pci0000:00/0000:00:03.0", 2);
	nics_number(&nics, &memory);
}

static void by_place_at_first(void **state)
{
	add("eth0", "/pci0000:00/0000:00:1f.0", 1);
	add("eth1", "/pci0000:00/0000:00:02.0", 2);
	add("eth2", "/pci0000:00/0000:00:02.0", 3);
	nics.list[1].port = 1;
	assert_true(nics_number(&nics, &memory));
	assert_int_equal(number_of("eth2"), 0);
	assert_int_equal(number_of("eth1"), 1);
	assert_int_equal(number_of("eth0"), 2);
	assert_false(nics_number(&nics, &memory));
}

static void remembered_by_address(void **state)
{
	add("eth0", "/pci0000:00/0000:00:05.0", 1);
	nics_number(&nics, &memory);
	nics.nr = 0;
	/* A new card in front of it, and it has moved. */
	add("eth0", "/pci0000:00/0000:00:02.0", 9);
	add("eth1", "/pci0000:00/0000:00:06.0", 1);
	assert_true(nics_number(&nics, &memory));
	assert_int_equal(number_of("eth1"), 0);
	assert_int_equal(number_of("eth0"), 1);
}

static void replaced_card_inherits(void **state)
{
	two_cards();
	nics.nr = 0;
	add("eth0", "/pci0000:00/0000:00:02.0", 7);
	add("eth1", "/pci0000:00/0000:00:03.0", 2);
	assert_true(nics_number(&nics, &memory));
	assert_int_equal(number_of("eth0"), 0);
	assert_int_equal(number_of("eth1"), 1);
	assert_int_equal(memory.nr, 2);
}

static void missing_card_keeps_its_number(void **state)
{
	two_cards();
	assert_true(nics_complete(&nics, &memory));
	nics.nr = 0;
	add("eth0", "/pci0000:00/0000:00:03.0", 2);
	assert_false(nics_complete(&nics, &memory));
	nics_number(&nics, &memory);
	assert_int_equal(number_of("eth0"), 1);
	add("eth1", "/pci0000:00/0000:00:09.0", 5);
	nics_number(&nics, &memory);
	assert_int_equal(number_of("eth1"), 2);
}

static void same_address_twice(void **state)
{
	add("eth0", "/pci0000:00/0000:00:02.0", 1);
	add("eth1", "/pci0000:00/0000:00:03.0", 1);
	nics_number(&nics, &memory);
	assert_int_not_equal(number_of("eth0"), number_of("eth1"));
}

static void memory_there_and_back(void **state)
{
	struct nic_memory again;
	struct buf text = { 0 };

	two_cards();
	nic_memory_format(&memory, &text);
	assert_string_equal(text.data, "52:00:00:00:00:01 0 /pci0000:00/0000:00:02.0\n"
				       "52:00:00:00:00:02 1 /pci0000:00/0000:00:03.0\n");
	assert_int_equal(nic_memory_parse(&again, text_bytes(text.data)), 0);
	assert_int_equal(again.nr, 2);
	assert_false(nics_number(&nics, &again));
	buf_free(&text);
}

static void memory_that_lies(void **state)
{
	struct buf text = { 0 };

	buf_printf(&text, "nonsense\n52:00:00:00:00:01 0 /a\n52:00:00:00:00:02 0 /b\n"
			  "52:00:00:00:00:03 4000000000 /c\n52:00:00:00:00:04 1\n");
	for (int i = 0; i < 400; i++)
		buf_printf(&text, "x");
	assert_int_equal(nic_memory_parse(&memory, text_bytes(text.data)), 5);
	assert_int_equal(memory.nr, 1);
	buf_free(&text);
	for (int i = 0; i < 2 * NICS_MAX; i++)
		buf_printf(&text, "52:00:00:00:01:%02x %d /p\n", i, i);
	assert_int_equal(nic_memory_parse(&memory, text_bytes(text.data)), NICS_MAX);
	assert_int_equal(memory.nr, NICS_MAX);
	/* There is a number for a card even so. */
	add("eth0", "/q", 77);
	nics_number(&nics, &memory);
	assert_int_equal(number_of("eth0"), NICS_MAX);
	buf_free(&text);
}

static void places(void **state)
{
	char text[16];

	add("eth0", "/pci0000:00/0000:00:1c.4/0000:03:00.1", 1);
	assert_string_equal(nic_pci(&nics.list[0], text), "0000:03:00.1");
	add("eth1", "/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0", 1);
	assert_string_equal(nic_pci(&nics.list[1], text), "0000:00:14.0");
	add("eth2", "/platform/thing", 1);
	assert_string_equal(nic_pci(&nics.list[2], text), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(by_place_at_first, fresh),
		cmocka_unit_test_setup(remembered_by_address, fresh),
		cmocka_unit_test_setup(replaced_card_inherits, fresh),
		cmocka_unit_test_setup(missing_card_keeps_its_number, fresh),
		cmocka_unit_test_setup(same_address_twice, fresh),
		cmocka_unit_test_setup(memory_there_and_back, fresh),
		cmocka_unit_test_setup(memory_that_lies, fresh),
		cmocka_unit_test_setup(places, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
