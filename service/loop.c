/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include "callers.h"
#include "clock.h"
#include "instances.h"
#include "message.h"
#include "peer.h"
#include "subordinate.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define PAUSE_MS   100 /* before the next accept(2) when out of descriptors or memory */
#define ACCEPT_MAX 16
#define CLOSE_MS   1 /* how long closing a connection may take */

static struct {
    int listener_fd;
    int signal_fd;
    int idle_ms; /* negative: does not end when idle */
    bool is_ending;
    long long accept_from_ms; /* not before */
    long long idle_from_ms;
    struct callers callers;
    struct instances instances;
} loop;

static void open_signals(void)
{
    sigset_t set;

    if (sigemptyset(&set) != 0 || sigaddset(&set, SIGCHLD) != 0 || sigaddset(&set, SIGTERM) != 0 ||
        sigaddset(&set, SIGINT) != 0 || sigprocmask(SIG_SETMASK, &set, NULL) != 0)
        die(EX_OSERR, "cannot block the signals: %m");
    loop.signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (loop.signal_fd < 0)
        die(EX_OSERR, "cannot receive signals: %m");
}

static void return_at_once(int number)
{
    (void)number; /* SIGALRM: only its interruption of close(2) counts */
}

static void prepare_to_close(void)
{
    const struct sigaction action = {.sa_handler = return_at_once};

    if (sigaction(SIGALRM, &action, NULL) != 0)
        die(EX_OSERR, "cannot receive signals: %m");
}

/*
 * With the connection, the kernel closes the descriptors that the caller has sent and nobody has received. If one is a
 * TCP socket with SO_LINGER, socket(7), that takes as long as the caller has chosen, unless a signal interrupts it. The
 * timer repeats, since its first signal may come before close(2) waits.
 */
static void close_in_time(int fd)
{
    static const struct itimerval soon = {.it_value = {.tv_usec = CLOSE_MS * 1000},
                                          .it_interval = {.tv_usec = CLOSE_MS * 1000}};
    static const struct itimerval none = {.it_value = {.tv_sec = 0}};

    (void)setitimer(ITIMER_REAL, &soon, NULL); /* cannot fail, here and below */
    (void)close(fd);                           /* the instance has it, or the answer is sent: nothing to fail */
    (void)setitimer(ITIMER_REAL, &none, NULL);
}

static void take_signals(void)
{
    struct signalfd_siginfo signal;

    while (read(loop.signal_fd, &signal, sizeof signal) == (ssize_t)sizeof signal)
        loop.is_ending = loop.is_ending || signal.ssi_signo != SIGCHLD;
}

static void log_turned_away(uid_t uid, const char *why)
{
    if (callers_log(&loop.callers, uid, clock_now_ms()))
        message_turned_away(uid, why);
}

static enum callers_outcome outcome_of(int status)
{
    if (!WIFEXITED(status))
        return CALLERS_FAILED;
    if (WEXITSTATUS(status) == PEER_EXIT_REFUSED)
        return CALLERS_REFUSED;
    return WEXITSTATUS(status) == EX_OK ? CALLERS_GRANTED : CALLERS_FAILED;
}

static void reap(void)
{
    uid_t uid;
    int status;

    while (instance_reap(&loop.instances, &uid, &status)) {
        enum callers_outcome outcome = outcome_of(status);
        callers_end(&loop.callers, uid, outcome, clock_now_ms());
        if (outcome == CALLERS_REFUSED)
            log_turned_away(uid, "namespaces");
        loop.idle_from_ms = clock_now_ms();
    }
}

static void tell_to_try_again(int fd)
{
    message_answer_to(fd);
    message_tell(EX_TEMPFAIL, ""); /* without a text, it tells the client to try again: wire.h */
    message_answer_to(-1);
}

static void tell_refused(int fd)
{
    message_answer_to(fd);
    peer_tell_refused();
    message_answer_to(-1);
}

