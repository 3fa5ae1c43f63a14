/* SPDX-License-Identifier: MIT
 *
 * See asker.h.
 */
#define _GNU_SOURCE
#include "asker.h"

#include "helperd_test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PATIENCE_MS = 60000,
    FDS_MAX = 8
};

union fd_control {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int) * FDS_MAX)];
};

static void become(const struct lab_caller *caller)
{
    lab_become(caller);
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)
        lab_die("prctl");
}

static int path_connect(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        lab_die(path);
    return fd;
}

static void message_send(int socket_fd, const void *bytes, size_t len, const int *fds, size_t fd_count)
{
    union fd_control control = {.space = {0}};
    struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = len}; /* only read */
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = (socklen_t)CMSG_SPACE(fd_count * sizeof *fds)};

    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = (socklen_t)CMSG_LEN(fd_count * sizeof *fds);
    memcpy(CMSG_DATA(&control.header), fds, fd_count * sizeof *fds);
    if (sendmsg(socket_fd, &message, MSG_NOSIGNAL) != (ssize_t)len)
        lab_die("sendmsg");
}

/* One message; notes the descriptors in it. Returns recvmsg(2)'s value. */
static ssize_t message_receive(int fd, void *bytes, size_t size, struct asker_answer *answer)
{
    union fd_control control;
    struct iovec part = {.iov_base = bytes, .iov_len = size};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof control.space};
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    if (poll(&ready, 1, PATIENCE_MS) != 1)
        lab_die("no answer");
    const ssize_t len = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    if (len < 0 && errno != ECONNRESET) /* as after the last byte of an answer to a request that was not read */
        lab_die("recvmsg");
    struct cmsghdr *header = len > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header == NULL || header->cmsg_type != SCM_RIGHTS)
        return len;
    const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
        int received;
        memcpy(&received, CMSG_DATA(header) + i * sizeof received, sizeof received);
        if (answer->fd_count++ == 0)
            answer->tap_fd = received;
        else
            close(received);
    }
    return len;
}

static _Noreturn void asker_run(const struct asker_plan *plan, const char *path, int test_fd)
{
    become(plan->caller);
    if (plan->before != NULL)
        plan->before(plan->data);
    const int fd = path_connect(path);
    if (plan->after != NULL)
        plan->after(plan->data);
    message_send(test_fd, "", 1, &fd, 1);
    close(fd);
    for (;;)
        pause();
}

static void connect_to(const struct asker_plan *plan, const char *path, struct asker *asker)
{
    struct asker_answer passed = {.tap_fd = -1};
    int pair[2];
    char byte;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        lab_die("socketpair");
    fflush(NULL);
    asker->pid = fork();
    if (asker->pid < 0)
        lab_die("fork");
    if (asker->pid == 0)
        asker_run(plan, path, pair[1]);
    close(pair[1]);
    if (message_receive(pair[0], &byte, 1, &passed) != 1 || passed.fd_count != 1)
        lab_die("the asker has not connected");
    close(pair[0]);
    asker->fd = passed.tap_fd;
}

void asker_connect(const struct asker_plan *plan, struct asker *asker)
{
    connect_to(plan, LAB_HELPERD_SOCKET, asker);
}

int asker_connect_to_test(const struct asker_plan *plan, struct asker *asker)
{
    static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/lab/test.sock"};
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)unlink(address.sun_path); /* of an earlier call, or none */
    if (listener < 0 || bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(address.sun_path, 0666) != 0 || listen(listener, 1) != 0)
        lab_die(address.sun_path);
    connect_to(plan, address.sun_path, asker);
    const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        lab_die("accept4");
    close(listener);
    return fd;
}

void asker_leave(struct asker *asker)
{
    if (kill(asker->pid, SIGKILL) != 0 || waitpid(asker->pid, NULL, 0) != asker->pid)
        lab_die("asker");
    asker->pid = 0;
}

void asker_end(struct asker *asker)
{
    if (asker->pid != 0)
        asker_leave(asker);
    close(asker->fd);
}

void asker_request(unsigned char bytes[ASKER_REQUEST_LEN], const char *bridge)
{
    memset(bytes, 0, ASKER_REQUEST_LEN);
    memcpy(bytes, "VMN1", 4);
    bytes[5] = 1; /* queue */
    memcpy(bytes + 8, bridge, strnlen(bridge, 16));
}

void asker_send(const struct asker *asker, const void *bytes, size_t len)
{
    if (send(asker->fd, bytes, len, MSG_NOSIGNAL) != (ssize_t)len && errno != EPIPE && errno != ECONNRESET)
        lab_die("send");
}

void asker_send_fds(const struct asker *asker, const void *bytes, size_t len, const int *fds, size_t fd_count)
{
    message_send(asker->fd, bytes, len, fds, fd_count);
}

void asker_receive(const struct asker *asker, struct asker_answer *answer)
{
    unsigned char bytes[ASKER_TEXT_MAX + 1];
    size_t len = 0;
    ssize_t more;

    *answer = (struct asker_answer){.code = -1, .tap_fd = -1};
    while (len < sizeof bytes && (more = message_receive(asker->fd, bytes + len, sizeof bytes - len, answer)) > 0)
        len += (size_t)more;
    if (len == 0)
        return;
    answer->code = bytes[0];
    answer->text_len = len - 1;
    memcpy(answer->text, bytes + 1, len - 1);
}

void asker_ask(const struct asker_plan *plan, const void *bytes, size_t len, struct asker_answer *answer)
{
    const struct timespec pause = {.tv_nsec = 50000000};
    const long long end_ms = lab_now_ms() + PATIENCE_MS;
    struct asker asker;

    for (;;) {
        asker_connect(plan, &asker);
        asker_send(&asker, bytes, len);
        asker_receive(&asker, answer);
        asker_end(&asker);
        if (answer->code != EXIT_TEMPFAIL || answer->text_len > 0)
            return;
        if (lab_now_ms() > end_ms)
            fail_msg("turned away for a minute");
        (void)nanosleep(&pause, NULL); /* as long as it lasts */
    }
}

const char *asker_assert_granted(struct asker_answer *answer)
{
    static struct lab_link link;
    char name[16];
    unsigned flags;

    if (answer->code != 0)
        fail_msg("code %d: %s", answer->code, answer->text);
    assert_int_equal(answer->text_len, 0);
    assert_int_equal(answer->fd_count, 1);
    assert_true(lab_tap_identify(answer->tap_fd, name, &flags));
    assert_true(lab_link_read(name, &link));
    assert_string_equal(link.master, "virbr0");
    close(answer->tap_fd);
    assert_true(lab_tap_count_becomes(0));
    return link.alias;
}

void asker_assert_refused(const struct asker_answer *answer, int code, const char *words)
{
    if (answer->code != code || strstr(answer->text, words) == NULL)
        fail_msg("code %d, not %d with '%s': %s", answer->code, code, words, answer->text);
    assert_int_equal(answer->fd_count, 0);
    assert_true(answer->text_len > 0);
    for (size_t i = 0; i < answer->text_len; i++)
        if (answer->text[i] < 0x20 || answer->text[i] > 0x7e)
            fail_msg("byte %zu is not printable ASCII: %s", i, answer->text);
    assert_true(lab_tap_count_becomes(0));
}
