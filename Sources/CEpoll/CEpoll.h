// What Swift's Glibc module lacks: epoll, eventfd, malloc_trim, access lists of files, and calls for sockets
// that glibc declares only under _GNU_SOURCE. The declarations repeat glibc's own prototypes.
#ifndef WRIT_CEPOLL_H
#define WRIT_CEPOLL_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/xattr.h>

extern int accept4(int, struct sockaddr *__restrict, socklen_t *__restrict, int);
extern int pthread_setname_np(pthread_t, const char *);
extern int malloc_trim(size_t);

/// The layout of Linux's `struct ucred` (unix(7), SO_PEERCRED).
struct writ_peer_credentials {
    int32_t process;
    uint32_t user;
    uint32_t group;
};

/// Accepts without asking for the peer's address; the descriptor is non-blocking, close-on-exec.
static inline int writ_accept(int listener) {
    return accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/// Makes a stream socket of the Unix domain, close-on-exec.
static inline int writ_unix_socket(void) {
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

/// Makes a stream socket of an internet domain, non-blocking, close-on-exec.
static inline int writ_tcp_socket(int domain) {
    return socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/// Whether a file has an access list beside its mode (acl(5)).
static inline int writ_has_access_list(const char *path) {
    return getxattr(path, "system.posix_acl_access", 0, 0) > 0;
}

/// Names the calling thread; at most 15 bytes count.
static inline int writ_name_thread(const char *name) {
    return pthread_setname_np(pthread_self(), name);
}

/// Watches `descriptor` for `events`; `operation` is EPOLL_CTL_ADD, _MOD or _DEL.
static inline int writ_epoll_control(
    int poller, int operation, int descriptor, uint32_t events, uint64_t data
) {
    struct epoll_event event;
    event.events = events;
    event.data.u64 = data;
    return epoll_ctl(poller, operation, descriptor, &event);
}

#endif