static enum callers_proof find_proof(const struct ucred *peer)
{
    if (subordinate_is(peer->uid))
        return CALLERS_SUBORDINATE;
    return peer_is_local(peer) ? CALLERS_USER : CALLERS_UNKNOWN;
}

static enum callers_verdict begin(const struct ucred *peer)
{
    long long now_ms = clock_now_ms();
    enum callers_proof proof = CALLERS_UNKNOWN;

    if (loop.instances.count >= INSTANCES_MAX)
        return CALLERS_TURN_AWAY;
    if (callers_want_proof(&loop.callers, peer->uid, now_ms))
        proof = find_proof(peer);
    return callers_begin(&loop.callers, peer->uid, proof, now_ms);
}

static void serve(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    enum callers_verdict verdict;
    char why[128];

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return;
    verdict = begin(&peer);
    if (verdict == CALLERS_REFUSE) {
        tell_refused(fd);
        log_turned_away(peer.uid, "namespaces");
        return;
    }
    if (verdict == CALLERS_TURN_AWAY) {
        tell_to_try_again(fd);
        log_turned_away(peer.uid, "too many requests");
        return;
    }
    if (instance_start(&loop.instances, fd, peer.uid, clock_now_ms()))
        return;
    (void)snprintf(why, sizeof why, "no process: %m"); /* always fits */
    callers_end(&loop.callers, peer.uid, CALLERS_FAILED, clock_now_ms());
    tell_to_try_again(fd);
    log_turned_away(peer.uid, why);
}

/* False if no connection was accepted. */
static bool accept_one(void)
{
    int fd = accept4(loop.listener_fd, NULL, NULL, SOCK_CLOEXEC);

    if (fd >= 0) {
        serve(fd);
        close_in_time(fd);
        loop.idle_from_ms = clock_now_ms();
    } else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
        loop.accept_from_ms = clock_now_ms() + PAUSE_MS;
    }
    return fd >= 0;
}

/* Several before the next look at signals and instances, which costs as much as one connection. */
static void accept_some(void)
{
    for (int i = 0; i < ACCEPT_MAX && accept_one(); i++)
        continue;
}

static bool may_accept(void)
{
    return !loop.is_ending && clock_now_ms() >= loop.accept_from_ms;
}

/* How long poll(2) may wait, in milliseconds; negative: for ever. */
static int find_timeout(void)
{
    long long first_ms = instances_first_end(&loop.instances);
    long long now = clock_now_ms();

    if (now < loop.accept_from_ms && loop.accept_from_ms < first_ms)
        first_ms = loop.accept_from_ms;
    if (loop.instances.count == 0 && loop.idle_ms >= 0 && loop.idle_from_ms + loop.idle_ms < first_ms)
        first_ms = loop.idle_from_ms + loop.idle_ms;
    if (first_ms == LLONG_MAX)
        return -1;
    return first_ms > now ? (int)(first_ms - now) : 0;
}

static bool is_over(void)
{
    if (loop.instances.count > 0)
        return false;
    return loop.is_ending || (loop.idle_ms >= 0 && clock_now_ms() >= loop.idle_from_ms + loop.idle_ms);
}

void loop_run(int listener_fd, int idle_ms)
{
    loop.listener_fd = listener_fd;
    loop.idle_ms = idle_ms;
    loop.idle_from_ms = clock_now_ms();
    open_signals();
    prepare_to_close();
    while (!is_over()) {
        struct pollfd ready[] = {{.fd = loop.signal_fd, .events = POLLIN},
                                 {.fd = may_accept() ? loop.listener_fd : -1, .events = POLLIN}};
        if (poll(ready, 2, find_timeout()) < 0 && errno != EINTR)
            die(EX_OSERR, "cannot wait for connections: %m");
        take_signals();
        reap();
        instances_kill_late(&loop.instances, clock_now_ms());
        if (ready[1].revents != 0 && !loop.is_ending)
            accept_some();
    }
}
