/* SPDX-License-Identifier: MIT
 *
 * Start a helper program as some caller, the way QEMU does, and tell everything that can be seen from outside.
 *
 * Runs as root inside lab.sh. A fault of the laboratory itself (no memory, no socket, no fork) is no result: it is told
 * on stderr and the whole test program ends with status 125.
 */
#ifndef VMNET_LAB_RUN_H
#define VMNET_LAB_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

/* The number under which the helper finds its socket, unless lab_start.socket_number says otherwise. */
enum {
    LAB_SOCKET_NUMBER = 3
};

/* How much of stderr is kept. */
enum {
    LAB_STDERR_MAX = 16384
};

/* How many descriptors of one message are kept: more than any helper sends. */
enum {
    LAB_FDS_MAX = 24
};

/* Who starts the helper: all ids, real, effective and saved, are set to these. */
struct lab_caller {
    uid_t uid;
    gid_t gid;
    const gid_t *groups; /* supplementary groups, borrowed */
    size_t group_count;
};

/* The users that lab.sh makes. vmuser is in vmgroup, vmother is in no group but its own. */
extern const struct lab_caller lab_vmuser;
extern const struct lab_caller lab_vmother;
extern const struct lab_caller lab_root;

/* How to start a helper. All pointers are borrowed until it ends. Only the first three fields must be set. */
struct lab_start {
    const char *program; /* path given to execve */
    const char *const
        *arguments; /* after argv[0], NULL-terminated; "{fd}" in any of them becomes the socket's number */
    const struct lab_caller *caller;

    const char *argv0;              /* NULL: the program's path */
    bool argv_empty;                /* execve with no argument at all, not even argv[0] */
    const char *fd_argument;        /* appended after the arguments; NULL: "--fd={fd}"; "": nothing is appended */
    const char *const *environment; /* "NAME=value", NULL-terminated; NULL: an empty environment */
    int socket;        /* what the helper gets as its socket (borrowed); 0: one end of a fresh stream pair */
    int socket_number; /* its number in the helper, above 2; 0: LAB_SOCKET_NUMBER */
    int deadline_ms;   /* counted from the start; then the child is killed; 0: five minutes */

    /* Hooks run in the child, just before exec: the first still as root, the second as the caller. By then fds 0 and 1
     * are /dev/null, 2 is collected, the socket has its number, nothing else is open (but one, above 500, that tells of
     * a failed exec and closes on exec), signals are at their defaults and the mask is empty. A hook that fails calls
     * lab_die(). */
    void (*hook_as_root)(int socket_number, void *hook_data);
    void (*hook_as_caller)(int socket_number, void *hook_data);
    void *hook_data;
};

/* A child under way; owned by the caller of lab_spawn until lab_collect has been given it. */
struct lab_child {
    pid_t pid;
    int pidfd;
    int stderr_fd;      /* SOCK_SEQPACKET: one record for each write */
    int socket_fd;      /* our end; -1 when lab_start.socket was given */
    int exec_fd;        /* an errno, when exec failed */
    long long deadline; /* CLOCK_MONOTONIC, ms */
    bool reaped;        /* set by one who waited for the child himself (a tracer), with wait_status */
    int wait_status;
    struct rusage usage;
    unsigned call_count; /* system calls begun, when traced (trace.h) */
};

/* What came of it. Only the descriptors are owned: lab_result_release() closes them. */
struct lab_result {
    bool timed_out;  /* killed by us at the deadline */
    int exit_code;   /* 0–255; -1 when a signal ended it */
    int term_signal; /* 0 when it exited */
    int exec_errno;  /* 0 when the program could be started; else exit_code is 127 */
    char stderr_text[LAB_STDERR_MAX + 1];
    size_t stderr_len;
    size_t stderr_write_count;  /* write calls that stderr took */
    size_t byte_count;          /* bytes received over the socket */
    size_t fd_count;            /* descriptors received over the socket */
    size_t message_count;       /* receive calls that brought something */
    int tap_fd;                 /* the first descriptor received, close-on-exec; or -1 */
    int other_fds[LAB_FDS_MAX]; /* those after it, the same: other_count of them */
    size_t other_count;
    struct rusage usage;
    unsigned call_count; /* system calls begun, when traced (trace.h) */
};

/* Start, wait for the end, collect. */
void lab_run(const struct lab_start *start, struct lab_result *result);

/* The two halves of lab_run: for many starts at once, or to trace one. Each spawned child must be collected. */
void lab_spawn(const struct lab_start *start, struct lab_child *child);
void lab_collect(struct lab_child *child, struct lab_result *result);

/* Close what the result holds: the tap goes with it. May be called twice. */
void lab_result_release(struct lab_result *result);

/* The name of the tap after a descriptor, and its TUNGETIFF flags; false when it is no tap. name holds IFNAMSIZ. */
bool lab_tap_identify(int tap_fd, char *name, unsigned *flags);

/* CLOCK_MONOTONIC in ms. */
long long lab_now_ms(void);

/* A hook that sets a limit of the caller's: hook_data is a struct lab_limit. */
struct lab_limit {
    int resource;
    struct rlimit value;
};
void lab_limit_set(int socket_number, void *hook_data);

/* The path of the program that an environment variable names; ends the process when there is none. */
const char *lab_program_find(const char *variable);

/* Tell "lab: WHAT: ERRNO" on stderr and end the process with 125. In a hook, this ends only the child. */
_Noreturn void lab_die(const char *what);

/* Become this caller, for good. */
void lab_become(const struct lab_caller *caller);

/* A child that calls begin and then waits until it is killed. What begin cannot do, it reports with lab_die(). */
pid_t lab_hold(void (*begin)(const void *data), const void *data);

#endif
