// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one who asks talks to the waiting process over a pair of sockets: it says that the block
 * device is made and in use, or closes its end, and is then told qemu-nbd's last words.
 */
#include "devices/qcow2_serve.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "devices/file_shown.h"
#include "devices/nbd.h"

#define PROGRAM      "/usr/sbin/qemu-nbd"
#define EMPTY_ROOT   "/run/empty"
#define LOG_FILE     "/var/log/xen/qcow2.log"
#define USER_BASE    100000 /* each guest's servers are a user of their own */
#define LAST_WORDS   200
#define WORDS_MAX    32 /* lines of one server that go into the log */
#define LAST_WORD_MS 5000

/* Descriptors of the waiting process and of qemu-nbd, which expects its socket at 3. */
enum { FD_LISTEN = 3, FD_IMAGE, FD_STATUS, FD_PROGRAM, FD_END };

/* ---- qemu-nbd ---------------------------------------------------------------------------- */

static int limit(int what, rlim_t most)
{
	return setrlimit(what, &(struct rlimit){ most, most });
}

/* For good. Whatever fails here, it does not start. */
static int confine(unsigned int domid)
{
	const uid_t user = USER_BASE + domid;

	if (unshare(CLONE_NEWNET | CLONE_NEWIPC) < 0)
		return -1;
	if (chroot(EMPTY_ROOT) < 0 || chdir("/") < 0)
		return -1;
	if (limit(RLIMIT_CORE, 0) < 0 || limit(RLIMIT_NOFILE, 64) < 0 ||
	    limit(RLIMIT_AS, 512 << 20) < 0)
		return -1;
	if (setgroups(0, NULL) < 0 || setresgid(user, user, user) < 0 ||
	    setresuid(user, user, user) < 0)
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static _Noreturn void run_server(const struct qcow2_job *job, int complaints)
{
	/* Little memory for tables: 2 MiB of them serve 16 GiB without a second look. */
	char image[] = "json:{\"driver\":\"qcow2\",\"backing\":null,\"l2-cache-size\":2097152,"
		       "\"file\":{\"driver\":\"file\",\"filename\":\"/dev/fdset/4\","
		       "\"locking\":\"off\"}}";
	char *argv[] = { "qemu-nbd",
			 job->direct ? "--cache=none" : "--cache=writeback",
			 job->direct ? "--aio=native" : "--aio=threads",
			 "--discard=unmap",
			 image,
			 job->readonly ? "--read-only" : NULL,
			 NULL };
	char pid[40];
	char *environment[] = { "LISTEN_FDS=1", pid, NULL };

	snprintf(pid, sizeof(pid), "LISTEN_PID=%ld", (long)getpid());
	fcntl(FD_STATUS, F_SETFD, FD_CLOEXEC);
	fcntl(FD_PROGRAM, F_SETFD, FD_CLOEXEC);
	if (dup2(complaints, STDERR_FILENO) >= 0 && confine(job->domid) == 0)
		syscall(SYS_execveat, FD_PROGRAM, "", argv, environment, AT_EMPTY_PATH);
	dprintf(STDERR_FILENO, "it cannot be started: %s\n", strerror(errno));
	_exit(127);
}

/* ---- the process that waits for it ------------------------------------------------------- */

struct watch {
	const struct qcow2_job *job;
	const char *backend;
	pid_t server;
	int complaints;
	char words[LAST_WORDS];
};

/* Lines for people: nothing in them that is no text. */
static void keep_words(struct watch *w, const char *line, unsigned int nr)
{
	const char *named = strstr(line, "': ");

	/* Behind the program's name, and what we called the image to it. */
	if (named)
		line = named + 3;
	else if (strncmp(line, "qemu-nbd: ", 10) == 0)
		line += 10;
	snprintf(w->words, sizeof(w->words), "%.*s", LAST_WORDS - 1, line);
	for (char *c = w->words; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	if (nr < WORDS_MAX)
		log_warning("%s: qemu-nbd: %s", w->job->target, w->words);
}

/* Until it has ended; returns its status. */
static int listen_to(struct watch *w)
{
	FILE *f = fdopen(w->complaints, "r");
	char line[1024];
	int status = 0;

	for (unsigned int nr = 0; f && fgets(line, sizeof(line), f); nr++) {
		line[strcspn(line, "\n")] = '\0';
		keep_words(w, line, nr);
	}
	while (waitpid(w->server, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void tell_end(const struct watch *w, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	log_error(
		"disk %s of domain %u: %s: qemu-nbd was ended by %s %d: the guest's requests fail",
		w->job->vdev, w->job->domid, w->job->target,
		WIFSIGNALED(status) ? "signal" : "an error, status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	nbd_disconnect(w->backend);
}

static _Noreturn void wait_for_server(struct watch *w)
{
	char go;
	int status;

	if (recv(FD_STATUS, &go, 1, 0) == 1) {
		close(FD_STATUS);
		tell_end(w, listen_to(w));
		_exit(0);
	}
	/* Whoever asked may have been killed with a device made, and not opened. */
	nbd_disconnect(w->backend);
	kill(w->server, SIGTERM);
	status = listen_to(w);
	if (!w->words[0] && WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM)
		snprintf(w->words, sizeof(w->words), "ended by signal %d", WTERMSIG(status));
	send(FD_STATUS, w->words, strlen(w->words), MSG_NOSIGNAL | MSG_DONTWAIT);
	_exit(0);
}

/* These descriptors at their places, the log at 2, and no others: some of the asker's are locks. */
static int arrange(const int from[FD_END - FD_LISTEN])
{
	int high[FD_END - FD_LISTEN], fd;

	for (int i = 0; i < FD_END - FD_LISTEN; i++) {
		high[i] = fcntl(from[i], F_DUPFD, FD_END + 1);
		if (high[i] < 0)
			return -1;
	}
	for (int i = 0; i < FD_END - FD_LISTEN; i++)
		if (dup2(high[i], FD_LISTEN + i) < 0)
			return -1;
	if (syscall(SYS_close_range, FD_END, ~0u, 0) < 0)
		return -1;
	fd = open("/dev/null", O_RDWR);
	for (int i = 0; i < FD_LISTEN; i++)
		if (dup2(fd, i) < 0)
			return -1;
	if (fd >= FD_LISTEN)
		close(fd);
	fd = open(LOG_FILE, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd >= 0) {
		dup2(fd, STDERR_FILENO);
		close(fd);
	}
	return 0;
}

static void signals_reset(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	/* As little as anything is to disturb it: a guest's disk depends on it. */
	signal(SIGHUP, SIG_IGN);
}

static _Noreturn void start_watch(const struct qcow2_job *job, const char *backend,
				  const int fds[FD_END - FD_LISTEN])
{
	struct watch w = { .job = job, .backend = backend };
	int complaints[2];

	signals_reset();
	if (setsid() < 0 || fork() != 0)
		_exit(0);
	if (arrange(fds) < 0 || pipe2(complaints, O_CLOEXEC) < 0)
		_exit(1);
	w.server = fork();
	if (w.server == 0)
		run_server(job, complaints[1]);
	w.complaints = complaints[0];
	close(complaints[1]);
	close(FD_LISTEN);
	close(FD_IMAGE);
	close(FD_PROGRAM);
	if (w.server < 0)
		_exit(1);
	wait_for_server(&w);
}

/* ---- whoever asks ------------------------------------------------------------------------ */

/* A listening socket that only root can reach, and a connection to it. */
static int connect_pair(int *listening, int *client, struct reason *why)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	mode_t mask = umask(0177);
	int rc = -1;

	snprintf(at.sun_path, sizeof(at.sun_path), "/run/qcow2-%ld.sock", (long)getpid());
	unlink(at.sun_path);
	*client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	*listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*client >= 0 && *listening >= 0 &&
	    bind(*listening, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(*listening, 1) == 0)
		rc = connect(*client, (struct sockaddr *)&at, sizeof(at));
	if (rc < 0)
		reason_errno(why, "%s", at.sun_path);
	unlink(at.sun_path);
	umask(mask);
	return rc;
}

static void close_all(const int *fds, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int start(const struct qcow2_job *job, const char *backend,
		 const int fds[FD_END - FD_LISTEN], struct reason *why)
{
	pid_t pid;

	if (mkdir(EMPTY_ROOT, 0555) < 0 && errno != EEXIST)
		return reason_errno(why, EMPTY_ROOT);
	pid = fork();
	if (pid == 0)
		start_watch(job, backend, fds);
	if (pid < 0)
		return reason_errno(why, "a process for %s", job->target);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return 0;
}

int qcow2_serve(const struct qcow2_job *job, struct qcow2_server *server, struct reason *why)
{
	int program = open(PROGRAM, O_RDONLY | O_CLOEXEC);
	int status[2] = { -1, -1 }, listening = -1, rc;
	static unsigned int count;
	struct stat st;

	server->client = -1;
	if (program < 0)
		return reason_errno(why, "%s: a qcow2 image needs " PROGRAM, job->target);
	if (fstat(job->image, &st) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, status) < 0)
		rc = reason_errno(why, "%s", job->target);
	else
		rc = connect_pair(&listening, &server->client, why);
	if (rc == 0) {
		const int fds[] = { listening, job->image, status[1], program };

		file_shown_name(server->backend, sizeof(server->backend), st.st_dev, st.st_ino,
				job->readonly, (unsigned long long)getpid() << 32 | count++);
		rc = start(job, server->backend, fds, why);
	}
	close_all((int[]){ program, listening, status[1] }, 3);
	server->status = status[0];
	if (rc < 0)
		close_all((int[]){ server->client, server->status }, 2);
	return rc;
}

void qcow2_serve_go(struct qcow2_server *server)
{
	send(server->status, "", 1, MSG_NOSIGNAL);
	close(server->status);
	close(server->client); /* the kernel has its own hold of it */
}

void qcow2_serve_stop(struct qcow2_server *server, struct reason *why)
{
	struct pollfd p = { server->status, POLLIN, 0 };
	char words[LAST_WORDS];
	ssize_t len = 0;

	close(server->client);
	shutdown(server->status, SHUT_WR);
	if (poll(&p, 1, LAST_WORD_MS) == 1)
		len = recv(server->status, words, sizeof(words), 0);
	close(server->status);
	if (len > 0) {
		struct reason before = *why;

		reason_set(why, "%.100s: %.*s", before.text, (int)len, words);
	}
}
