/* SPDX-License-Identifier: MIT */
/* Runs as the caller, who can do all of this himself. */
#include "client.h"

#include "clock.h"
#include "diagnosis.h"
#include "handover.h"
#include "message.h"
#include "privilege.h"
#include "process.h"
#include "request.h"
#include "wire.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define RETRY_MS     5000      /* for how long it tries again when it is turned away */
#define DELAY_NS     20000000  /* before the second try; twice as long each time, */
#define DELAY_MAX_NS 320000000 /* up to this */

/* For the service to accept: all connections wait in one queue, also those of another user's flood. */
static const struct timeval accept_timeout = {.tv_sec = 30};
static const struct timeval answer_timeout = {.tv_sec = 30}; /* the service ends each instance after 15 s */

struct answer {
    unsigned char bytes[2048]; /* the code, and the text */
    size_t len;
    int fds[QUEUES_MAX];
    size_t fds_count;
};

static const char *const sockets[] = WIRE_SOCKETS;

static noreturn void die_unreachable(const char *path)
{
    if (errno == EACCES)
        die(EX_NOPERM, "no privilege, and you may not use the service at %s: %m; 'ls -l %s' shows which group may",
            path, path);
    if (errno == EAGAIN)
        die(EX_TEMPFAIL, "the service at %s is too busy to accept a connection; try again", path);
    die(EX_UNAVAILABLE,
        "no privilege, and no service answers at %s: %m; the administrator can start it with 'systemctl restart "
        "vmnet-helper.socket'",
        path);
}

/* Connect to the first socket that exists, and tell which. If there is none, there is no service. */
static int connect_to_service(const char **path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int status;

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &accept_timeout, sizeof accept_timeout) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &answer_timeout, sizeof answer_timeout) != 0)
        die(EX_OSERR, "cannot make a socket to ask the service: %m");
    for (size_t i = 0; i < sizeof sockets / sizeof sockets[0]; i++) {
        *path = sockets[i];
        strcpy(address.sun_path, *path); /* fits: a constant */
        do                               /* SIGSTOP and SIGCONT interrupt it, signal(7) */
            status = connect(fd, (const struct sockaddr *)&address, sizeof address);
        while (status != 0 && errno == EINTR);
        if (status == 0)
            return fd;
        if (errno != ENOENT && errno != ENOTDIR)
            die_unreachable(*path);
    }
    privilege_die_without();
}

bool client_is_preferred(void)
{
    struct stat file;

    if (getuid() != geteuid() || getgid() != getegid() || !diagnosis_in_user_namespace())
        return false;
    for (size_t i = 0; i < sizeof sockets / sizeof sockets[0]; i++)
        if (stat(sockets[i], &file) == 0)
            return true;
    return false;
}

static void send_request(int fd, const struct request *request)
{
    struct wire_request wire = {.magic = {WIRE_MAGIC},
                                .flags = request->use_vnet ? WIRE_USE_VNET : 0,
                                .queues = (unsigned char)request->queues};

    memcpy(wire.bridge, request->bridge, sizeof wire.bridge);
    /* A service that turns us away may have closed its end; its answer is still to be read. */
    if (send(fd, &wire, sizeof wire, MSG_NOSIGNAL) != (ssize_t)sizeof wire && errno != EPIPE && errno != ECONNRESET)
        die(EX_UNAVAILABLE, "cannot send the request to the service: %m");
}

/* unix(7): all descriptors of a message are in one control message, and those without room are not received. */
static void take_descriptors(struct msghdr *message, struct answer *answer)
{
    const struct cmsghdr *header = CMSG_FIRSTHDR(message);

    if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
        return;
    answer->fds_count = (header->cmsg_len - CMSG_LEN(0)) / sizeof answer->fds[0];
    memcpy(answer->fds, CMSG_DATA(header), answer->fds_count * sizeof answer->fds[0]);
}

/* One part of the answer; false when there is no more: after EX_OK, nothing follows. */
static bool receive_part(int fd, struct answer *answer)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof answer->fds)];
    } control = {.space = {0}};
    struct iovec part = {.iov_base = answer->bytes + answer->len, .iov_len = sizeof answer->bytes - 1 - answer->len};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof control.space};
    ssize_t len;

    do
        len = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    while (len < 0 && errno == EINTR);
    if (len < 0 && errno == EAGAIN)
        die(EX_TEMPFAIL, "the service does not answer; try again");
    if (len < 0 && errno != ECONNRESET) /* this one: it closed the connection before it read our request */
        die(EX_UNAVAILABLE, "cannot read the answer of the service: %m");
    if (len <= 0)
        return false;
    if ((message.msg_flags & MSG_CTRUNC) != 0) /* the caller's RLIMIT_NOFILE */
        die(EX_TEMPFAIL, "cannot receive the tap: there is no room for its descriptors; see 'ulimit -n', or try again");
    take_descriptors(&message, answer);
    answer->len += (size_t)len;
    return answer->bytes[0] != EX_OK && answer->len < sizeof answer->bytes - 1;
}

static void ask(const struct request *request, struct answer *answer)
{
    const char *path;
    int fd = connect_to_service(&path);

    *answer = (struct answer){.len = 0};
    send_request(fd, request);
    while (receive_part(fd, answer))
        continue;
    (void)close(fd); /* only read from: nothing to fail */
    if (answer->len == 0)
        die(EX_TEMPFAIL, "the service at %s ended without an answer; try again, and see its log", path);
    answer->bytes[answer->len] = '\0';
}

static bool is_turned_away(const struct answer *answer)
{
    return answer->len == 1 && answer->bytes[0] == EX_TEMPFAIL;
}

static void ask_until_heard(const struct request *request, struct answer *answer)
{
    const long long end_ms = clock_now_ms() + RETRY_MS;
    struct timespec delay = {.tv_nsec = DELAY_NS};

    ask(request, answer);
    while (is_turned_away(answer)) {
        if (clock_now_ms() >= end_ms)
            die(EX_TEMPFAIL, "the service has too many requests of yours, or of all users, to answer; try again");
        (void)nanosleep(&delay, NULL); /* a shorter one does no harm */
        if (delay.tv_nsec < DELAY_MAX_NS)
            delay.tv_nsec *= 2;
        ask(request, answer);
    }
}

noreturn void client_run(int argc, char *const argv[])
{
    struct request request;
    struct answer answer;

    privilege_require_none();
    process_end_deadline(); /* it is for processes that hold a privilege; the timeouts above are for this one */
    request_read(&request, argc, argv);
    handover_require_socket(request.fd, -1);
    ask_until_heard(&request, &answer);
    if (answer.bytes[0] != EX_OK && answer.len > 1) {
        message_tell(answer.bytes[0], (const char *)answer.bytes + 1);
        _exit(answer.bytes[0]);
    }
    if (answer.bytes[0] != EX_OK || answer.len > 1 || answer.fds_count != request.queues)
        die(EX_PROTOCOL, "the service's answer is not one that this helper understands; restart the service after an "
                         "upgrade: 'systemctl restart vmnet-helper.service'");
    handover_send(request.fd, answer.fds, answer.fds_count);
    _exit(EX_OK);
}
