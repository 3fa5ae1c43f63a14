/* SPDX-License-Identifier: MIT */
/*
 * libvmnetacl: who may plug a virtual machine into which bridge.
 *
 * A program loads a policy once, asks it any number of questions, and frees it:
 *
 *     struct vmnetacl_error error;
 *     struct vmnetacl_policy *policy;
 *     struct vmnetacl_decision decision;
 *
 *     if (vmnetacl_load(&policy, &error) != VMNETACL_OK)
 *         ...say error.file, error.line, error.column, error.message...
 *     if (vmnetacl_decide(policy, &caller, "virbr0", &decision) == VMNETACL_ALLOW)
 *         ...
 *     vmnetacl_free(policy);
 *
 * The rules are read with the credentials of the calling thread: what it may not read, it does not obey. A policy is
 * immutable once loaded. No function here uses the environment, the locale, stdio, a global variable or exit(3).
 *
 * Only the value VMNETACL_ALLOW permits anything. It is not zero, so memory that nobody filled in never does.
 */
#ifndef VMNETACL_H
#define VMNETACL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Limits. Each is the largest that is accepted; one more is an error that names the place. */
#define VMNETACL_NAME_MAX          15                 /* bytes in the name of an interface: IFNAMSIZ - 1 */
#define VMNETACL_LINE_MAX          1023               /* bytes in a line, without its newline */
#define VMNETACL_QEMU_FILE_MAX     (16 * 1024 * 1024) /* bytes in bridge.conf and in each file that it includes */
#define VMNETACL_INCLUDE_DEPTH_MAX 8                  /* files on the way from bridge.conf to an included file */
#define VMNETACL_SYMLINK_MAX       16                 /* symbolic links on the way to one file */

/* Room in struct vmnetacl_error, with the terminating NUL. */
#define VMNETACL_PATH_SIZE    1024
#define VMNETACL_MESSAGE_SIZE 256

enum vmnetacl_status {
    VMNETACL_OK = 0,   /* the call did what it is for; never a verdict */
    VMNETACL_ALLOW,    /* a rule allows it and none denies it */
    VMNETACL_DENY,     /* a rule denies it */
    VMNETACL_NOTFOUND, /* all rules were read, and none speaks of it */
    VMNETACL_UNAVAIL,  /* the rules could not be read in full: no verdict, so nothing is permitted */
    VMNETACL_TRYAGAIN, /* as UNAVAIL, for want of memory or descriptors, or a file was being written: try later */
    VMNETACL_INVALID,  /* the arguments are not what the function takes */
};

/* What exactly is wrong. A code's name (vmnetacl_code_name) is stable and fit for tests and for other programs. */
enum vmnetacl_code {
    VMNETACL_CODE_NONE = 0,
    VMNETACL_CODE_KEYWORD_UNKNOWN,
    VMNETACL_CODE_NAME_MISSING,
    VMNETACL_CODE_NAME_INVALID,
    VMNETACL_CODE_NAME_LONG,
    VMNETACL_CODE_PATH_MISSING,
    VMNETACL_CODE_PATH_RELATIVE,
    VMNETACL_CODE_LINE_LONG,
    VMNETACL_CODE_LINE_NUL,
    VMNETACL_CODE_INCLUDE_DEEP,
    VMNETACL_CODE_INCLUDE_LOOP,
    VMNETACL_CODE_FILE_MISSING,
    VMNETACL_CODE_FILE_DANGLING,
    VMNETACL_CODE_FILE_DENIED,
    VMNETACL_CODE_FILE_KIND,
    VMNETACL_CODE_FILE_OWNER,
    VMNETACL_CODE_FILE_MODE,
    VMNETACL_CODE_FILE_LARGE,
    VMNETACL_CODE_FILE_CHANGED,
    VMNETACL_CODE_FILE_LINKS,
    VMNETACL_CODE_FOLDER_OWNER,
    VMNETACL_CODE_FOLDER_MODE,
    VMNETACL_CODE_SYSTEM, /* a system call failed: see system_errno */
    VMNETACL_CODE_MEMORY,
    VMNETACL_CODE_ARGUMENT,
};

/*
 * Why a call failed. The memory is the caller's; a function that fails fills it in whole, one that succeeds does not
 * touch it. The message says what is wrong, why, and what to do, in one line of printable ASCII, without the place.
 */
