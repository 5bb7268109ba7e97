# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the installer needs beside the control domain: the boot partition's beginning, boot codes.

INSTALLER := $(B)/installer

$(INSTALLER)/boot.img.gz: installer/boot/make-boot-image installer/boot/syslinux.cfg \
		$(DL)/syslinux.ok $(DL)/syslinux-common.ok
	@echo "  BOOT    $@"
	@mkdir -p $(@D)
	@B=$(B) installer/boot/make-boot-image $@ $(call locked_files,syslinux) \
		$(call locked_files,syslinux-common)

# Made by the same script.
$(INSTALLER)/gptmbr.bin: $(INSTALLER)/boot.img.gz ;

$(INSTALLER)/unfinished.bin: installer/boot/unfinished.S | $(B)/host-deps/build
	@mkdir -p $(@D)
	@gcc -m32 -nostdlib -static -Wl,-Ttext=0,--oformat=binary,--build-id=none -o $@ $<

# What is on the medium for the installer, beside the system itself.
INSTALL_FILES := $(addprefix $(INSTALLER)/,boot.img.gz gptmbr.bin unfinished.bin)

# ---- the answers' parser ------------------------------------------------------------------------
ANSWERS_PARSER := $(addprefix installer/answers/,answers.c answers_text.c answers_xml.c print.c) \
		  $(addprefix toolstack/network/,net.c settings.c settings_check.c) \
		  $(addprefix toolstack/lib/,bytes.c ip.c log.c)
$(eval $(call toolstack_program,install-answers,installer/answers/main.c $(ANSWERS_PARSER),-lexpat))

# ---- signed bundles -----------------------------------------------------------------------------
MINISIGN := installer/bundle/minisign.c $(addprefix toolstack/lib/,bytes.c log.c)
$(eval $(call toolstack_program,bundle-verify,installer/bundle/verify.c $(MINISIGN),-lsodium))

# For the machine that builds, and not in the image.
SIGN_OBJECTS := $(call toolstack_objects,installer/bundle/sign.c $(MINISIGN) toolstack/lib/file.c)
$(B)/bundle-sign: $(SIGN_OBJECTS)
	@echo "  LINK    $@"
	@$(MUSL_CC) $(TOOLSTACK_LDFLAGS) $(SIGN_OBJECTS) -lsodium -o $@

# A key for trying: nobody else's hosts trust it. KEY=FILE names another, as `minisign -GW` makes
# it.
KEY ?= $(B)/keys/bundle.key
$(B)/keys/bundle.key: | $(B)/bundle-sign
	@mkdir -p $(@D)
	@$(B)/bundle-sign generate $@

$(B)/socle.bundle: $(B)/socle.iso $(B)/bundle-sign image/make-bundle $(KEY)
	@echo "  BUNDLE  $@"
	@B=$(B) image/make-bundle $(KEY) $@

.PHONY: bundle
bundle: $(B)/socle.bundle ## build/socle.bundle, to upgrade hosts with; KEY=FILE signs it

# ---- the text interface -------------------------------------------------------------------------
INSTALL_UI := $(sort $(wildcard installer/ui/*.c)) $(addprefix toolstack/lib/,bytes.c file.c log.c)
$(eval $(call toolstack_program,install-ui,$(INSTALL_UI),-lncurses))
