// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers of NICs.
 */
#include "network/nics.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOT_NUMBERED UINT32_MAX

static bool memory_line(const char *line, struct nic *out)
{
	char mac[MAC_TEXT];

	memset(out, 0, sizeof(*out));
	return sscanf(line, "%17s %u %159s", mac, &out->number, out->path) == 3 &&
	       mac_parse(mac, out->mac) && out->number < 10 * NICS_MAX;
}

size_t nic_memory_parse(struct nic_memory *m, struct bytes text)
{
	size_t wrong = 0;

	m->nr = 0;
	for (size_t at = 0; at < text.len;) {
		const uint8_t *from = text.data + at, *end = memchr(from, '\n', text.len - at);
		size_t len = end ? (size_t)(end - from) : text.len - at;
		char line[NIC_PATH + 64];
		struct nic nic;
		bool good = len < sizeof(line);

		at += len + 1;
		if (len == 0)
			continue;
		if (good) {
			memcpy(line, from, len);
			line[len] = '\0';
			good = memory_line(line, &nic) && m->nr < NICS_MAX;
		}
		for (size_t i = 0; good && i < m->nr; i++)
			good = m->list[i].number != nic.number;
		if (good)
			m->list[m->nr++] = nic;
		else
			wrong++;
	}
	return wrong;
}

void nic_memory_format(const struct nic_memory *m, struct buf *out)
{
	char mac[MAC_TEXT];

	for (size_t i = 0; i < m->nr; i++)
		buf_printf(out, "%s %u %s\n", mac_format(m->list[i].mac, mac), m->list[i].number,
			   m->list[i].path);
}

static int nic_compare(const void *a, const void *b)
{
	const struct nic *x = a, *y = b;
	int rc = strcmp(x->path, y->path);

	if (rc == 0)
		rc = x->port < y->port ? -1 : x->port > y->port;
	if (rc == 0)
		rc = memcmp(x->mac, y->mac, 6);
	return rc ? rc : strcmp(x->name, y->name);
}

static int number_compare(const void *a, const void *b)
{
	const struct nic *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static bool number_used(const struct nics *nics, unsigned int number)
{
	for (size_t i = 0; i < nics->nr; i++)
		if (nics->list[i].number == number)
			return true;
	return false;
}

static bool mac_present(const struct nics *nics, const uint8_t mac[6])
{
	for (size_t i = 0; i < nics->nr; i++)
		if (memcmp(nics->list[i].mac, mac, 6) == 0)
			return true;
	return false;
}

static struct nic *memory_by_number(struct nic_memory *m, unsigned int number)
{
	for (size_t i = 0; i < m->nr; i++)
		if (m->list[i].number == number)
			return &m->list[i];
	return NULL;
}

/* The remembered one that this is: by address, or else by its place. */
static struct nic *memory_of(struct nic_memory *m, const struct nics *nics, const struct nic *nic,
			     bool by_place)
{
	for (size_t i = 0; i < m->nr; i++) {
		struct nic *r = &m->list[i];

		if (number_used(nics, r->number))
			continue;
		if (by_place ? strcmp(r->path, nic->path) == 0 && !mac_present(nics, r->mac)
			     : memcmp(r->mac, nic->mac, 6) == 0)
			return r;
	}
	return NULL;
}

static unsigned int number_free(struct nic_memory *m, const struct nics *nics)
{
	unsigned int number = 0;

	while (number_used(nics, number) || memory_by_number(m, number))
		number++;
	return number;
}

bool nics_number(struct nics *nics, struct nic_memory *m)
{
	bool changed = false;

	qsort(nics->list, nics->nr, sizeof(nics->list[0]), nic_compare);
	for (size_t i = 0; i < nics->nr; i++)
		nics->list[i].number = NOT_NUMBERED;
	for (int pass = 0; pass < 3; pass++)
		for (size_t i = 0; i < nics->nr; i++) {
			struct nic *nic = &nics->list[i], *known = NULL;

			if (nic->number != NOT_NUMBERED)
				continue;
			if (pass < 2)
				known = memory_of(m, nics, nic, pass == 1);
			else if (m->nr < NICS_MAX)
				known = &m->list[m->nr];
			if (pass == 2)
				nic->number = number_free(m, nics);
			else if (known)
				nic->number = known->number;
			if (!known)
				continue;
			changed |= pass == 2 || memcmp(known->mac, nic->mac, 6) != 0 ||
				   strcmp(known->path, nic->path) != 0;
			*known = *nic;
			m->nr += pass == 2;
		}
	qsort(nics->list, nics->nr, sizeof(nics->list[0]), number_compare);
	return changed;
}

bool nics_complete(const struct nics *nics, const struct nic_memory *m)
{
	for (size_t i = 0; i < m->nr; i++)
		if (!mac_present(nics, m->list[i].mac))
			return false;
	return nics->nr > 0 && m->nr > 0;
}

void nic_name(const struct nic *nic, char name[LINK_NAME])
{
	snprintf(name, LINK_NAME, "nic%u", nic->number);
}

const char *nic_pci(const struct nic *nic, char text[16])
{
	unsigned int domain, bus, device, function;

	/* The last address in the path is the card's; those before it are bridges. */
	text[0] = '\0';
	for (const char *at = nic->path; at; at = strchr(at + 1, '/')) {
		int end = 0;

		if (sscanf(at, "/%4x:%2x:%2x.%1x%n", &domain, &bus, &device, &function, &end) ==
			    4 &&
		    (at[end] == '\0' || at[end] == '/'))
			snprintf(text, 16, "%04x:%02x:%02x.%x", domain & 0xffff, bus & 0xff,
				 device & 0xff, function & 0xf);
	}
	return text;
}
