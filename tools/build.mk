# SPDX-License-Identifier: GPL-2.0-or-later
#
# make lint: how the tree reads. The checks are in tools/lint; headers are compiled and analysed
# with the flags of their folder. One check alone: make lint CHECK=format

CHECK ?=

.PHONY: lint
lint: $(B)/host-deps/build $(B)/host-deps/lint ## formatting, static analysis, headers, licences, house rules
	@$(PYTHON) tools/lint --flags 'hypervisor=$(HV_CFLAGS)' $(CHECK)
