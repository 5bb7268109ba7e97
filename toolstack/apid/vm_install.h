// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM that is installed from a repository: its first start begins the installer that is there.
 */
#ifndef APID_VM_INSTALL_H
#define APID_VM_INSTALL_H

#include <jansson.h>

#include "apid/object.h"

/* The argument of vm.start, where other_config:install-repository is an URL. */
void install_put(json_t *args, const struct object *vm);
/* The installer has begun: from now on the VM boots what is on its disk. */
void install_begun(struct object *vm);

#endif
