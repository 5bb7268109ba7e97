// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a multiboot 2 loader tells (Multiboot2 Specification 2.0, section 3.6), turned into struct
 * boot_info: a list of tags somewhere below 4 GiB. This is how GRUB starts us on UEFI, and there
 * only the loader knows where ACPI's tables and the screen are. Run once, before other CPUs.
 */
#include "boot_info.h"
#include "lib.h"
#include "log.h"
#include "mm.h"

/* Nothing that a loader tells is larger; what is, is no list of tags. */
#define INFO_MAX (1u << 20)

enum {
	TAG_END = 0,
	TAG_CMDLINE = 1,
	TAG_LOADER_NAME = 2,
	TAG_MODULE = 3,
	TAG_MMAP = 6,
	TAG_SCREEN = 8,
	TAG_RSDP_1 = 14,
	TAG_RSDP_2 = 15,
};

/* What a screen is made of. */
enum { OF_PIXELS = 1, OF_TEXT = 2 };

struct tag {
	uint32_t type, size; /* the size with this head, without what fills up to 8 bytes */
};

struct tag_mmap {
	struct tag tag;
	uint32_t entry_size, entry_version;
};

struct mmap_entry {
	uint64_t base, length;
	uint32_t type, zero;
};

struct tag_screen {
	struct tag tag;
	uint64_t address;
	uint32_t pitch, width, height;
	uint8_t bits, type;
	uint16_t reserved;
	uint8_t red_at, red_bits, green_at, green_bits, blue_at, blue_bits;
} __packed;

/* A tag is no longer than it says, and it has been checked that it says no less than head. */
static void read_string(char *out, size_t room, const struct tag *t, size_t head)
{
	boot_info_string(out, room, (const char *)t + head, t->size - head);
}

static void read_cmdline(struct boot_info *bi, const struct tag *t)
{
	read_string(bi->cmdline, sizeof(bi->cmdline), t, sizeof(*t));
}

static void read_loader(struct boot_info *bi, const struct tag *t)
{
	read_string(bi->loader, sizeof(bi->loader), t, sizeof(*t));
}

static void read_module(struct boot_info *bi, const struct tag *t)
{
	uint32_t range[2]; /* the end is the byte behind it */
	struct boot_module *out;

	memcpy(range, t + 1, sizeof(range));
	out = boot_info_add_module(bi, range[0], range[1]);
	if (out)
		read_string(out->cmdline, sizeof(out->cmdline), t, sizeof(*t) + sizeof(range));
}

static void read_mmap(struct boot_info *bi, const struct tag *t)
{
	struct tag_mmap head;
	struct mmap_entry e;

	memcpy(&head, t, sizeof(head));
	if (head.entry_size < sizeof(e))
		panic("multiboot2: memory map entries of %u bytes, at least %zu expected",
		      head.entry_size, sizeof(e));
	for (uint64_t at = sizeof(head); at + head.entry_size <= t->size; at += head.entry_size) {
		memcpy(&e, (const char *)t + at, sizeof(e));
		boot_info_add(bi, e.base, e.length, e.type);
	}
}

static bool colour_fits(uint8_t at, uint8_t bits, uint8_t of)
{
	return bits && bits <= 8 && at + bits <= of;
}

/* What domain 0 can be told of, and what cannot overflow. */
#define SCREEN_MAX 0xffffu

