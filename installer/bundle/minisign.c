// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See minisign.h. Every structure is a fixed number of bytes behind its base64; what is longer,
 * shorter, or of another algorithm is refused.
 */
#include "installer/bundle/minisign.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#define UNTRUSTED    "untrusted comment: "
#define TRUSTED      "trusted comment: "
#define ALGORITHM    "Ed" /* of keys */
#define PREHASHED    "ED" /* of signatures */
#define CHECKSUM     "B2"
#define CHECKSUM_LEN 32
#define BLOCK        (64 << 10)

/* As in the file; not aligned. */
struct public_raw {
	uint8_t algorithm[2], id[MINISIGN_ID], key[MINISIGN_KEY];
};

struct signature_raw {
	uint8_t algorithm[2], id[MINISIGN_ID], signature[MINISIGN_SIGNATURE];
};

struct secret_raw {
	uint8_t algorithm[2], kdf[2], checksum_algorithm[2];
	uint8_t salt[32], operations[8], memory[8];
	uint8_t id[MINISIGN_ID], key[MINISIGN_SECRET], checksum[CHECKSUM_LEN];
};

_Static_assert(sizeof(struct public_raw) == 42, "as minisign has it");
_Static_assert(sizeof(struct signature_raw) == 74, "as minisign has it");
_Static_assert(sizeof(struct secret_raw) == 158, "as minisign has it");

static bool base64_parse(const char *line, size_t len, void *out, size_t want)
{
	size_t got;

	return sodium_base642bin(out, want, line, len, NULL, &got, NULL,
				 sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       got == want;
}

static void base64_append(struct buf *out, const void *data, size_t len)
{
	char text[512];

	sodium_bin2base64(text, sizeof(text), data, len, sodium_base64_VARIANT_ORIGINAL);
	buf_printf(out, "%s\n", text);
}

/* ---- keys -------------------------------------------------------------------------------- */

bool minisign_public_parse(const char *line, struct minisign_public *out)
{
	struct public_raw raw;

	if (!base64_parse(line, strcspn(line, "\r\n"), &raw, sizeof(raw)) ||
	    memcmp(raw.algorithm, ALGORITHM, 2) != 0)
		return false;
	memcpy(out->id, raw.id, sizeof(out->id));
	memcpy(out->key, raw.key, sizeof(out->key));
	return true;
}

static void secret_checksum(const struct secret_raw *raw, uint8_t out[CHECKSUM_LEN])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, CHECKSUM_LEN);
	crypto_generichash_update(&state, raw->algorithm, sizeof(raw->algorithm));
	crypto_generichash_update(&state, raw->id, sizeof(raw->id));
	crypto_generichash_update(&state, raw->key, sizeof(raw->key));
	crypto_generichash_final(&state, out, CHECKSUM_LEN);
}

int minisign_secret_parse(const char *text, struct minisign_secret *out, struct reason *why)
{
	const char *line = strchr(text, '\n');
	uint8_t checksum[CHECKSUM_LEN];
	struct secret_raw raw;

	if (!line || !base64_parse(line + 1, strcspn(line + 1, "\r\n"), &raw, sizeof(raw)) ||
	    memcmp(raw.algorithm, ALGORITHM, 2) != 0)
		return reason_set(why, "no secret key of minisign's");
	if (raw.kdf[0] || raw.kdf[1])
		return reason_set(why, "the key is encrypted; minisign -W makes one that is not");
	secret_checksum(&raw, checksum);
	if (sodium_memcmp(checksum, raw.checksum, sizeof(checksum)) != 0)
		return reason_set(why, "the key is damaged: its checksum is wrong");
	memcpy(out->id, raw.id, sizeof(out->id));
	memcpy(out->key, raw.key, sizeof(out->key));
	sodium_memzero(&raw, sizeof(raw));
	return 0;
}

void minisign_generate(struct minisign_public *public, struct minisign_secret *secret)
{
	crypto_sign_keypair(public->key, secret->key);
	randombytes_buf(public->id, sizeof(public->id));
	memcpy(secret->id, public->id, sizeof(secret->id));
}

void minisign_public_format(const struct minisign_public *key, struct buf *out)
{
	struct public_raw raw;

	memcpy(raw.algorithm, ALGORITHM, 2);
	memcpy(raw.id, key->id, sizeof(raw.id));
	memcpy(raw.key, key->key, sizeof(raw.key));
	buf_printf(out, UNTRUSTED "public key of bundles\n");
	base64_append(out, &raw, sizeof(raw));
}

void minisign_secret_format(const struct minisign_secret *key, struct buf *out)
{
	struct secret_raw raw = { 0 };

	memcpy(raw.algorithm, ALGORITHM, 2);
	memcpy(raw.checksum_algorithm, CHECKSUM, 2);
	memcpy(raw.id, key->id, sizeof(raw.id));
	memcpy(raw.key, key->key, sizeof(raw.key));
	secret_checksum(&raw, raw.checksum);
	buf_printf(out, UNTRUSTED "secret key of bundles\n");
	base64_append(out, &raw, sizeof(raw));
	sodium_memzero(&raw, sizeof(raw));
}

