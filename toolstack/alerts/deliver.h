// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages that also go elsewhere: by e-mail and to a webhook. What is to be sent waits in a
 * folder, a file each, so that neither an end of the daemon nor of the network loses it.
 */
#ifndef ALERTS_DELIVER_H
#define ALERTS_DELIVER_H

#include "api/api.h"
#include "courier/courier.h"

#define QUEUE_MAX 500

/*
 * The folder is made. pause_ms: before the second try, twice that before the third ... -1 with the
 * reason.
 */
int deliver_open(const char *folder, int64_t pause_ms, struct api *api, struct courier *courier,
		 struct reason *why);
/*
 * A message was made (over: what it tells of has ended). It goes where the pool's other_config says
 * that messages of its priority go.
 */
void deliver(const json_t *message, bool over);
/* A message that was there when we began: sent, if it was made after the last one that was. */
void deliver_missed(const json_t *message);
/* Sends some of what waits. */
void deliver_tend(const char *host_uuid);

/* mail.c, webhook.c: whether it was sent; -1 with the reason. settings: the pool's other_config. */
int mail_send(struct courier *c, struct api *api, const json_t *settings, const json_t *item,
	      struct reason *why);
int webhook_send(struct courier *c, struct api *api, const json_t *settings, const json_t *item,
		 struct reason *why);
/* The text of the secret of that UUID. False: there is none. */
bool secret_read(struct api *api, const char *uuid, struct buf *text);

#endif