struct vmnetacl_error {
    enum vmnetacl_code code;
    int system_errno;                    /* errno of the call that failed, 0 when none did */
    unsigned line;                       /* from 1; 0 when the whole file is meant */
    unsigned column;                     /* in bytes, from 1; 0 when the whole line is meant */
    char file[VMNETACL_PATH_SIZE];       /* the bytes of the path, not escaped; "" when no file is meant */
    char message[VMNETACL_MESSAGE_SIZE]; /* escaped: \xHH stands for each byte outside printable ASCII */
};

/* Who asks. Everything that rules can depend on is in here; the library never looks it up. */
struct vmnetacl_caller {
    uid_t uid;
    gid_t gid;
    const gid_t *groups; /* the supplementary groups, in any order; NULL when there are none */
    size_t groups_count;
};

/* Where a rule stands. The strings live as long as the policy. */
struct vmnetacl_place {
    const char *source; /* "qemu" */
    const char *file;
    unsigned line;   /* from 1 */
    unsigned column; /* in bytes, from 1: the first byte of the rule */
};

/* What comes with a permission. */
struct vmnetacl_grant {
    uint32_t limit; /* how many live taps the caller may have; 0: no limit */
};

struct vmnetacl_decision {
    enum vmnetacl_status verdict;
    struct vmnetacl_place rule;  /* the rule that decided; rule.file is NULL for NOTFOUND */
    struct vmnetacl_grant grant; /* all zero unless the verdict is ALLOW */
};

/* A file that the policy was made from. */
struct vmnetacl_file {
    const char *source; /* both strings live as long as the policy */
    const char *path;
    bool found; /* false: it does not exist, which is no error for the first file of a source */
};

struct vmnetacl_policy;

/*
 * Read this system's rules: /etc/qemu/bridge.conf and what it includes; see vmnet-bridge.conf(5).
 *
 * policy: where the new policy goes, to be freed with vmnetacl_free(); set to NULL on failure. Not NULL.
 * error:  filled in on failure; may be NULL.
 * Returns OK; UNAVAIL when a file is not trusted, not readable or wrong in any line; TRYAGAIN for want of memory or of
 * file descriptors, or when a file changed while it was read; INVALID when policy is NULL. Any number of threads may
 * call it at once.
 */
enum vmnetacl_status vmnetacl_load(struct vmnetacl_policy **policy, struct vmnetacl_error *error);

/*
 * May this caller use this bridge? A matching deny wins over any allow, wherever either stands.
 *
 * bridge:   NUL-terminated name. One that no interface can have is answered with INVALID.
 * decision: filled in whole whatever the answer; its strings live as long as the policy. May be NULL.
 * Returns the verdict: ALLOW, DENY or NOTFOUND; INVALID when policy, caller or bridge is NULL or the name is not one.
 * Allocates nothing and cannot fail. Any number of threads may ask one policy at once.
 */
enum vmnetacl_status vmnetacl_decide(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                     const char *bridge, struct vmnetacl_decision *decision);

/*
 * The files that the policy was made from, in the order in which they were read; those that an include named and that
 * do not exist or may not be read are not among them.
 *
 * index: from 0. file: filled in when there is such a file. Not NULL.
 * Returns false when there are no more. Any number of threads may ask one policy at once.
 */
bool vmnetacl_file_at(const struct vmnetacl_policy *policy, size_t index, struct vmnetacl_file *file);

/* Free a policy and all that points into it. NULL is fine. */
void vmnetacl_free(struct vmnetacl_policy *policy);

/*
 * Can an interface have this name? The kernel's rule (dev_valid_name() in net/core/dev.c: 1 to 15 bytes, not "." or
 * "..", no '/', ':' or blank), and besides no control byte and no '%', which would make a name a pattern.
 *
 * name: name_len bytes, which need not end with a NUL. Thread-safe.
 */
bool vmnetacl_name_valid(const char *name, size_t name_len);

/* The constant's own word in lower case, as "allow" or "name-missing"; "unknown" for any other value. Never NULL. */
const char *vmnetacl_status_name(enum vmnetacl_status status);
const char *vmnetacl_code_name(enum vmnetacl_code code);

#ifdef __cplusplus
}
#endif

#endif
