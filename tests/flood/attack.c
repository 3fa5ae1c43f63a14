/* SPDX-License-Identifier: MIT
 *
 * See attack.h. Each process becomes bob, or takes one of his subordinate ids, before it plays its role. A process that
 * is turned away tries again at once.
 */
#define _GNU_SOURCE
#include "attack.h"

#include "run.h"
#include "wire.h"
#include "world.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    HELD = 1000,
    BATCH = 300,               /* more than the service's backlog */
    SUBORDINATE_COUNT = 60000, /* in his user namespace they begin at 1 */
};

static const struct wire_request request = {.magic = {WIRE_MAGIC}, .queues = 1, .bridge = "virbr0"};

/* A connection; -1 when the kernel has no room for it. */
static int service_connect(int flags)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = ATTACK_SOCKET};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

    if (fd < 0)
        lab_die("attack: socket");
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    if (errno != EAGAIN)
        lab_die("attack: connect");
    close(fd);
    return -1;
}

static void request_send(int fd, size_t len)
{
    (void)send(fd, &request, len, MSG_NOSIGNAL); /* the service may have closed the connection */
}

/* Hold HELD connections, each with so much of a request; replace those that the service closes. */
static _Noreturn void connections_hold(size_t request_len)
{
    static struct pollfd held[HELD];

    for (size_t i = 0; i < HELD; i++)
        held[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    for (;;) {
        for (size_t i = 0; i < HELD; i++) {
            if (held[i].fd >= 0 && held[i].revents != 0) {
                close(held[i].fd);
                held[i].fd = -1;
            }
            if (held[i].fd < 0 && (held[i].fd = service_connect(SOCK_NONBLOCK)) >= 0)
                request_send(held[i].fd, request_len);
        }
        (void)poll(held, HELD, 10); /* what it finds is in held */
    }
}

static void hold_run(unsigned number)
{
    (void)number; /* all do the same */
    connections_hold(0);
}

static void half_run(unsigned number)
{
    (void)number; /* all do the same */
    connections_hold(sizeof request / 2);
}

static void connect_and_close_run(unsigned number)
{
    (void)number; /* all do the same */
    for (;;) {
        const int fd = service_connect(SOCK_NONBLOCK);
        if (fd >= 0)
            close(fd);
    }
}

/* Each with an answer; a tap goes with its message, which is not received. */
static void request_run(unsigned number)
{
    (void)number; /* all do the same */
    for (;;) {
        struct pollfd answer = {.fd = service_connect(0), .events = POLLIN};
        request_send(answer.fd, sizeof request);
        (void)poll(&answer, 1, -1); /* the answer, or the end of an instance that was killed */
        close(answer.fd);
    }
}

/* As many connections as the kernel has room for, so that it has none for others. */
static void backlog_run(unsigned number)
{
    int fds[BATCH];

    (void)number; /* all do the same */
    for (;;) {
        size_t count = 0;
        while (count < BATCH && (fds[count] = service_connect(SOCK_NONBLOCK)) >= 0)
            count++;
        while (count > 0)
            close(fds[--count]);
    }
}

static bool is_instance(const char *pid)
{
    static const char wanted[] = "vmnet-helperd\0--serve";
    char path[300], found[sizeof wanted];

    (void)snprintf(path, sizeof path, "/proc/%s/cmdline", pid); /* always fits */
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t len = fd >= 0 ? read(fd, found, sizeof found) : -1;
    if (fd >= 0)
        close(fd);
    return len == (ssize_t)sizeof wanted && memcmp(found, wanted, sizeof wanted) == 0;
}

/* To all instances: the kernel lets it pass to those that have become bob. */
static _Noreturn void instances_signal(int signal)
{
    DIR *dir = opendir("/proc");
    const struct dirent *entry;

    if (dir == NULL)
        lab_die("attack: /proc");
    for (;; rewinddir(dir))
        while ((entry = readdir(dir)) != NULL)
            if (isdigit((unsigned char)entry->d_name[0]) && is_instance(entry->d_name))
                (void)kill((pid_t)atoi(entry->d_name), signal); /* EPERM, mostly */
}

static void stop_run(unsigned number)
{
    (void)number; /* all do the same */
    instances_signal(SIGSTOP);
}

static void kill_run(unsigned number)
{
    (void)number; /* all do the same */
    instances_signal(SIGKILL);
}

static void text_put(pid_t pid, const char *file, const char *text)
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file); /* always fits */
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        lab_die(path);
    close(fd);
}

