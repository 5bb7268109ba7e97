# SPDX-License-Identifier: GPL-2.0-or-later
#
# make soak: random lives of guests for an hour (tests/soak/soak.py). Never part of a test.
# SOAK_MINUTES=n; SOAK_SEED=n makes a run again.

SOAK_MINUTES ?= 60
SOAK_SEED ?=

.PHONY: soak
soak: $(SYSTEM_NEEDS) ## an hour of random lives of guests; then nothing may be left
	@PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/soak/soak.py --build $(B) \
		--hypervisor $(HYPERVISOR) --minutes $(SOAK_MINUTES) \
		$(if $(SOAK_SEED),--seed $(SOAK_SEED))