/* One that we cannot draw on is no reason to stop: the serial line may be there. */
static void read_screen(struct boot_info *bi, const struct tag *t)
{
	struct tag_screen s;
	uint64_t bytes;

	memcpy(&s, t, sizeof(s));
	if (s.type == OF_TEXT)
		bi->screen.kind = SCREEN_TEXT;
	if (s.type != OF_PIXELS)
		return;
	bytes = (uint64_t)s.pitch * s.height;
	if (s.bits < 15 || s.bits > 32 || !s.width || !s.height || !s.address ||
	    s.width > SCREEN_MAX || s.height > SCREEN_MAX || s.pitch > SCREEN_MAX ||
	    s.red_bits + s.green_bits + s.blue_bits > s.bits ||
	    s.pitch < (uint64_t)s.width * ((s.bits + 7u) / 8) || s.address + bytes < s.address ||
	    !colour_fits(s.red_at, s.red_bits, s.bits) ||
	    !colour_fits(s.green_at, s.green_bits, s.bits) ||
	    !colour_fits(s.blue_at, s.blue_bits, s.bits)) {
		log_warn(
			"multiboot2: the screen is not used: %ux%u, %u bits, %u bytes a line at %#lx",
			s.width, s.height, s.bits, s.pitch, s.address);
		return;
	}
	bi->screen = (struct boot_screen){
		.kind = SCREEN_PIXELS,
		.address = s.address,
		.pitch = s.pitch,
		.width = s.width,
		.height = s.height,
		.bits = s.bits,
		.red = { s.red_at, s.red_bits },
		.green = { s.green_at, s.green_bits },
		.blue = { s.blue_at, s.blue_bits },
	};
}

/* A newer one, which knows the tables above 4 GiB as well, replaces an older one. */
static void read_rsdp(struct boot_info *bi, const struct tag *t)
{
	size_t size = t->size - sizeof(*t);

	if (bi->rsdp && t->type == TAG_RSDP_1)
		return;
	if (size > sizeof(bi->rsdp_copy)) {
		log_warn("multiboot2: an ACPI root pointer of %zu bytes is not used", size);
		return;
	}
	memset(bi->rsdp_copy, 0, sizeof(bi->rsdp_copy));
	memcpy(bi->rsdp_copy, t + 1, size);
	bi->rsdp = virt_to_paddr(bi->rsdp_copy);
}

static const struct tag_reader {
	uint32_t type, min; /* the least bytes that it has, head included */
	void (*read)(struct boot_info *bi, const struct tag *t);
} readers[] = {
	{ TAG_CMDLINE, sizeof(struct tag), read_cmdline },
	{ TAG_LOADER_NAME, sizeof(struct tag), read_loader },
	{ TAG_MODULE, sizeof(struct tag) + 8, read_module },
	{ TAG_MMAP, sizeof(struct tag_mmap), read_mmap },
	{ TAG_SCREEN, sizeof(struct tag_screen), read_screen },
	{ TAG_RSDP_1, sizeof(struct tag) + 20, read_rsdp },
	{ TAG_RSDP_2, sizeof(struct tag) + 36, read_rsdp },
};

static void read_tag(struct boot_info *bi, const struct tag *t)
{
	for (unsigned i = 0; i < ARRAY_SIZE(readers); i++) {
		if (readers[i].type != t->type)
			continue;
		if (t->size < readers[i].min)
			log_warn("multiboot2: tag %u has %u bytes, at least %u expected: ignored",
				 t->type, t->size, readers[i].min);
		else
			readers[i].read(bi, t);
		return;
	}
}

void multiboot2_parse(struct boot_info *bi, paddr_t pa)
{
	const char *info = paddr_to_virt(pa);
	uint32_t total, at = 8;
	const struct tag *t;

	memset(bi, 0, sizeof(*bi));
	memcpy(&total, info, sizeof(total));
	if (pa % 8 || total < at || total > INFO_MAX)
		panic("multiboot2: no list of tags at %#lx (%u bytes)", pa, total);
	while (total - at >= sizeof(*t)) {
		t = (const struct tag *)(info + at);
		if (t->type == TAG_END)
			break;
		if (t->size < sizeof(*t) || t->size > total - at)
			panic("multiboot2: tag %u has %u bytes, %u are left", t->type, t->size,
			      total - at);
		read_tag(bi, t);
		at = MIN(total, at + ROUND_UP(t->size, 8u));
	}
	if (!bi->nr_regions)
		panic("multiboot2: \"%s\" told of no memory", bi->loader);
	boot_info_tidy(bi);
}
