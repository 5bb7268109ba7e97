# SPDX-License-Identifier: GPL-2.0-or-later
XENSTORED_TEST := -iquote toolstack -D_GNU_SOURCE
XENSTORED_PARTS := $(addprefix toolstack/xenstored/,conn.c journal.c path.c request.c \
		     request_node.c request_session.c ring.c transaction.c tree.c usage.c watch.c) \
		   $(addprefix toolstack/lib/,bytes.c log.c)
XENSTORED_CLIENT := $(XENSTORED_PARTS) tests/unit/xenstored/client.c
$(eval $(call unit_test,xenstored,requests,$(XENSTORED_CLIENT),$(XENSTORED_TEST)))
$(eval $(call unit_test,xenstored,limits,$(XENSTORED_CLIENT),$(XENSTORED_TEST)))
XENSTORED_STORE := $(addprefix toolstack/lib/,bytes.c store.c)
$(eval $(call unit_test,xenstored,store,$(XENSTORED_STORE),$(XENSTORED_TEST) \
	-DSTORE_SOCKET='"store.socket"'))
XENSTORED_DOMAIN := $(XENSTORED_PARTS) $(addprefix toolstack/xenstored/,domain.c \
		      domain_life.c domain_ring.c state.c)
$(eval $(call unit_test,xenstored,domain,$(XENSTORED_DOMAIN),$(XENSTORED_TEST)))
$(eval $(call unit_test,xenstored,restart,$(XENSTORED_DOMAIN),$(XENSTORED_TEST) \
	-DREWRITE_LEAST=20000))
XENSTORED_TREE := $(addprefix toolstack/xenstored/,path.c tree.c usage.c)
$(eval $(call unit_test,xenstored,tree,$(XENSTORED_TREE),$(XENSTORED_TEST)))
XENSTORE_ESCAPE := toolstack/xenstore/escape.c toolstack/lib/bytes.c
$(eval $(call unit_test,xenstored,escape,$(XENSTORE_ESCAPE),$(XENSTORED_TEST)))
XENSTORED_JOURNAL := toolstack/xenstored/journal.c $(addprefix toolstack/lib/,bytes.c log.c)
$(eval $(call unit_test,xenstored,journal,$(XENSTORED_JOURNAL),$(XENSTORED_TEST)))
# The toolstack's hold on a driver domain, through a store that is real.
DRIVER_DOMAIN := $(XENSTORED_CLIENT) toolstack/lib/uuid.c toolstack/lib/ip.c \
		 $(addprefix toolstack/devices/,config_words.c device_backend.c device_detach.c \
		   device_each.c device_store.c device_wait.c disk_config.c disk_vdev.c \
		   vif_config.c)
$(eval $(call unit_test,xenstored,driver_domain,$(DRIVER_DOMAIN),$(XENSTORED_TEST)))
