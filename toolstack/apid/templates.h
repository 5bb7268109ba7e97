// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The templates that come with the host, for systems that people install. Made at the start where
 * they are missing; what a user has changed in one stays.
 */
#ifndef APID_TEMPLATES_H
#define APID_TEMPLATES_H

/* In a transaction. */
void templates_make(void);

#endif
