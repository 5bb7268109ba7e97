// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keys and signatures in minisign's format: Ed25519 over the BLAKE2b-512 of a file, each in lines
 * of base64, so that `minisign` can make and check them, too. A bundle is a signature's four lines,
 * and behind them the file that they sign.
 */
#ifndef INSTALLER_MINISIGN_H
#define INSTALLER_MINISIGN_H

#include "lib/bytes.h"
#include "lib/log.h"

#define MINISIGN_ID        8
#define MINISIGN_KEY       32
#define MINISIGN_SECRET    64
#define MINISIGN_SIGNATURE 64
#define MINISIGN_HASH      64
#define MINISIGN_COMMENT   256
#define MINISIGN_MAX       1024 /* no signature's four lines are longer */

struct minisign_public {
	uint8_t id[MINISIGN_ID];
	uint8_t key[MINISIGN_KEY];
};

struct minisign_secret {
	uint8_t id[MINISIGN_ID];
	uint8_t key[MINISIGN_SECRET];
};

struct minisign_signature {
	uint8_t id[MINISIGN_ID];
	uint8_t file[MINISIGN_SIGNATURE];   /* of the file's hash */
	uint8_t global[MINISIGN_SIGNATURE]; /* of that signature and the comment */
	char comment[MINISIGN_COMMENT];     /* trusted, once it has been checked */
};

/* One line of base64, as in the second line of a file KEY.pub. */
bool minisign_public_parse(const char *line, struct minisign_public *out);
/* The whole text of a secret key's file, which must not be encrypted. */
int minisign_secret_parse(const char *text, struct minisign_secret *out, struct reason *why);
/* The four lines at the beginning of text; *used is where the signed file begins. */
int minisign_signature_parse(struct bytes text, struct minisign_signature *out, size_t *used,
			     struct reason *why);
/* Is it this key's, of a file with that hash? */
bool minisign_check(const struct minisign_signature *s, const struct minisign_public *key,
		    const uint8_t hash[MINISIGN_HASH]);

void minisign_sign(const struct minisign_secret *key, const uint8_t hash[MINISIGN_HASH],
		   const char *comment, struct minisign_signature *out);
void minisign_signature_format(const struct minisign_signature *s, struct buf *out);
void minisign_generate(struct minisign_public *public, struct minisign_secret *secret);
void minisign_public_format(const struct minisign_public *key, struct buf *out);
void minisign_secret_format(const struct minisign_secret *key, struct buf *out);

/* The rest of a file from where it is open; -1 with errno. */
int minisign_hash(int fd, uint8_t hash[MINISIGN_HASH]);

#endif