/* ---- signatures -------------------------------------------------------------------------- */

/* The next line, without its end. */
static bool line_next(struct bytes text, size_t *at, const char **line, size_t *len)
{
	const uint8_t *begin = text.data + *at, *end = memchr(begin, '\n', text.len - *at);

	if (!end)
		return false;
	*line = (const char *)begin;
	*len = (size_t)(end - begin);
	*at += *len + 1;
	return true;
}

static bool begins(const char *line, size_t len, const char *with)
{
	return len >= strlen(with) && memcmp(line, with, strlen(with)) == 0;
}

int minisign_signature_parse(struct bytes text, struct minisign_signature *out, size_t *used,
			     struct reason *why)
{
	struct signature_raw raw;
	const char *line[4];
	size_t len[4], at = 0, comment;

	for (int i = 0; i < 4; i++)
		if (!line_next(text, &at, &line[i], &len[i]))
			return reason_set(why, "no bundle: it does not begin with a signature");
	if (!begins(line[0], len[0], UNTRUSTED) || !begins(line[2], len[2], TRUSTED) ||
	    !base64_parse(line[1], len[1], &raw, sizeof(raw)) ||
	    !base64_parse(line[3], len[3], out->global, sizeof(out->global)))
		return reason_set(why, "no bundle: it does not begin with a signature");
	if (memcmp(raw.algorithm, PREHASHED, 2) != 0)
		return reason_set(why, "signed in a way that is not known here");
	comment = len[2] - strlen(TRUSTED);
	if (comment >= sizeof(out->comment) || memchr(line[2], '\0', len[2]))
		return reason_set(why, "the signature's comment is too long");
	memcpy(out->comment, line[2] + strlen(TRUSTED), comment);
	out->comment[comment] = '\0';
	memcpy(out->id, raw.id, sizeof(out->id));
	memcpy(out->file, raw.signature, sizeof(out->file));
	*used = at;
	return 0;
}

/* What the global signature signs; its length. */
static size_t global_text(const struct minisign_signature *s,
			  uint8_t out[MINISIGN_SIGNATURE + MINISIGN_COMMENT])
{
	memcpy(out, s->file, MINISIGN_SIGNATURE);
	memcpy(out + MINISIGN_SIGNATURE, s->comment, strlen(s->comment));
	return MINISIGN_SIGNATURE + strlen(s->comment);
}

bool minisign_check(const struct minisign_signature *s, const struct minisign_public *key,
		    const uint8_t hash[MINISIGN_HASH])
{
	uint8_t global[MINISIGN_SIGNATURE + MINISIGN_COMMENT];
	size_t len = global_text(s, global);

	return memcmp(s->id, key->id, MINISIGN_ID) == 0 &&
	       crypto_sign_verify_detached(s->file, hash, MINISIGN_HASH, key->key) == 0 &&
	       crypto_sign_verify_detached(s->global, global, len, key->key) == 0;
}

void minisign_sign(const struct minisign_secret *key, const uint8_t hash[MINISIGN_HASH],
		   const char *comment, struct minisign_signature *out)
{
	uint8_t global[MINISIGN_SIGNATURE + MINISIGN_COMMENT];

	memcpy(out->id, key->id, sizeof(out->id));
	snprintf(out->comment, sizeof(out->comment), "%s", comment);
	crypto_sign_detached(out->file, NULL, hash, MINISIGN_HASH, key->key);
	crypto_sign_detached(out->global, NULL, global, global_text(out, global), key->key);
}

void minisign_signature_format(const struct minisign_signature *s, struct buf *out)
{
	struct signature_raw raw;

	memcpy(raw.algorithm, PREHASHED, 2);
	memcpy(raw.id, s->id, sizeof(raw.id));
	memcpy(raw.signature, s->file, sizeof(raw.signature));
	buf_printf(out, UNTRUSTED "signature of what follows\n");
	base64_append(out, &raw, sizeof(raw));
	buf_printf(out, TRUSTED "%s\n", s->comment);
	base64_append(out, s->global, sizeof(s->global));
}

int minisign_hash(int fd, uint8_t hash[MINISIGN_HASH])
{
	static uint8_t block[BLOCK];
	crypto_generichash_state state;
	ssize_t got;

	crypto_generichash_init(&state, NULL, 0, MINISIGN_HASH);
	while ((got = read(fd, block, sizeof(block))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		crypto_generichash_update(&state, block, (size_t)got);
	}
	crypto_generichash_final(&state, hash, MINISIGN_HASH);
	return 0;
}
