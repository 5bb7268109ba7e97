// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A message as JSON, POSTed. Settings, in the pool's other_config: webhook-url,
 * webhook-min-priority, and webhook-secret, the UUID of a secret: the body is signed with it, as
 * "X-Socle-Signature: sha256=" and its HMAC in hexadecimal digits.
 */
#include <mbedtls/md.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alerts/deliver.h"
#include "lib/curl.h"

#define SEND_MS 60000

static const char *text_of(const json_t *o, const char *field)
{
	const char *text = json_string_value(json_object_get(o, field));

	return text ? text : "";
}

static char *body_write(const json_t *item)
{
	char host[256] = "", *text;
	json_t *body = json_deep_copy(item);

	gethostname(host, sizeof(host) - 1);
	json_object_set_new(body, "host", json_string(host));
	text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(body);
	return text;
}

static int sign(struct buf *config, const struct buf *key, const struct buf *body,
		struct reason *why)
{
	char header[128] = "X-Socle-Signature: sha256=";
	size_t at = strlen(header);
	unsigned char mac[32];

	if (mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
			    (const unsigned char *)key->data, key->len,
			    (const unsigned char *)body->data, body->len, mac) != 0)
		return reason_set(why, "the signature failed");
	for (size_t i = 0; i < sizeof(mac); i++)
		at += (size_t)snprintf(header + at, sizeof(header) - at, "%02x", mac[i]);
	curl_option(config, "header", header);
	return 0;
}

static int config_write(struct buf *config, struct api *api, const json_t *settings,
			const struct buf *body, struct reason *why)
{
	const char *secret = text_of(settings, "webhook-secret");
	struct buf key = { 0 };
	int rc = 0;

	courier_config(config, text_of(settings, "webhook-url"));
	buf_printf(config, "data-binary = \"@-\"\n");
	curl_option(config, "header", "Content-Type: application/json");
	if (!*secret)
		return 0;
	if (secret_read(api, secret, &key))
		rc = sign(config, &key, body, why);
	else
		rc = reason_set(why, "other_config:webhook-secret: there is no such secret");
	if (key.data)
		explicit_bzero(key.data, key.len);
	buf_free(&key);
	return rc;
}

int webhook_send(struct courier *c, struct api *api, const json_t *settings, const json_t *item,
		 struct reason *why)
{
	struct buf config = { 0 }, body = { 0 };
	char *text = body_write(item);
	int rc = -1;

	if (text)
		buf_printf(&body, "%s", text);
	if (!text || body.failed)
		reason_set(why, "out of memory");
	else
		rc = config_write(&config, api, settings, &body, why);
	if (rc == 0)
		rc = courier_run(c, &config, &body, NULL, 0, SEND_MS, why);
	free(text);
	buf_free(&config);
	buf_free(&body);
	return rc;
}
