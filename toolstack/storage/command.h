// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command `storage`: words, options as name=value or --name value, and what they mean to the
 * library.
 */
#ifndef TOOLSTACK_STORAGE_COMMAND_H
#define TOOLSTACK_STORAGE_COMMAND_H

#include "storage/sr.h"

enum { EXIT_OK, EXIT_FAILED, EXIT_USAGE };

#define COMMAND_WORDS 4

struct command_line {
	const char *words[COMMAND_WORDS]; /* beyond "sr create" */
	unsigned int nr_words;
	const char *name, *description, *uuid, *type, *size, *pool_size, *when_full, *sr;
	const char *chap_user, *chap_password_file;
	bool force;
};

struct command {
	const char *object, *verb; /* "sr", "create"; object NULL: a verb alone */
	int (*run)(const struct command_line *c, struct sr_error *e);
	unsigned int least, most; /* words */
	const char *arguments, *help;
};

/* Ends with a row whose verb is NULL. */
extern const struct command sr_commands[], vdi_commands[];

/* A text from the command line (NULL: "") into a field of a struct sr or vdi. */
int command_text(char *to, size_t room, const char *what, const char *from, struct sr_error *e);
/* A size from the command line. */
int command_size(const char *text, uint64_t *bytes, struct sr_error *e);
/* chap-user= and chap-password-file=; both may be missing. */
int command_login(const struct command_line *c, struct iscsi_login *l, struct sr_error *e);
/* sr probe of a portal or a target. */
int command_probe_iscsi(const struct command_line *c, struct sr_error *e);
int command_initiator(const struct command_line *c, struct sr_error *e);

#endif
