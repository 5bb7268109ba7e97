// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One request by curl: only https, no redirection, bounded in size and time.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acme/acme.h"
#include "lib/curl.h"

#define ANSWER_MAX (512 * 1024)

static const struct curl_rules rules = {
	.protocols = "=https",
	.agent = "Socle",
	.connect_seconds = 20,
	.seconds = 60,
	.size_max = 400000,
};

static _Noreturn void curl_run(const char *url, const char *body, int out, int err)
{
	struct curl_args args;

	curl_args(&args, "curl", &rules);
	curl_arg(&args, "--include", NULL);
	if (body) {
		curl_arg(&args, "--header", "Content-Type: application/jose+json");
		/* Not from a file, whatever it begins with. */
		curl_arg(&args, "--data-raw", body);
	}
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execvp("curl", (char *const *)curl_args_url(&args, url));
	_exit(126);
}

/* Until its end; more than limit is read and forgotten. */
static void text_read(int fd, struct buf *text, size_t limit)
{
	char part[8192];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0 && text->len + (size_t)n <= limit)
			buf_append(text, part, (size_t)n);
	close(fd);
}

int http_request(const char *url, const char *body, struct answer *answer, struct reason *why)
{
	struct buf text = { 0 }, said = { 0 };
	int out[2], err[2], status = -1, rc = -1;
	pid_t pid;

	*answer = (struct answer){ 0 };
	if (strncmp(url, "https://", 8) != 0)
		return reason_set(why, "%.100s: expected https://", url);
	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		return reason_errno(why, "a pipe");
	pid = fork();
	if (pid == 0)
		curl_run(url, body, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	text_read(out[0], &text, ANSWER_MAX);
	text_read(err[0], &said, 4096);
	if (pid > 0)
		waitpid(pid, &status, 0);
	if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		reason_set(why, "%.150s: %.*s", url, said.data ? (int)strcspn(said.data, "\n") : 0,
			   said.data ? said.data : "");
	else if (answer_parse(answer, &text) < 0)
		reason_set(why, "%.150s: its answer is no HTTP", url);
	else
		rc = 0;
	buf_free(&text);
	buf_free(&said);
	return rc;
}
