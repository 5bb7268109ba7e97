// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's certificate, from and to files.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "xe/die.h"
#include "xe/verbs.h"

#define FILE_MAX (64 * 1024)

static json_t *file_text(const char *file)
{
	struct buf text = { 0 };
	json_t *v;

	if (!file)
		return json_string("");
	if (buf_read_file(&text, file, FILE_MAX) < 0)
		request_wrong("%s: %s", file, strerror(errno));
	v = json_stringn(text.data ? text.data : "", text.len);
	if (!v)
		request_wrong("%s: it is no text", file);
	buf_free(&text);
	return v;
}

static void certificate_install(struct api *api, struct request *r)
{
	const char *own = request_need(r, "certificate"), *key = request_need(r, "private-key"),
		   *chain = request_get(r, "certificate-chain"), *host = object_master(api);

	request_get(r, "host");
	request_get(r, "uuid");
	request_finish(r);
	json_decref(api_call(
		api, "host.install_server_certificate",
		json_pack("[sooo]", host, file_text(own), file_text(key), file_text(chain))));
}

const struct verb certificate_verbs[] = {
	{ "host-server-certificate-install", NULL, NULL, NULL,
	  "certificate= private-key= [certificate-chain=]",
	  "gives the host a certificate: files in PEM", certificate_install, false },
	{ "host-get-server-certificate", "host", "host.get_server_certificate", NULL, "",
	  "the one that it shows, in PEM", NULL, true },
	{ "host-reset-server-certificate", "host", "host.reset_server_certificate", NULL, "",
	  "a new one, signed by itself", NULL, true },
	{ "host-refresh-server-certificate", "host", "host.refresh_server_certificate", NULL, "",
	  "the same", NULL, true },
	{ "host-emergency-reset-server-certificate", NULL,
	  "host.emergency_reset_server_certificate", NULL, "", "the same", NULL, true },
	{ "host-restore-server-certificate", "host", "host.restore_server_certificate", NULL, "",
	  "the one that it had before", NULL, true },
	{ "host-acme-enable", "host", "host.acme_enable", NULL, "directory= [contact=] names=",
	  "a certificate of an authority that speaks ACME: https://..., NAME,NAME", NULL, false },
	{ "host-acme-renew", "host", "host.acme_renew", NULL, "", "another one now", NULL, false },
	{ "host-acme-disable", "host", "host.acme_disable", NULL, "",
	  "no more of them; the present one stays", NULL, true },
	{ 0 },
};
