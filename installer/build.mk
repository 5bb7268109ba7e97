# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the installer needs beside the control domain: the boot partition's beginning, boot codes.

INSTALLER := $(B)/installer

$(INSTALLER)/boot.img.gz: installer/boot/make-boot-image installer/boot/syslinux.cfg \
		installer/upgrade/slots $(DL)/syslinux.ok $(DL)/syslinux-common.ok \
		$(B)/image/bootx64.efi
	@echo "  BOOT    $@"
	@mkdir -p $(@D)
	@B=$(B) installer/boot/make-boot-image $@ $(call locked_files,syslinux) \
		$(call locked_files,syslinux-common) $(B)/image/bootx64.efi

# Made by the same script.
$(INSTALLER)/gptmbr.bin: $(INSTALLER)/boot.img.gz ;

$(INSTALLER)/unfinished.bin: installer/boot/unfinished.S | $(B)/host-deps/build
	@mkdir -p $(@D)
	@gcc -m32 -nostdlib -static -Wl,-Ttext=0,--oformat=binary,--build-id=none -o $@ $<

# What is on the medium for the installer, beside the system itself.
INSTALL_FILES := $(addprefix $(INSTALLER)/,boot.img.gz gptmbr.bin unfinished.bin)

# ---- keymaps and time zones ---------------------------------------------------------------------
LOCALE := $(B)/locale

$(LOCALE)/zones: $(wildcard installer/locale/*) $(DL)/console-data.ok $(DL)/tzdata.ok
	@echo "  LOCALE  $(LOCALE)"
	@installer/locale/make-locale $(LOCALE) $(call locked_files,console-data) \
		$(call locked_files,tzdata)

# ---- the answers' parser ------------------------------------------------------------------------
ANSWERS_PARSER := $(addprefix installer/answers/,answers.c answers_text.c answers_xml.c print.c) \
		  $(addprefix toolstack/network/,net.c settings.c settings_check.c) \
		  $(addprefix toolstack/lib/,bytes.c ip.c log.c)
$(eval $(call toolstack_program,install-answers,installer/answers/main.c $(ANSWERS_PARSER),-lexpat))

# ---- a host's backup, into a new state ----------------------------------------------------------
BACKUP_UNPACK := installer/backup/main.c \
		 $(addprefix toolstack/transfer/,host_archive.c source.c sink.c state_copy.c \
		   tar.c) \
		 $(addprefix toolstack/lib/,bytes.c deadline.c file.c log.c state_files.c uuid.c \
		   write_all.c)
$(eval $(call toolstack_program,backup-unpack,$(BACKUP_UNPACK),\
	-ljansson -lmbedcrypto -lsqlite3 -lzstd -lz))

# ---- who resets a machine that hangs ------------------------------------------------------------
$(eval $(call toolstack_program,host-watchdog,toolstack/watchdog/main.c \
	$(addprefix toolstack/lib/,log.c xencall.c),))

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
