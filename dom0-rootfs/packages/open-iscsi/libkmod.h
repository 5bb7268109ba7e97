/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open-iscsi loads drivers of network cards that speak iSCSI themselves through libkmod. Here
 * whoever starts iscsid loads iscsi_tcp, and there is no other: each of these calls says that all
 * is well.
 */
#ifndef LIBKMOD_H
#define LIBKMOD_H

#define KMOD_PROBE_APPLY_BLACKLIST 0

struct kmod_ctx {
	int unused;
};
struct kmod_module {
	int unused;
};

static inline struct kmod_ctx *kmod_new(const char *folder, const char *const *config)
{
	static struct kmod_ctx only;

	(void)folder, (void)config;
	return &only;
}

static inline int kmod_load_resources(struct kmod_ctx *ctx)
{
	(void)ctx;
	return 0;
}

static inline int kmod_module_new_from_name(struct kmod_ctx *ctx, const char *name,
					    struct kmod_module **module)
{
	static struct kmod_module only;

	(void)ctx, (void)name;
	*module = &only;
	return 0;
}

static inline int kmod_module_probe_insert_module(struct kmod_module *module, unsigned int flags,
						  const char *options, void *run, void *data,
						  void *print)
{
	(void)module, (void)flags, (void)options, (void)run, (void)data, (void)print;
	return 0;
}

static inline void kmod_module_unref(struct kmod_module *module)
{
	(void)module;
}

static inline void kmod_unref(struct kmod_ctx *ctx)
{
	(void)ctx;
}

#endif
