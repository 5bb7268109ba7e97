// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's errno.h: the error numbers of the interface, which hypercalls return negated.
 * XEN_E* everywhere. Freestanding code gets the plain names too; hosted code gets them from its C
 * library, whose numbers are the same on x86 Linux.
 */
#ifndef ABI_ERRNO_H
#define ABI_ERRNO_H

#define XEN_EPERM         1
#define XEN_ENOENT        2
#define XEN_ESRCH         3
#define XEN_EINTR         4 /* a hypercall was interrupted; never seen by a caller */
#define XEN_EIO           5
#define XEN_ENXIO         6
#define XEN_E2BIG         7
#define XEN_ENOEXEC       8
#define XEN_EBADF         9
#define XEN_ECHILD        10
#define XEN_EAGAIN        11
#define XEN_EWOULDBLOCK   11
#define XEN_ENOMEM        12
#define XEN_EACCES        13
#define XEN_EFAULT        14
#define XEN_EBUSY         16
#define XEN_EEXIST        17
#define XEN_EXDEV         18
#define XEN_ENODEV        19
#define XEN_ENOTDIR       20
#define XEN_EISDIR        21
#define XEN_EINVAL        22
#define XEN_ENFILE        23
#define XEN_EMFILE        24
#define XEN_ENOSPC        28
#define XEN_EROFS         30
#define XEN_EMLINK        31
#define XEN_EDOM          33
#define XEN_ERANGE        34
#define XEN_EDEADLK       35
#define XEN_EDEADLOCK     35
#define XEN_ENAMETOOLONG  36
#define XEN_ENOLCK        37
#define XEN_ENOSYS        38
#define XEN_ENOTEMPTY     39
#define XEN_ENODATA       61
#define XEN_ETIME         62
#define XEN_EBADMSG       74
#define XEN_EOVERFLOW     75
#define XEN_EILSEQ        84
#define XEN_ERESTART      85 /* the hypercall goes on later; never seen by a caller */
#define XEN_ENOTSOCK      88
#define XEN_EMSGSIZE      90
#define XEN_EOPNOTSUPP    95
#define XEN_EADDRINUSE    98
#define XEN_EADDRNOTAVAIL 99
#define XEN_ENOBUFS       105
#define XEN_EISCONN       106
#define XEN_ENOTCONN      107
#define XEN_ETIMEDOUT     110
#define XEN_ECONNREFUSED  111

#if __STDC_HOSTED__
#include <errno.h>
#else
#define EPERM         XEN_EPERM
#define ENOENT        XEN_ENOENT
#define ESRCH         XEN_ESRCH
#define EINTR         XEN_EINTR
#define EIO           XEN_EIO
#define ENXIO         XEN_ENXIO
#define E2BIG         XEN_E2BIG
#define ENOEXEC       XEN_ENOEXEC
#define EBADF         XEN_EBADF
#define ECHILD        XEN_ECHILD
#define EAGAIN        XEN_EAGAIN
#define EWOULDBLOCK   XEN_EWOULDBLOCK
#define ENOMEM        XEN_ENOMEM
#define EACCES        XEN_EACCES
#define EFAULT        XEN_EFAULT
#define EBUSY         XEN_EBUSY
#define EEXIST        XEN_EEXIST
#define EXDEV         XEN_EXDEV
#define ENODEV        XEN_ENODEV
#define ENOTDIR       XEN_ENOTDIR
#define EISDIR        XEN_EISDIR
#define EINVAL        XEN_EINVAL
#define ENFILE        XEN_ENFILE
#define EMFILE        XEN_EMFILE
#define ENOSPC        XEN_ENOSPC
#define EROFS         XEN_EROFS
#define EMLINK        XEN_EMLINK
#define EDOM          XEN_EDOM
#define ERANGE        XEN_ERANGE
#define EDEADLK       XEN_EDEADLK
#define EDEADLOCK     XEN_EDEADLOCK
#define ENAMETOOLONG  XEN_ENAMETOOLONG
#define ENOLCK        XEN_ENOLCK
#define ENOSYS        XEN_ENOSYS
#define ENOTEMPTY     XEN_ENOTEMPTY
#define ENODATA       XEN_ENODATA
#define ETIME         XEN_ETIME
#define EBADMSG       XEN_EBADMSG
#define EOVERFLOW     XEN_EOVERFLOW
#define EILSEQ        XEN_EILSEQ
#define ERESTART      XEN_ERESTART
#define ENOTSOCK      XEN_ENOTSOCK
#define EMSGSIZE      XEN_EMSGSIZE
#define EOPNOTSUPP    XEN_EOPNOTSUPP
#define EADDRINUSE    XEN_EADDRINUSE
#define EADDRNOTAVAIL XEN_EADDRNOTAVAIL
#define ENOBUFS       XEN_ENOBUFS
#define EISCONN       XEN_EISCONN
#define ENOTCONN      XEN_ENOTCONN
#define ETIMEDOUT     XEN_ETIMEDOUT
#define ECONNREFUSED  XEN_ECONNREFUSED
#endif

#endif
