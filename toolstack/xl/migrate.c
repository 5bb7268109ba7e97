// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `xl migrate` and, at the other end of an SSH connection, `xl migrate-receive`: what `xl save`
 * writes goes through the connection while the guest runs. Then, in lines:
 *
 *	receiver: ready		it has all, and the domain is complete
 *	sender: go		its own is renamed, and never goes on unless "failed" is heard
 *	receiver: running, or failed
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "vm/signals.h"
#include "vm/vm.h"
#include "vm/vm_save.h"
#include "xl/make.h"
#include "xl/xl.h"

#define LINE_MAX_LEN  64
#define LAST_WORDS_MS 5000
#define LOOK_US       20000
/* What each waits for the other's word. */
static const struct stream_wait ready_wait = { 120, signals_waiting };
static const struct stream_wait end_wait = { 300, NULL };

static int say(int fd, const char *line)
{
	size_t len = strlen(line);

	return write(fd, line, len) == (ssize_t)len ? 0 : -1;
}

/*
 * A line without its end, byte by byte: nothing behind it is taken. False: there is none, or the
 * wait ended first.
 */
static bool hear(int fd, char line[LINE_MAX_LEN], const struct stream_wait *wait)
{
	struct reason why;
	size_t len = 0;

	while (len < LINE_MAX_LEN - 1) {
		if (stream_wait(wait, fd, POLLIN, &why) < 0 || read(fd, line + len, 1) != 1)
			return false;
		if (line[len] == '\n') {
			line[len] = '\0';
			return true;
		}
		len++;
	}
	return false;
}

/* --- the sender ------------------------------------------------------------------------------- */

struct sending {
	struct vm_save save;
	const char *host;
	pid_t pid;
	int fd;
};

/* The guest stands still, and the other side has been sent all of it. */
static int hand_over(void *arg, struct reason *why)
{
	struct sending *s = arg;
	char line[LINE_MAX_LEN], away[VM_NAME_MAX + 1], name[VM_NAME_MAX + 1];
	struct reason inner;

	if (!hear(s->fd, line, &ready_wait) || strcmp(line, "ready") != 0)
		return reason_set(why, "%s has not taken it", s->host);
	memcpy(name, s->save.name, sizeof(name));
	snprintf(away, sizeof(away), "%.*s--away", VM_NAME_MAX - 6, name);
	if (vm_rename(xl_open(), s->save.domid, away, why) < 0)
		return -1;
	s->save.given_away = true;
	if (say(s->fd, "go\n") == 0 && hear(s->fd, line, &end_wait)) {
		if (strcmp(line, "running") == 0)
			return 0;
		if (strcmp(line, "failed") == 0) {
			s->save.given_away = false;
			if (vm_rename(xl_open(), s->save.domid, name, &inner) < 0)
				log_warning("migrate: %s", inner.text);
			return reason_set(why, "%s could not start it; it goes on here", s->host);
		}
	}
	return reason_set(why,
			  "%s has not said whether it runs there: here it stays suspended, as %s; "
			  "destroy it if it does",
			  s->host, away);
}

/* ssh: how to reach the host; "": HOST is a command, whose input and output are the receiver's. */
static int connect_to(struct sending *s, const char *ssh, struct reason *why)
{
	char command[512];
	char *argv[] = {
		"sh", "-c", command, "sh", (char *)s->host, "xl", "migrate-receive", NULL
	};
	posix_spawn_file_actions_t actions;
	int pair[2], error, len;

	if (*ssh)
		len = snprintf(command, sizeof(command), "exec %s \"$@\"", ssh);
	else
		len = snprintf(command, sizeof(command), "%s", s->host);
	if (len >= (int)sizeof(command))
		return reason_set(why, "the command is too long");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return reason_errno(why, "a socket");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pair[1], 0);
	posix_spawn_file_actions_adddup2(&actions, pair[1], 1);
	error = posix_spawn(&s->pid, "/bin/sh", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pair[1]);
	s->fd = pair[0];
	/* Writing to it must not keep us from seeing an interruption, or that nobody reads. */
	fcntl(s->fd, F_SETFL, O_NONBLOCK);
	if (!error)
		return 0;
	close(pair[0]);
	errno = error;
	return reason_errno(why, "sh");
}

/*
 * If it failed, the command may have the other side's reason to show yet; but a connection that
 * stands still would keep it for ever.
 */
