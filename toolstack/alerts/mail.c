// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A message as e-mail. Settings, in the pool's other_config, the first three XenServer's:
 * mail-destination, ssmtp-mailhub (HOST[:PORT]), mail-min-priority; mail-sender; mail-tls: none,
 * starttls (refused where it does not work), tls, or nothing: where it works; mail-user and
 * mail-password-secret, the UUID of a secret.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alerts/deliver.h"
#include "lib/curl.h"

#define SEND_MS  60000
#define LINE_MAX 900 /* SMTP allows 998 bytes */

static const char *text_of(const json_t *o, const char *field)
{
	const char *text = json_string_value(json_object_get(o, field));

	return text ? text : "";
}

/* In a header: what would end it, or is not ASCII, becomes "?". */
static void header_text(struct buf *mail, const char *text)
{
	for (; *text; text++) {
		char c = *text >= ' ' && *text < 0x7f ? *text : '?';

		buf_append(mail, &c, 1);
	}
}

static void body_text(struct buf *mail, const char *text)
{
	size_t column = 0;

	for (; *text; text++) {
		bool begins = ((unsigned char)*text & 0xc0) != 0x80;

		if (*text == '\n' || (column >= LINE_MAX && begins)) {
			buf_append(mail, "\r\n", 2);
			column = 0;
		}
		if (*text != '\n' && *text != '\r') {
			buf_append(mail, text, 1);
			column++;
		}
	}
	buf_append(mail, "\r\n", 2);
}

static void mail_write(struct buf *mail, const json_t *settings, const json_t *item,
		       const char *sender)
{
	const json_t *m = json_object_get(item, "message");
	bool over = strcmp(text_of(item, "event"), "over") == 0;
	time_t when = (time_t)json_integer_value(json_object_get(item, "time"));
	char host[256] = "", date[64];
	struct tm tm;

	gethostname(host, sizeof(host) - 1);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", gmtime_r(&when, &tm));
	buf_printf(mail, "Date: %s\r\nFrom: ", date);
	header_text(mail, sender);
	buf_printf(mail, "\r\nTo: ");
	header_text(mail, text_of(settings, "mail-destination"));
	buf_printf(mail, "\r\nSubject: [");
	header_text(mail, host);
	buf_printf(mail, "] %s", over ? "over: " : "");
	header_text(mail, text_of(m, "name"));
	buf_printf(mail, "\r\nMessage-ID: <");
	header_text(mail, text_of(m, "uuid"));
	buf_printf(mail, "%s@", over ? ".over" : "");
	header_text(mail, host);
	buf_printf(mail, ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
			 "Content-Type: text/plain; charset=utf-8\r\n"
			 "Content-Transfer-Encoding: 8bit\r\n\r\n");
	body_text(mail, text_of(m, "body"));
	buf_printf(mail, "\r\n%s: ", text_of(m, "cls"));
	body_text(mail, text_of(m, "obj_uuid"));
	buf_printf(mail, "Priority: %d\r\nTime: ",
		   (int)json_integer_value(json_object_get(m, "priority")));
	body_text(mail, text_of(m, "timestamp"));
}

/* "a@x, b@y" */
static void recipients(struct buf *config, const char *list)
{
	char copy[1024], *rest, *one;

	snprintf(copy, sizeof(copy), "%s", list);
	for (one = strtok_r(copy, ", ;", &rest); one; one = strtok_r(NULL, ", ;", &rest))
		curl_option(config, "mail-rcpt", one);
}

static int config_write(struct buf *config, struct api *api, const json_t *settings,
			const char *sender, struct reason *why)
{
	const char *hub = text_of(settings, "ssmtp-mailhub"), *tls = text_of(settings, "mail-tls");
	const char *user = text_of(settings, "mail-user");
	const char *secret = text_of(settings, "mail-password-secret");
	struct buf login = { 0 };
	char url[512];

	if (!*hub)
		return reason_set(why, "other_config:ssmtp-mailhub is missing");
	snprintf(url, sizeof(url), "%s://%s", strcmp(tls, "tls") == 0 ? "smtps" : "smtp", hub);
	courier_config(config, url);
	curl_option(config, "mail-from", sender);
	recipients(config, text_of(settings, "mail-destination"));
	buf_printf(config, "upload-file = \"-\"\n");
	if (strcmp(tls, "starttls") == 0 || strcmp(tls, "tls") == 0)
		buf_printf(config, "ssl-reqd\n");
	/* A server that would get it without TLS gets it with any certificate. */
	else if (strcmp(tls, "none") != 0)
		buf_printf(config, "ssl\ninsecure\n");
	if (!*user)
		return 0;
	buf_printf(&login, "%s:", user);
	if (!secret_read(api, secret, &login)) {
		buf_free(&login);
		return reason_set(why,
				  "other_config:mail-password-secret: there is no such secret");
	}
	curl_option(config, "user", login.data);
	explicit_bzero(login.data, login.len);
	buf_free(&login);
	return 0;
}

int mail_send(struct courier *c, struct api *api, const json_t *settings, const json_t *item,
	      struct reason *why)
{
	struct buf config = { 0 }, mail = { 0 };
	char host[200] = "socle", sender[256];
	int rc;

	gethostname(host, sizeof(host) - 1);
	snprintf(sender, sizeof(sender), "%s", text_of(settings, "mail-sender"));
	if (!sender[0])
		snprintf(sender, sizeof(sender), "root@%s", host);
	rc = config_write(&config, api, settings, sender, why);
	mail_write(&mail, settings, item, sender);
	if (rc == 0)
		rc = mail.failed ? reason_set(why, "out of memory")
				 : courier_run(c, &config, &mail, NULL, 0, SEND_MS, why);
	buf_free(&config);
	buf_free(&mail);
	return rc;
}
