// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Begins another kernel in the guest that it runs in: kexec KERNEL INITRD COMMAND-LINE. There is no
 * more to `kexec -l` and `kexec -e` than two system calls.
 */
#include <fcntl.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int kernel = argc == 4 ? open(argv[1], O_RDONLY) : -1;
	int initrd = argc == 4 ? open(argv[2], O_RDONLY) : -1;

	if (kernel < 0 || initrd < 0) {
		fprintf(stderr, "usage: kexec KERNEL INITRD COMMAND-LINE\n");
		return 2;
	}
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(argv[3]) + 1, argv[3], 0) < 0) {
		perror("kexec_file_load");
		return 1;
	}
	sync();
	reboot(LINUX_REBOOT_CMD_KEXEC);
	perror("kexec");
	return 1;
}