static void end_connection(const struct sending *s, bool failed)
{
	int64_t until = now_ms() + LAST_WORDS_MS;

	close(s->fd);
	for (; failed && now_ms() < until; usleep(LOOK_US))
		if (waitpid(s->pid, NULL, WNOHANG) != 0)
			return;
	if (failed)
		kill(s->pid, SIGTERM);
	waitpid(s->pid, NULL, 0);
}

static void report(const struct sending *s)
{
	const struct save_figures *f = &s->save.figures;

	printf("%s: %llu MiB in %.1f s while it ran, %llu MiB again in %u rounds; it stood still "
	       "for %.2f s, and %llu KiB\n",
	       s->save.name, (unsigned long long)f->pages >> 8, s->save.running,
	       (unsigned long long)f->again >> 8, f->rounds, s->save.writing,
	       (unsigned long long)f->last << 2);
	if (xl_verbose)
		fprintf(stderr, "suspending took %.2f s, %llu MiB were sent\n", s->save.suspending,
			(unsigned long long)f->written >> 20);
}

int cmd_migrate(int argc, char **argv)
{
	struct sending s = { .save = { .live = true, .standing = hand_over } };
	const char *ssh = "ssh";
	struct reason why;
	int opt, rc;

	while ((opt = getopt(argc, argv, "s:v")) != -1) {
		switch (opt) {
		case 's': ssh = optarg; break;
		case 'v': xl_verbose++; break;
		default: return xl_usage();
		}
	}
	if (optind != argc - 2)
		return xl_usage();
	if (!xl_guest(argv[optind], &s.save.domid, "this is the control domain"))
		return XL_FAILED;
	s.host = argv[optind + 1];
	s.save.arg = &s;
	/* The other side's end is an error of writing, and no reason to leave a guest suspended. */
	signal(SIGPIPE, SIG_IGN);
	if (connect_to(&s, ssh, &why) < 0)
		return xl_failed(&why);
	s.save.fd = s.fd;
	rc = vm_save(xl_open(), &s.save, &why);
	end_connection(&s, rc < 0);
	if (rc < 0)
		return xl_failed(&why);
	report(&s);
	return XL_OK;
}

/* --- the receiver ----------------------------------------------------------------------------- */

/* As any restored VM, under another name until the sender has let go of it. */
static int receive(struct xencall *xc, const struct vm_config *vm, void *arg, struct vm_hold *hold,
		   domid_t *domid, struct reason *why)
{
	struct vm_restore *r = arg;
	char line[LINE_MAX_LEN];
	char *end = r->vm.name + strlen(r->vm.name) - strlen(VM_INCOMING);
	int rc = vm_restore_make(xc, vm, arg, hold, domid, why);

	if (rc < 0)
		return -1;
	if (say(STDOUT_FILENO, "ready\n") < 0 || !hear(STDIN_FILENO, line, &ready_wait) ||
	    strcmp(line, "go") != 0) {
		rc = reason_set(why, "the sender keeps it");
	} else {
		*end = '\0';
		rc = vm_rename(xc, *domid, r->vm.name, why);
	}
	if (rc < 0)
		vm_end(xc, *domid);
	return rc;
}

int cmd_migrate_receive(int argc, char **argv)
{
	static struct vm_restore r;
	char name[VM_NAME_MAX + 1];
	struct make_options making = {
		.vm = { .make = receive, .arg = &r, .vm = &r.vm, .incoming = name },
	};
	struct reason why;
	int opt, rc;

	while ((opt = getopt(argc, argv, "ep")) != -1) {
		switch (opt) {
		case 'e': making.vm.unattended = true; break;
		case 'p': making.vm.paused = true; break;
		default: return xl_usage();
		}
	}
	if (optind != argc)
		return xl_usage();
	signal(SIGPIPE, SIG_IGN);
	if (vm_restore_open_stream(&r, STDIN_FILENO, &why) < 0) {
		rc = xl_failed(&why);
	} else if (strlen(r.vm.name) + strlen(VM_INCOMING) > VM_NAME_MAX) {
		reason_set(&why, "%s: the name is too long to come here", r.vm.name);
		rc = xl_failed(&why);
	} else {
		strcpy(name, r.vm.name);
		strcat(r.vm.name, VM_INCOMING);
		rc = make_vm(&making);
	}
	vm_restore_close(&r);
	say(STDOUT_FILENO, rc == XL_OK ? "running\n" : "failed\n");
	return rc;
}
