// SPDX-License-Identifier: GPL-2.0-or-later
/* See pci_config.h. */
#include "devices/pci_config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits of a hexadecimal number, and what follows it. */
static bool take(const char **text, unsigned int digits, char after, uint32_t *value)
{
	char number[8] = "";

	for (unsigned int i = 0; i < digits; i++) {
		if (!isxdigit((unsigned char)(*text)[i]))
			return false;
		number[i] = (*text)[i];
	}
	*value = (uint32_t)strtoul(number, NULL, 16);
	*text += digits;
	return *(*text)++ == after;
}

bool pci_parse(const char *text, uint32_t *sbdf)
{
	uint32_t segment = 0, bus, device, function;

	if (strlen(text) > 7 && !take(&text, 4, ':', &segment))
		return false;
	if (strlen(text) != 7 || !take(&text, 2, ':', &bus) || !take(&text, 2, '.', &device) ||
	    !take(&text, 1, '\0', &function) || device > 31 || function > 7)
		return false;
	*sbdf = segment << 16 | bus << 8 | device << 3 | function;
	return true;
}

const char *pci_format(uint32_t sbdf, char name[PCI_NAME])
{
	snprintf(name, PCI_NAME, "%04x:%02x:%02x.%u", sbdf >> 16, sbdf >> 8 & 0xff, sbdf >> 3 & 31,
		 sbdf & 7);
	return name;
}

static int list_add(struct pci_list *list, const struct config_entry *e,
		    const struct config_value *v, struct reason *why)
{
	uint32_t sbdf;

	if (v->type == CONFIG_STRING && strpbrk(v->text, ",="))
		return reason_set(why,
				  "%s:%u: pci: \"%s\": only the device's address is understood, no "
				  "options and no slot",
				  e->source, v->line, v->text);
	if (v->type != CONFIG_STRING || !pci_parse(v->text, &sbdf))
		return reason_set(why,
				  "%s:%u: pci: expected an address such as \"0000:03:00.0\"%s%s",
				  e->source, v->line, v->type == CONFIG_STRING ? ", found " : "",
				  v->type == CONFIG_STRING ? v->text : "");
	for (unsigned int i = 0; i < list->nr; i++)
		if (list->sbdf[i] == sbdf)
			return reason_set(why, "%s:%u: pci: %s stands there twice", e->source,
					  v->line, v->text);
	if (list->nr == PCI_LIST_MAX)
		return reason_set(why, "%s:%u: pci: more than %u devices", e->source, v->line,
				  PCI_LIST_MAX);
	list->sbdf[list->nr++] = sbdf;
	return 0;
}

int pci_list_read(struct pci_list *list, struct config *c, struct reason *why)
{
	const struct config_entry *e = config_find(c, "pci");

	list->nr = 0;
	if (!e)
		return 0;
	if (e->value.type != CONFIG_LIST)
		return reason_set(why, "%s:%u: pci: expected a list, such as [ \"0000:03:00.0\" ]",
				  e->source, e->value.line);
	for (size_t i = 0; i < e->value.nr_items; i++)
		if (list_add(list, e, &e->value.items[i], why) < 0)
			return -1;
	return 0;
}

void pci_list_print(const struct pci_list *list, struct buf *out)
{
	char name[PCI_NAME];

	buf_printf(out, "pci = [");
	for (unsigned int i = 0; i < list->nr; i++)
		buf_printf(out, "%s \"%s\"", i ? "," : "", pci_format(list->sbdf[i], name));
	buf_printf(out, " ]\n");
}
