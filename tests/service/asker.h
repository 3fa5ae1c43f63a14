/* SPDX-License-Identifier: MIT
 *
 * An asker: a client other than vmnet-helper, and the bytes that go over its connection. The connection is the test's;
 * the process lives until the test ends it, so that the service can look at it.
 */
#ifndef VMNET_SERVICE_ASKER_H
#define VMNET_SERVICE_ASKER_H

#include "run.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
    ASKER_REQUEST_LEN = 24,
    ASKER_TEXT_MAX = 8192
};

struct asker_plan {
    const struct lab_caller *caller; /* whose ids it takes first; it is dumpable then, as after an exec */
    void (*before)(void *data);      /* runs in it before it connects; may be NULL */
    void (*after)(void *data);       /* and after */
    void *data;
};

struct asker {
    pid_t pid; /* 0: it has ended */
    int fd;    /* the connection */
};

struct asker_answer {
    int code; /* the first byte; -1: none came */
    char text[ASKER_TEXT_MAX + 1];
    size_t text_len;
    size_t fd_count;
    int tap_fd; /* the first of them, or -1 */
};

/* Start it and wait until it is connected, and `after` is done. asker_end() must follow. */
void asker_connect(const struct asker_plan *plan, struct asker *asker);

/* The same, to the test itself; returns the service's end of the connection, which is the caller's to close. */
int asker_connect_to_test(const struct asker_plan *plan, struct asker *asker);

/* End only the process; the connection stays. */
void asker_leave(struct asker *asker);

/* End the process and close the connection. */
void asker_end(struct asker *asker);

/* The well-formed request for a bridge. */
void asker_request(unsigned char bytes[ASKER_REQUEST_LEN], const char *bridge);

/* Send bytes; the service may have closed its end already. */
void asker_send(const struct asker *asker, const void *bytes, size_t len);

/* The same, with descriptors; at most 8. */
void asker_send_fds(const struct asker *asker, const void *bytes, size_t len, const int *fds, size_t fd_count);

/* Receive all until the end of the connection. The tap, if any, is the caller's to close. */
void asker_receive(const struct asker *asker, struct asker_answer *answer);

/* All of it: connect, send, receive, end; and again as long as the service turns it away. */
void asker_ask(const struct asker_plan *plan, const void *bytes, size_t len, struct asker_answer *answer);

/* A tap on virbr0 came, and nothing else; closes it, and waits until it is gone. Returns its alias, until the next. */
const char *asker_assert_granted(struct asker_answer *answer);

/* No descriptor; this code, and a text of printable bytes with these words. No tap is left. */
void asker_assert_refused(const struct asker_answer *answer, int code, const char *words);

#endif