static void id_become(uid_t id)
{
    lab_become(&(struct lab_caller){.uid = id, .gid = id});
    if (prctl(PR_SET_DUMPABLE, 1) != 0)
        lab_die("attack: prctl");
}

static void namespace_of_bob_enter(const void *data)
{
    (void)data;
    id_become(ATTACK_UID);
    if (unshare(CLONE_NEWUSER) != 0)
        lab_die("attack: unshare");
}

/* A user namespace that belongs to bob, as newuidmap(1) would make it for him. */
static int namespace_make(void)
{
    char map[80], path[64];

    const pid_t pid = lab_hold(namespace_of_bob_enter, NULL);
    (void)snprintf(map, sizeof map, "0 %d 1\n1 %d %d\n", ATTACK_UID, ATTACK_SUBORDINATE_FIRST,
                   SUBORDINATE_COUNT); /* always fits */
    text_put(pid, "uid_map", map);
    text_put(pid, "gid_map", map);
    (void)snprintf(path, sizeof path, "/proc/%d/ns/user", (int)pid); /* always fits */
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || kill(pid, SIGKILL) != 0 || waitpid(pid, NULL, 0) != pid)
        lab_die(path);
    return fd;
}

static int namespace_fd; /* of the attack that is being started */

static void namespace_enter(uid_t uid)
{
    if (setns(namespace_fd, CLONE_NEWUSER) != 0)
        lab_die("attack: setns");
    id_become(uid);
}

/* A process with a subordinate id that does what bob does, and looks like one of another user. */
static void subordinate_request_run(unsigned number)
{
    namespace_enter(1 + number);
    request_run(number);
}

/* As with a file that is set-user-ID to a subordinate id. It holds an instance as long as that waits. */
static void subordinate_file_run(unsigned number)
{
    id_become(ATTACK_SUBORDINATE_FIRST + number);
    for (;;) {
        struct pollfd answer = {.fd = service_connect(0), .events = POLLIN};
        (void)poll(&answer, 1, -1); /* whatever the answer is */
        close(answer.fd);
    }
}

/* All of them, as fast as one process can change. */
static void subordinate_change_run(unsigned number)
{
    namespace_enter(0);
    for (uid_t uid = number;; uid = uid % SUBORDINATE_COUNT + 1) {
        if (seteuid(1 + uid % SUBORDINATE_COUNT) != 0)
            lab_die("attack: seteuid");
        const int fd = service_connect(SOCK_NONBLOCK);
        if (fd >= 0)
            close(fd);
        if (seteuid(0) != 0)
            lab_die("attack: seteuid");
    }
}

const struct attack attacks[] = {
    {"holds 1,000 connections", {{hold_run, 1}}},
    {"sends 1,000 half requests", {{half_run, 1}}},
    {"connects and closes", {{connect_and_close_run, 4}}},
    {"sends requests", {{request_run, 8}}},
    {"stops instances", {{request_run, 8}, {stop_run, 1}}},
    {"kills instances", {{request_run, 8}, {kill_run, 1}}},
    {"fills the backlog", {{backlog_run, 2}}},
    {"has 200 processes with subordinate ids", {{subordinate_request_run, 200}, {stop_run, 1}}},
    {"has 100 set-user-ID files of subordinate ids", {{subordinate_file_run, 100}}},
    {"has 60,000 subordinate ids", {{subordinate_change_run, 2}}},
    {"does all of that",
     {{hold_run, 1},
      {half_run, 1},
      {connect_and_close_run, 1},
      {request_run, 8},
      {stop_run, 1},
      {backlog_run, 1},
      {subordinate_request_run, 100},
      {subordinate_change_run, 1}}},
};
const size_t attack_count = sizeof attacks / sizeof attacks[0];

