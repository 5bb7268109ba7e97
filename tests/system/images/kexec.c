// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Begins another kernel in the guest that it runs in: kexec KERNEL INITRD COMMAND-LINE; or loads
 * one to begin when the guest's own has crashed: kexec -p KERNEL INITRD COMMAND-LINE. There is no
 * more to `kexec -l` and `kexec -e`, or `kexec -p`, than two system calls.
 */
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int for_crash = argc == 5 && strcmp(argv[1], "-p") == 0;
	char **words = argv + 1 + for_crash;
	int kernel = argc == 4 + for_crash ? open(words[0], O_RDONLY) : -1;
	int initrd = argc == 4 + for_crash ? open(words[1], O_RDONLY) : -1;

	if (kernel < 0 || initrd < 0) {
		fprintf(stderr, "usage: kexec [-p] KERNEL INITRD COMMAND-LINE\n");
		return 2;
	}
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(words[2]) + 1, words[2],
		    for_crash ? KEXEC_FILE_ON_CRASH : 0) < 0) {
		perror("kexec_file_load");
		return 1;
	}
	if (for_crash)
		return 0;
	sync();
	reboot(LINUX_REBOOT_CMD_KEXEC);
	perror("kexec");
	return 1;
}
