// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef TOOLSTACK_ZONE_H
#define TOOLSTACK_ZONE_H

/*
 * The host's time zone as it is now: before localtime_r() and mktime() in a program that runs for
 * longer than the zone stays what it is. musl reads the zone once for each text in TZ.
 */
void zone_follow(void);

#endif