static _Noreturn void process_run(void (*run)(unsigned), unsigned number, int ready_fd)
{
    const struct rlimit files = {.rlim_cur = 4096, .rlim_max = 4096};

    if (setrlimit(RLIMIT_NOFILE, &files) != 0)
        lab_die("attack: setrlimit");
    if (run != subordinate_request_run && run != subordinate_change_run && run != subordinate_file_run)
        id_become(ATTACK_UID);
    if (write(ready_fd, "", 1) != 1)
        lab_die("attack: write");
    close(ready_fd);
    run(number);
    abort();
}

static size_t process_count(const struct attack *attack)
{
    size_t count = 0;

    for (size_t i = 0; i < ATTACK_ROLES_MAX; i++)
        count += attack->roles[i].process_count;
    return count;
}

static void processes_start(const struct attack *attack, pid_t *pids, int ready_fd)
{
    for (size_t i = 0; i < ATTACK_ROLES_MAX; i++)
        for (unsigned number = 0; number < attack->roles[i].process_count; number++) {
            *pids = fork();
            if (*pids < 0)
                lab_die("attack: fork");
            if (*pids++ == 0)
                process_run(attack->roles[i].run, number, ready_fd);
        }
}

/* Root's process: the session that all are in, since the kernel shares the processors out between sessions. */
static _Noreturn void leader_run(const struct attack *attack, int ready_fd)
{
    const size_t count = process_count(attack);
    pid_t *pids = calloc(count, sizeof *pids);
    bool is_complete = true;
    sigset_t set;
    int signal;

    if (pids == NULL || setsid() < 0)
        lab_die("attack: setsid");
    namespace_fd = namespace_make();
    processes_start(attack, pids, ready_fd);
    close(ready_fd);
    if (sigemptyset(&set) != 0 || sigaddset(&set, SIGTERM) != 0 || sigwait(&set, &signal) != 0)
        lab_die("attack: sigwait");
    for (size_t i = 0; i < count; i++)
        is_complete = kill(pids[i], SIGKILL) == 0 && waitpid(pids[i], &signal, 0) == pids[i] && WIFSIGNALED(signal) &&
                      is_complete;
    _exit(is_complete ? 0 : 1);
}

/* As useradd(8) does. */
static void subordinates_give(void)
{
    char line[80];

    (void)snprintf(line, sizeof line, "%d:%d:%d\n", ATTACK_UID, ATTACK_SUBORDINATE_FIRST,
                   SUBORDINATE_COUNT + 1); /* always fits */
    lab_text_write("/etc/subuid", line, 0, 0, 0644);
}

pid_t attack_start(const struct attack *attack)
{
    size_t missing_count = process_count(attack);
    sigset_t set, old;
    int ready[2];
    char byte;

    if (pipe2(ready, O_CLOEXEC) != 0 || sigemptyset(&set) != 0 || sigaddset(&set, SIGTERM) != 0 ||
        sigprocmask(SIG_BLOCK, &set, &old) != 0)
        lab_die("attack: pipe2");
    subordinates_give();
    fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0)
        leader_run(attack, ready[1]);
    if (pid < 0 || sigprocmask(SIG_SETMASK, &old, NULL) != 0)
        lab_die("attack: fork");
    close(ready[1]);
    while (missing_count > 0 && read(ready[0], &byte, 1) == 1)
        missing_count--;
    if (missing_count > 0)
        lab_die("attack: a process has not begun");
    close(ready[0]);
    return pid;
}

bool attack_stop(pid_t pid)
{
    int status;

    if (kill(pid, SIGTERM) != 0 || waitpid(pid, &status, 0) != pid)
        lab_die("attack: cannot stop it");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
