# SPDX-License-Identifier: GPL-2.0-or-later
"""An SFTP server with one account and one folder."""
import base64
import hashlib
import os
import socket
import threading

import paramiko

USER, PASSWORD = "keeper", "of backups"


class Login(paramiko.ServerInterface):
    def get_allowed_auths(self, username):
        return "password"

    def check_auth_password(self, username, password):
        good = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED


def told(change):
    """What the client hears of a call of the system's."""
    try:
        change()
        return paramiko.SFTP_OK
    except OSError as error:
        return paramiko.SFTPServer.convert_errno(error.errno)


class Files(paramiko.SFTPServerInterface):
    def __init__(self, server, owner):
        super().__init__(server)
        self.owner = owner

    def real(self, path):
        return str(self.owner.folder) + self.canonicalize(path)

    def list_folder(self, path):
        return [paramiko.SFTPAttributes.from_stat(entry.stat(), entry.name)
                for entry in os.scandir(self.real(path))]

    def stat(self, path):
        try:
            return paramiko.SFTPAttributes.from_stat(os.stat(self.real(path)))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path, flags, attr):
        try:
            fd = os.open(self.real(path), flags, 0o600)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        file = os.fdopen(fd, "wb" if flags & (os.O_WRONLY | os.O_RDWR) else "rb")
        handle = Handle(flags)
        handle.readfile = handle.writefile = file
        handle.owner = self.owner
        return handle

    def remove(self, path):
        return told(lambda: os.remove(self.real(path)))

    def rename(self, oldpath, newpath):
        if os.path.exists(self.real(newpath)):
            return paramiko.SFTP_FAILURE
        return told(lambda: os.rename(self.real(oldpath), self.real(newpath)))

    def mkdir(self, path, attr):
        return told(lambda: os.mkdir(self.real(path)))


class Handle(paramiko.SFTPHandle):
    def write(self, offset, data):
        if self.owner.full:
            return paramiko.SFTP_FAILURE
        return super().write(offset, data)


class SftpServer:
    def __init__(self, folder):
        self.folder, self.full = folder, False
        folder.mkdir()
        self.key = paramiko.RSAKey.generate(2048)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def fingerprint(self):
        """As ssh-keygen -l shows it."""
        digest = hashlib.sha256(self.key.asbytes()).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files, owner=self)
            try:
                transport.start_server(event=threading.Event(), server=Login())
            except paramiko.SSHException:
                transport.close()

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
