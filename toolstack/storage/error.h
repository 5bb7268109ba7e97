// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Why an operation on storage was refused or failed: a code that a program can act on, named as
 * XenAPI names it, and a text for people that names the object and the reason.
 */
#ifndef TOOLSTACK_STORAGE_ERROR_H
#define TOOLSTACK_STORAGE_ERROR_H

#include "lib/log.h"

#define ERR_UUID_INVALID    "UUID_INVALID"  /* no such repository or disk */
#define ERR_VALUE           "INVALID_VALUE" /* an argument makes no sense */
#define ERR_UNSUPPORTED     "SR_OPERATION_NOT_SUPPORTED"
#define ERR_SR_IN_USE       "SR_IN_USE" /* its disk, or a disk in it, is in use */
#define ERR_SR_NOT_EMPTY    "SR_NOT_EMPTY"
#define ERR_SR_FULL         "SR_FULL"
#define ERR_SR_UNAVAILABLE  "SR_UNAVAILABLE" /* a disk of it is missing, a server is silent */
#define ERR_SR_BUSY         "SR_BUSY"        /* another operation did not end in time */
#define ERR_SR_LOGIN        "SR_BACKEND_FAILURE_68" /* an iSCSI target refuses name or password */
#define ERR_DEVICE_HAS_DATA "DEVICE_HAS_DATA"       /* only with force */
#define ERR_DEVICE_IN_USE   "DEVICE_IN_USE"         /* not even with force */
#define ERR_VDI_IN_USE      "VDI_IN_USE"
#define ERR_VDI_READ_ONLY   "VDI_READONLY"
#define ERR_NOT_UNIQUE      "LOCATION_NOT_UNIQUE" /* an image of that name is there */
#define ERR_STREAM          "VDI_CONTENT_ERROR"   /* a stream too short, too long or unreadable */
#define ERR_BACKEND         "SR_BACKEND_FAILURE"

struct sr_error {
	const char *code;
	struct reason why;
};

/* Both always return -1, so that a refusal is one statement. The second adds the text of errno. */
int sr_fail(struct sr_error *e, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int sr_fail_errno(struct sr_error *e, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
