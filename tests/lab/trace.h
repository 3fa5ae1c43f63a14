/* SPDX-License-Identifier: MIT
 *
 * Run a helper under ptrace: look at it at each system call, make one of them fail or lie, or kill it there.
 *
 * The tracer is root with CAP_SYS_PTRACE, so a setuid program keeps its privilege. Only the process itself is traced,
 * not its children; or, if the plan says so, the first of its children and neither itself nor others. A call that is to
 * fail is not made at all: the kernel skips it before it asks a seccomp filter (PTRACE_SYSEMU), so that a filter does
 * not change what is tested.
 */
#ifndef VMNET_LAB_TRACE_H
#define VMNET_LAB_TRACE_H

#include "run.h"

#include <stdint.h>

/* The helper stands at the entry or the exit of a system call. */
struct lab_stop {
    pid_t pid;
    unsigned ordinal; /* counts the calls from 1, the first after exec */
    bool at_entry;
    long number; /* SYS_* */
    uint64_t args[6];
    int64_t value; /* at the exit: what it returned, or -errno */
};

enum lab_action {
    LAB_GO,
    LAB_KILL,    /* SIGKILL, here and now */
    LAB_RELEASE, /* let it run on untraced */
    LAB_FREEZE,  /* leave it untraced and stopped; lab_trace returns, and the caller goes on with lab_trace_thaw */
};

struct lab_plan {
    /* Called at each stop; may be NULL. */
    enum lab_action (*visit)(const struct lab_stop *stop, void *visit_data);
    void *visit_data;
    bool of_child;      /* it is about the first process that the helper forks, from its first call on */
    unsigned fake_at;   /* the ordinal of a call that is not made; 0: none */
    int64_t fake_value; /* what it seems to return: -errno, or a lie */
};

/* Spawn and trace until the child has ended (then lab_collect() it), or was released or frozen. */
void lab_trace(const struct lab_start *start, const struct lab_plan *plan, struct lab_child *child);

/* The whole of it, for plans that neither release nor freeze. */
void lab_trace_run(const struct lab_start *start, const struct lab_plan *plan, struct lab_result *result);

/* Let a frozen child run on; lab_collect() it afterwards. */
void lab_trace_thaw(struct lab_child *child);

/* In visit, at an entry: make another call in place of this one. */
void lab_call_replace(const struct lab_stop *stop, long number, const uint64_t args[6]);

/* Read a string, or exactly len bytes, of the child's memory; false when it is not readable. */
bool lab_string_read(pid_t pid, uint64_t address, char *text, size_t text_size);
bool lab_memory_read(pid_t pid, uint64_t address, void *bytes, size_t len);

/* Change exactly len bytes of it; false when it is not writable. */
bool lab_memory_write(pid_t pid, uint64_t address, const void *bytes, size_t len);

#endif
