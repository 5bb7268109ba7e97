// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A folder of a test's own to work in, and paths from there: whoever tests beside it has another.
 */
#ifndef TEST_OWN_FOLDER_H
#define TEST_OWN_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char own_folder[32];

/* For cmocka's fixtures: before and after one test, or all. */
static inline int own_folder_enter(void **state)
{
	(void)state;
	strcpy(own_folder, "/tmp/socle-unit-XXXXXX");
	return mkdtemp(own_folder) && chdir(own_folder) == 0 ? 0 : -1;
}

static inline int own_folder_leave(void **state)
{
	char command[48];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", own_folder);
	return chdir("/") == 0 ? system(command) : -1;
}

#endif
