// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loading microcode (SDM vol. 3, 10.11) from a boot module, on each CPU before its features are
 * looked at. Not later: nobody would ask again what the CPU can, and threads of a core, which share
 * it, would all have to stand still. No locks: found before there is a second CPU.
 */
#include "microcode.h"

#include "boot_info.h"
#include "lib.h"
#include "log.h"
#include "mm.h"
#include "processor.h"

#define MSR_UPDATE_INTEL 0x79u
#define MSR_UPDATE_AMD   0xc0010020u

static struct microcode update; /* data NULL: none */

void microcode_identify(struct microcode_cpu *c)
{
	uint64_t platform = 0, value = 0;

	c->amd = cpuid_reg(0, CPUID_EBX) != 0x756e6547; /* "Genu" */
	c->platform = 0;
	if (!c->amd && rdmsr_safe(MSR_PLATFORM_ID, &platform))
		c->platform = 1u << (platform >> 50 & 7);
	/* Intel: CPUID writes the revision where a 0 was written before. */
	if (!c->amd)
		wrmsr_safe(MSR_PATCH_LEVEL, 0);
	c->signature = cpuid_reg(1, CPUID_EAX);
	rdmsr_safe(MSR_PATCH_LEVEL, &value);
	c->revision = (uint32_t)(c->amd ? value : value >> 32);
}

static bool load(void)
{
	struct microcode_cpu c;

	microcode_identify(&c);
	/*
	 * Its sibling may have loaded it already. AMD's are loaded on each thread all the same:
	 * they may change what each has of its own.
	 */
	if (c.amd || c.revision != update.revision)
		wrmsr_safe(c.amd ? MSR_UPDATE_AMD : MSR_UPDATE_INTEL, (uint64_t)update.data);
	microcode_identify(&c);
	return c.revision == update.revision;
}

/* A copy for all CPUs: one may want it aligned, and the file goes. */
static bool keep(const struct microcode *m)
{
	uint8_t *copy = heap_alloc(order_of(m->size));

	if (copy)
		memcpy(copy, m->data, m->size);
	update = (struct microcode){ copy, m->size, m->revision };
	return copy;
}

static bool find(struct boot_info *bi, bool amd, struct microcode *file)
{
	const char *name = amd ? "kernel/x86/microcode/AuthenticAMD.bin"
			       : "kernel/x86/microcode/GenuineIntel.bin";
	int nr = cmdline.ucode_module;
	unsigned i;

	if (nr) {
		i = (unsigned)(nr < 0 ? (int)bi->nr_modules + nr : nr);
		if (!i || i >= bi->nr_modules) {
			log_warn("ucode=%d: there are %u boot modules, the first one is the kernel",
				 nr, bi->nr_modules);
			return false;
		}
		*file = (struct microcode){ paddr_to_virt(bi->module[i].start), bi->module[i].size,
					    0 };
		bi->nr_modules--;
		memmove(&bi->module[i], &bi->module[i + 1],
			(bi->nr_modules - i) * sizeof(bi->module[0]));
		return true;
	}
	for (i = 1; i < bi->nr_modules && cmdline.ucode_scan; i++)
		if (microcode_find(paddr_to_virt(bi->module[i].start), bi->module[i].size, name,
				   file))
			return true;
	return false;
}

void microcode_load_early(struct boot_info *bi)
{
	struct microcode file, found;
	struct microcode_cpu c;

	microcode_identify(&c);
	if (!find(bi, c.amd, &file))
		return;
	if (!microcode_choose(&c, file.data, file.size, &found))
		log_info("microcode: revision %#x; nothing newer for this CPU, %#x, is there",
			 c.revision, c.signature);
	else if (keep(&found) && load())
		log_info("microcode: revision %#x, before %#x", update.revision, c.revision);
	else
		log_warn("microcode: the CPU does not take revision %#x, and stays at %#x",
			 found.revision, c.revision);
	if (cmdline.ucode_module) /* nobody else's: nobody else gives it back */
		memory_free_range(virt_to_paddr(file.data),
				  virt_to_paddr(file.data) + ROUND_UP(file.size, PAGE_SIZE));
}

void microcode_init_cpu(void)
{
	if (update.data)
		load();
}
