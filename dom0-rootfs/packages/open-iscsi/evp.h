/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The five calls of OpenSSL's that open-iscsi makes for CHAP, by GLib's checksums, which are here
 * for qemu-nbd anyway. OpenSSL would be 3 MB.
 */
#ifndef OPENSSL_EVP_H
#define OPENSSL_EVP_H

#include <stddef.h>
#include <stdlib.h>

/* Of GLib's gchecksum.h, which is in the sysroot alone: this header is to be understood without. */
enum { SUM_MD5, SUM_SHA1, SUM_SHA256 };
struct _GChecksum *g_checksum_new(int type);
void g_checksum_update(struct _GChecksum *sum, const unsigned char *data, ptrdiff_t len);
void g_checksum_get_digest(struct _GChecksum *sum, unsigned char *digest, size_t *len);
void g_checksum_free(struct _GChecksum *sum);

typedef struct {
	struct _GChecksum *sum;
} EVP_MD_CTX;
typedef int EVP_MD;

static inline EVP_MD_CTX *EVP_MD_CTX_new(void)
{
	return (EVP_MD_CTX *)calloc(1, sizeof(EVP_MD_CTX));
}

static inline void EVP_MD_CTX_free(EVP_MD_CTX *context)
{
	if (context && context->sum)
		g_checksum_free(context->sum);
	free(context);
}

static inline const EVP_MD *EVP_md5(void)
{
	static const EVP_MD type = SUM_MD5;

	return &type;
}

static inline const EVP_MD *EVP_sha1(void)
{
	static const EVP_MD type = SUM_SHA1;

	return &type;
}

static inline const EVP_MD *EVP_sha256(void)
{
	static const EVP_MD type = SUM_SHA256;

	return &type;
}

static inline int EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *type, void *engine)
{
	(void)engine;
	if (context->sum)
		g_checksum_free(context->sum);
	context->sum = g_checksum_new(*type);
	return context->sum != NULL;
}

static inline int EVP_DigestUpdate(EVP_MD_CTX *context, const void *data, size_t len)
{
	g_checksum_update(context->sum, (const unsigned char *)data, (ptrdiff_t)len);
	return 1;
}

static inline int EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *digest, unsigned int *len)
{
	/* AUTH_STR_MAX_LEN and AUTH_CHAP_RSP_LEN of the callers have room for the longest, 32. */
	size_t room = 32;

	g_checksum_get_digest(context->sum, digest, &room);
	*len = (unsigned int)room;
	return 1;
}

#endif
