// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xe help, and the script that completes commands and their parameters in bash. Both are the tables
 * in other words.
 */
#include "xe/help.h"

#include <stdio.h>
#include <string.h>

#include "xe/die.h"
#include "xe/generated.h"
#include "xe/verbs.h"

bool kind_writable(const struct kind *k)
{
	const struct model_class *c = model_class_find(k->class);

	for (size_t i = 0; i < c->nr_fields; i++) {
		if (field_writable(c, &c->fields[i]))
			return true;
	}
	return false;
}

static void usage(void)
{
	printf("usage: xe [-s SERVER] [-p PORT] [-u USER] [-pw PASSWORD | -pwf FILE] COMMAND\n"
	       "          [--FLAG] [NAME=VALUE ...]\n"
	       "\n"
	       "Without -s it manages this host, as root. XE_EXTRA_ARGS and ~/.xe may say more:\n"
	       "server=, port=, username=, password=, passwordfile=, fingerprint=.\n"
	       "  --minimal         only values, for scripts\n"
	       "  --multiple        a command that changes something may mean several objects\n"
	       "  --fingerprint=F   the host's certificate has this SHA-256 fingerprint\n"
	       "  --no-ssl-verify   whatever certificate it has\n"
	       "\n");
}

static void verb_line(const struct verb *v)
{
	printf("  %-32s %s\n", v->name, v->doc);
}

static void generated_lines(const struct kind *k)
{
	for (size_t i = 0; i < nr_generated_commands; i++) {
		const struct generated *g = &generated_commands[i];
		char name[80];

		snprintf(name, sizeof(name), "%s-%s", k->name, g->name);
		if (!g->writes || kind_writable(k))
			printf("  %-32s %s\n", name, g->doc);
	}
}

static void help_list(bool all)
{
	const struct kind *k;

	usage();
	printf("Commands (xe help COMMAND says more; xe help --all lists all):\n");
	for (size_t i = 0; i < nr_all_verbs; i++) {
		for (const struct verb *v = all_verbs[i]; v->name; v++)
			verb_line(v);
	}
	if (!all)
		printf("\nAnd for each class KIND-list, KIND-param-list, -get, -set, -add, "
		       "-remove, -clear:\n ");
	for (size_t i = 0; (k = kind_at(i)); i++) {
		if (all)
			generated_lines(k);
		else
			printf(" %s", k->name);
	}
	if (!all)
		printf("\n");
}

static void help_generated(const struct kind *k, const struct generated *g)
{
	static struct column columns[MAX_COLUMNS];
	size_t nr = columns_all(k, columns);

	printf("xe %s-%s %s\n    %s\n\n%s: %s\nparameters:\n", k->name, g->name, g->args, g->doc,
	       k->name, model_class_find(k->class)->doc);
	for (size_t i = 0; i < nr; i++)
		printf("  %-36s (%3s)  %s\n", columns[i].name, column_mode(k, &columns[i]),
		       columns[i].part == PART_NAME ? "Its name" : columns[i].field->doc);
}

static void help_command(const char *command)
{
	const struct verb *v = verb_find(command);
	const struct generated *g = NULL;
	const struct kind *k;
	const char *rest;

	if (v) {
		printf("xe %s %s%s%s\n    %s\n", v->name, v->kind ? v->kind : "",
		       v->kind ? "=NAME-or-UUID " : "", v->args, v->doc);
		if (v->kind)
			printf("Which %s: also uuid=, or field=value; several with --multiple.\n",
			       v->kind);
		return;
	}
	k = kind_of_command(command, &rest);
	g = k ? generated_find(rest) : NULL;
	if (!g)
		die(EXIT_USAGE, "there is no command '%s'; see: xe help --all", command);
	help_generated(k, g);
}

void help_run(struct request *r)
{
	bool all = request_flag(r, "all"), some = false;

	for (size_t i = 0; i < r->nr; i++) {
		if (*r->params[i].key)
			continue;
		r->params[i].used = true;
		help_command(r->params[i].value);
		some = true;
	}
	request_finish(r);
	if (!some)
		help_list(all);
}

/* ---- completion ------------------------------------------------------------------------------ */

static void words_of_args(const char *args)
{
	struct verb_arg arg;

	while (verb_arg_next(&args, &arg)) {
		if (arg.name[0] == '-' || (arg.name[0] >= 'a' && arg.name[0] <= 'z'))
			printf(" %s%s", arg.name, arg.name[0] == '-' ? "" : arg.map ? ":" : "=");
	}
}

static void verb_case(const struct verb *v)
{
	printf("%s) words=\"", v->name);
	if (v->kind)
		printf("%s= uuid= --multiple", v->kind);
	words_of_args(v->args);
	printf("\";;\n");
}

static void kind_case(const struct kind *k)
{
	static struct column columns[MAX_COLUMNS];
	size_t nr = columns_all(k, columns);

	printf("%s-list|%s-param-*) words=\"--minimal params= param-name= param-key= %s=", k->name,
	       k->name, k->name);
	for (size_t i = 0; i < nr; i++)
		printf(" %s=", columns[i].name);
	printf("\";;\n");
}

/* Values of a selector are asked of the host. */
static const char script_end[] =
	"*) words=;;\n"
	"esac\n"
	"local key=${cur%%=*} kind=${COMP_WORDS[1]%%-*}\n"
	"if [[ $cur == *=* && ( $key == uuid || $key == \"$kind\" ) ]]; then\n"
	"	local field=uuid\n"
	"	[ \"$key\" = uuid ] || field=name-label\n"
	"	local IFS=$'\\n'\n"
	"	COMPREPLY=($(compgen -W \"$(xe \"$kind-list\" params=$field --minimal 2>/dev/null "
	"</dev/null | tr , '\\n')\" -- \"${cur#*=}\"))\n"
	"	return\n"
	"fi\n"
	"COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	"}\n"
	"complete -o nospace -o default -F _xe xe\n";

void completion_print(void)
{
	const struct kind *k;

	printf("# Completion of xe for bash; written by xe --completion.\n"
	       "_xe() {\n"
	       "local cur words=\n"
	       /* Without breaking words at '=' and ':'. */
	       "cur=${COMP_LINE:0:COMP_POINT}; cur=${cur##* }\n"
	       "if ((COMP_CWORD == 1)); then\n"
	       "COMPREPLY=($(compgen -W \"help");
	for (size_t i = 0; i < nr_all_verbs; i++) {
		for (const struct verb *v = all_verbs[i]; v->name; v++)
			printf(" %s", v->name);
	}
	for (size_t i = 0; (k = kind_at(i)); i++) {
		for (size_t j = 0; j < nr_generated_commands; j++) {
			if (!generated_commands[j].writes || kind_writable(k))
				printf(" %s-%s", k->name, generated_commands[j].name);
		}
	}
	printf("\" -- \"$cur\"))\nreturn\nfi\ncase ${COMP_WORDS[1]} in\n");
	for (size_t i = 0; i < nr_all_verbs; i++) {
		for (const struct verb *v = all_verbs[i]; v->name; v++)
			verb_case(v);
	}
	for (size_t i = 0; (k = kind_at(i)); i++)
		kind_case(k);
	printf("%s", script_end);
}
