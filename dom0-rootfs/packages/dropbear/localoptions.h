/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our choice of dropbear's options: a server that takes keys only, and a client. The defaults
 * stand in the package's src/default_options.h.
 */
#define DROPBEAR_SVR_PASSWORD_AUTH 0
#define DROPBEAR_SVR_PAM_AUTH      0
#define DROPBEAR_CLI_PASSWORD_AUTH 1
#define DROPBEAR_X11FWD            0
#define DROPBEAR_RSA_SHA1          0
#define DO_MOTD                    0
#define SFTPSERVER_PATH            "/usr/libexec/sftp-server"
#define DROPBEAR_PATH_SSH_PROGRAM  "/usr/bin/dbclient"
#define DEFAULT_PATH               "/bin:/sbin:/usr/bin:/usr/sbin"
#define DEFAULT_ROOT_PATH          "/sbin:/bin:/usr/sbin:/usr/bin"
