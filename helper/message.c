/* SPDX-License-Identifier: MIT */
/*
 * Runs at any time, with any privilege, also behind the seccomp filter: only write(2) and sendmsg(2), no allocation.
 * Not syslog(3): it reads the time zone's file, and by then nothing can be opened any more.
 */
#include "message.h"

#include "caller.h"
#include "process.h"
#include "request.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#define LINE_SIZE 2048 /* below PIPE_BUF: one write of it to a pipe is one piece */

static struct {
    int fd;
    int pid;
    const struct caller *caller;
    const struct request *request;
    bool is_required;     /* no grant without a record */
    const char *degraded; /* the file in error, because of which a source was skipped; NULL: none */
} journal = {.fd = -1};

/*
 * Send a record; 0 or an errno. One datagram in the form that RFC 3164 calls a message without a time stamp; the log
 * daemon puts its own. Cut off when too long.
 */
static int log_send(int fd, int priority, const char *text, int flags)
{
    char record[LINE_SIZE];
    struct iovec part = {.iov_base = record};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    int prefix_len = snprintf(record, sizeof record, "<%d>vmnet-helper[%d]: ", LOG_AUTHPRIV | priority, journal.pid);
    ssize_t sent;

    part.iov_len = (size_t)prefix_len;
    part.iov_len += vmnetacl_escape(record + prefix_len, sizeof record - (size_t)prefix_len, text, strlen(text));
    do { /* repeat if interrupted, as by a stop; but a log that accepts nothing must not stop a guest */
        sent = sendmsg(fd, &message, MSG_NOSIGNAL | flags);
    } while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)part.iov_len ? 0 : errno;
}

/* Returns whether the log has taken it; else errno says why not. */
static bool log_record(int priority, const char *event, const char *tap, const char *details)
{
    char text[LINE_SIZE];

    if (journal.fd < 0)
        return false;
    if (snprintf(text, sizeof text, "%s: user=%s uid=%u bridge=%s tap=%s%s%s %s", event, journal.caller->name,
                 (unsigned)journal.caller->uid, journal.request->bridge, tap,
                 journal.degraded != NULL ? " degraded=" : "", journal.degraded != NULL ? journal.degraded : "",
                 details) < 0) /* cut off when too long */
        return false;
    return log_send(journal.fd, priority, text, 0) == 0;
}

static int answer_fd = -1; /* the connection that the caller waits at; -1: stderr */

void message_answer_to(int socket_fd)
{
    answer_fd = socket_fd;
}

/* The client escapes the text, and makes a line of it. Without a reader it goes nowhere, and never waits. */
static void answer(int code, const char *text)
{
    unsigned char byte = (unsigned char)code;
    struct iovec parts[] = {{&byte, 1}, {(void *)(uintptr_t)text, strlen(text)}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

    (void)sendmsg(answer_fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL); /* the caller may have ended */
}

void message_tell(int code, const char *text)
{
    char line[LINE_SIZE] = "vmnet-helper: ";
    size_t line_len = strlen(line);
    ssize_t written;

    if (answer_fd >= 0) {
        answer(code, text);
        return;
    }
    line_len += vmnetacl_escape(line + line_len, sizeof line - line_len - 1, text, strlen(text));
    line[line_len++] = '\n';
    written = write(STDERR_FILENO, line, line_len);
    (void)written; /* the caller may have closed stderr or have ended: there is no other place to report it */
}

noreturn void die(int code, const char *format, ...)
{
    int error = errno;
    char text[LINE_SIZE];
    va_list arguments;

    process_end_deadline(); /* else there could be two lines, and two records */
    va_start(arguments, format);
    errno = error;
    (void)vsnprintf(text, sizeof text, format, arguments); /* cut off when too long */
    va_end(arguments);
    /* The record first: a write to a stderr that no process reads may block until the caller kills us. */
    (void)log_record(LOG_NOTICE, code == EX_NOPERM ? "denied" : "failed", "-", text); /* the end in any case */
    message_tell(code, text);
    _exit(code);
}

static const struct sockaddr_un log_address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};

bool message_open_log(const struct caller *caller, const struct request *request)
{
    const struct timeval patience = {.tv_usec = 200000};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        die(EX_TEMPFAIL, "cannot open a socket for the system log: %m; try again");
    /* A full log makes us wait, but not for ever. */
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0)
        die(EX_OSERR, "cannot set up the socket for the system log: %m");
    if (connect(fd, (const struct sockaddr *)&log_address, sizeof log_address) != 0) {
        if (errno == ENOMEM || errno == ENOBUFS || errno == EAGAIN || errno == EINTR)
            die(EX_TEMPFAIL, "cannot connect to the system log: %m; try again");
        (void)close(fd); /* never used: nothing to fail */
        return false;
    }
    journal.fd = fd;
    journal.pid = (int)getpid();
    journal.caller = caller;
    journal.request = request;
    return true;
}

#define REQUIRED "vmnet-switch.conf(5) requires a record of each grant"

void message_require_log(void)
{
    if (journal.fd < 0)
        die(EX_TEMPFAIL, "there is no system log at /dev/log; " REQUIRED);
    journal.is_required = true;
}

void message_degraded(const char *file)
{
    journal.degraded = file;
}

void message_turned_away(uid_t uid, const char *why)
{
    char text[128];
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    (void)snprintf(text, sizeof text, "turned away: uid=%u %s", (unsigned)uid, why); /* always fits */
    journal.pid = (int)getpid();
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&log_address, sizeof log_address) == 0)
        (void)log_send(fd, LOG_NOTICE, text, MSG_DONTWAIT); /* lost, as the header says */
    if (fd >= 0)
        (void)close(fd); /* nothing to fail */
}

void message_granted(const char *tap, const char *rule_file, unsigned rule_line)
{
    char rule[LINE_SIZE / 2];

    (void)snprintf(rule, sizeof rule, "rule=%s:%u", rule_file, rule_line); /* cut off when too long */
    if (log_record(LOG_INFO, "granted", tap, rule) || !journal.is_required)
        return;
    journal.fd = -1; /* it took none, so do not wait for it once more; errno stays */
    die(EX_TEMPFAIL, "the system log takes no record: %m; try again: " REQUIRED);
}
