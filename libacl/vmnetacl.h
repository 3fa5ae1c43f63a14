/* SPDX-License-Identifier: MIT */
/*
 * libvmnetacl: who may plug a virtual machine into which bridge.
 *
 * A program loads a policy, says who asks, asks, and frees both:
 *
 *     struct vmnetacl_policy *policy;
 *     struct vmnetacl_caller *caller;
 *     struct vmnetacl_error error;
 *
 *     (void)vmnetacl_load(&policy, &error);
 *     (void)vmnetacl_caller_self(&caller, &error);
 *     if (vmnetacl_authorize(policy, caller, "virbr0", 0, NULL, &error) == VMNETACL_ALLOW)
 *         ... this user may use the bridge
 *     vmnetacl_caller_free(caller);
 *     vmnetacl_free(policy);
 *
 * If anything fails, the answer is not VMNETACL_ALLOW, whatever the program forgets to check.
 *
 * The rules are read with the credentials of the calling thread: what it may not read, it does not obey. A policy is
 * immutable once loaded, and so are names. No function here uses the environment, the locale, stdio, a global variable
 * or exit(3). Every function may be called by any number of threads at once, as long as no two of them write to the
 * same memory of the program; exceptions are documented with their functions.
 *
 * Only the value VMNETACL_ALLOW permits anything. It is not zero, so memory that was never filled in does not.
 *
 * The rules are described in vmnet-rules(5), vmnet-bridge.conf(5) and vmnet-switch.conf(5).
 */
#ifndef VMNETACL_H
#define VMNETACL_H

#include "vmnetacl_error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default) /* all else in the library is hidden */

/* The version of this header; vmnetacl_version() tells that of the library. */
#define VMNETACL_VERSION        "1.0.0~rc1"
#define VMNETACL_VERSION_MAJOR  1
#define VMNETACL_VERSION_MINOR  0
#define VMNETACL_VERSION_PATCH  0
#define VMNETACL_VERSION_NUMBER 1000000 /* for #if: MAJOR * 1000000 + MINOR * 1000 + PATCH; no "~rc1" */

/* Limits. Each is the largest that is accepted; one more is an error that names the place. */
#define VMNETACL_NAME_MAX          15                 /* bytes in the name of an interface: IFNAMSIZ - 1 */
#define VMNETACL_ACCOUNT_MAX       255                /* bytes in the name of a user or a group: LOGIN_NAME_MAX - 1 */
#define VMNETACL_LINE_MAX          1023               /* bytes in a line, without its newline */
#define VMNETACL_QEMU_FILE_MAX     (16 * 1024 * 1024) /* bytes in bridge.conf and in each file that it includes */
#define VMNETACL_FILE_MAX          (1024 * 1024)      /* bytes in switch.conf and in each file of rules.d */
#define VMNETACL_FILES_MAX         1024               /* rule files in rules.d */
#define VMNETACL_INCLUDE_DEPTH_MAX 8                  /* files on the way from bridge.conf to an included file */
#define VMNETACL_SYMLINK_MAX       16                 /* symbolic links on the way to one file */
#define VMNETACL_GROUPS_MAX        65536              /* groups of one user in the user database: NGROUPS_MAX */
#define VMNETACL_LIMIT_MAX         1023               /* taps that the option limit can allow */
#define VMNETACL_VLAN_MAX          4094               /* the option vlan: IEEE 802.1Q reserves 0 and 4095 */

/* How long vmnetacl_resolve() waits for the name service, in milliseconds, unless told or built otherwise. */
#define VMNETACL_TIMEOUT_MS 2000

/* The options that a rule can have, as bits. */
#define VMNETACL_OPTION_LIMIT    UINT32_C(0x01)
#define VMNETACL_OPTION_ISOLATED UINT32_C(0x02)
#define VMNETACL_OPTION_GUARD    UINT32_C(0x04)
#define VMNETACL_OPTION_MAC      UINT32_C(0x08)
#define VMNETACL_OPTION_VLAN     UINT32_C(0x10)
#define VMNETACL_OPTION_TAP      UINT32_C(0x20)
/* The same for the line "log: required" of vmnet-switch.conf(5); see vmnetacl_requires_log(). */
#define VMNETACL_ENFORCES_LOG UINT32_C(0x80000000)
#define VMNETACL_OPTIONS_ALL  UINT32_C(0xffffffff) /* for a program that grants nothing, but reports */

/* Who asks. Fill it in, or have it made by one of the functions below. */
struct vmnetacl_caller {
    uid_t uid;
    gid_t gid;
    const gid_t *groups; /* the supplementary groups, in any order (ascending is fastest); NULL when there are none */
    size_t groups_count;
    uint32_t enforces; /* VMNETACL_OPTION_... and ENFORCES_LOG: what this program enforces; with any other, no ALLOW */
    uint32_t reserved_bits;  /* 0 */
    const void *reserved[1]; /* NULL */
};

/*
 * Make a caller that enforces no option.
 *
 *     self     this process: its real user and group id, and its supplementary groups
 *     of_peer  the process at the other end of a connected unix stream socket, with the effective ids that it had when
 *              it connected, or called listen(2) (SO_PEERCRED and SO_PEERGROUPS, unix(7); Linux 4.13)
 *     of_user  a user of the user database, by name, as a new session would be (getpwnam_r(3), getgrouplist(3)). The
 *              code of name services runs in this process for that, and privileged programs (AT_SECURE) get INVALID.
 *
 * caller: where the new caller goes, to be freed with vmnetacl_caller_free(); set to NULL on failure. Not NULL.
 * error:  filled in on failure; may be NULL.
 * Returns OK; NOTFOUND when there is no such user; UNAVAIL when a call or the name service fails; TRYAGAIN when out of
 * memory; INVALID when caller or user is NULL.
 */
enum vmnetacl_status vmnetacl_caller_self(struct vmnetacl_caller **caller, struct vmnetacl_error *error);
enum vmnetacl_status vmnetacl_caller_of_peer(int socket_fd, struct vmnetacl_caller **caller,
                                             struct vmnetacl_error *error);
enum vmnetacl_status vmnetacl_caller_of_user(const char *user, struct vmnetacl_caller **caller,
                                             struct vmnetacl_error *error);

/* Free a caller that one of these functions has made. NULL is fine. */
void vmnetacl_caller_free(struct vmnetacl_caller *caller);

/* The place of a rule. The strings live as long as the policy. */
struct vmnetacl_place {
    const char *source; /* "files" or "qemu" */
    const char *file;
    unsigned line;           /* from 1 */
    unsigned column;         /* in bytes, from 1: the first byte of the rule */
    const void *reserved[1]; /* NULL */
};

/* The options of an ALLOW. All of them are in the caller's enforces, and the program must enforce each. */
struct vmnetacl_grant {
    uint32_t options;          /* VMNETACL_OPTION_...: those that the rule has */
    uint32_t limit;            /* OPTION_LIMIT: how many live taps the caller may have on the bridge, from 1; else 0 */
    uint32_t vlan;             /* OPTION_VLAN: the VLAN of the port's untagged frames, its only one, from 1; else 0 */
    uint8_t mac[6];            /* OPTION_MAC: the only source address of its frames, not a group address; else all 0 */
    uint8_t reserved_bytes[2]; /* 0 */
    /* OPTION_TAP: the name of the tap, at most one "%d" (the kernel's number) and one "%u" (the caller's uid) in it,
       NUL-terminated. It was parsed without the uid, which may make it too long for a name. Else "" */
    char tap[VMNETACL_NAME_MAX + 1];
    uint32_t reserved[7]; /* 0 */
};

struct vmnetacl_decision {
    enum vmnetacl_status verdict;
    struct vmnetacl_place rule;  /* the rule that decided, or, with the code OPTION_UNENFORCED, would have; rule.file
                                           is NULL when none did */
    struct vmnetacl_grant grant; /* all zero unless the verdict is ALLOW */
    bool degraded;               /* a source could not be consulted, and switch.conf says to go on without it */
    const struct vmnetacl_error *error; /* for UNAVAIL and TRYAGAIN, and when degraded: why; else NULL. Lives as long as
                                           the policy and the names */
    const void *reserved[4];            /* NULL */
};

/* A file that the policy was made from. */
struct vmnetacl_file {
    const char *source; /* both strings live as long as the policy */
    const char *path;
    bool found;              /* false: it was skipped, for the reason in code */
    enum vmnetacl_code code; /* NONE; or FILE_MISSING, FILE_DANGLING, FILE_DENIED */
    const void *reserved[2]; /* NULL */
};

/* A source of the switch, in the order in which they are asked. */
struct vmnetacl_source {
    const char *name;                   /* "files" or "qemu"; lives for ever */
    const char *path;                   /* of its file or directory; lives as long as the policy */
    enum vmnetacl_status status;        /* OK; NOTFOUND: there is nothing at path; UNAVAIL, TRYAGAIN: see error */
    const struct vmnetacl_error *error; /* NULL for OK and NOTFOUND; lives as long as the policy */
    const void *reserved[2];            /* NULL */
};

struct vmnetacl_policy;
struct vmnetacl_names;

/*
 * Read this system's rules: /etc/vmnet/switch.conf, and the sources that it names; see vmnet-switch.conf(5).
 *
 * policy: where the new policy goes, to be freed with vmnetacl_free(); set to NULL on failure. Not NULL.
 * error:  filled in on failure; may be NULL.
 * Returns OK; UNAVAIL when switch.conf is not trusted, not readable or wrong in any line; TRYAGAIN when out of memory
 * or of file descriptors, or when it changed while it was read; INVALID when policy is NULL.
 *
 * A source that cannot be read is no failure here: its part of the policy is an error, which vmnetacl_decide() answers
 * with, unless the switch says to go on without it. vmnetacl_source_at() tells.
 */
enum vmnetacl_status vmnetacl_load(struct vmnetacl_policy **policy, struct vmnetacl_error *error);

/* A file in memory, which need not end with a NUL. */
struct vmnetacl_buffer {
    const char *source; /* "switch", "files" or "qemu" */
    const char *path;   /* what it is called in errors and places, and what an include calls it */
    const char *text;
    size_t text_len;         /* bytes */
    const void *reserved[2]; /* NULL */
};

/* Where rules come from, if not from this system's usual place. All zero is that place. */
struct vmnetacl_origin {
    const char *root; /* the directory that is used as "/", also for absolute links and includes in it; NULL: "/" */
    const char *switch_path; /* absolute paths, below root; NULL: the usual one */
    const char *files_path;
    const char *qemu_path;
    uid_t owner; /* who must own every file and directory; 0: root */
    /* When not NULL, the rules are these and no file is looked at. The first of source "qemu" is bridge.conf; those of
       source "files" are taken in this order. No two of one source have the same path. */
    const struct vmnetacl_buffer *buffers;
    size_t buffers_count;
    const void *reserved[8]; /* NULL: places for sources to come; with another value the origin is INVALID */
};

/*
 * As vmnetacl_load(), from somewhere else. origin and what it points to need not outlive the call.
 * Also returns INVALID when origin is NULL or a path in it is relative, or when it names a path and the program runs
 * setuid, setgid or with a file capability (AT_SECURE, getauxval(3)): its user must not choose the rules.
 */
enum vmnetacl_status vmnetacl_load_from(const struct vmnetacl_origin *origin, struct vmnetacl_policy **policy,
                                        struct vmnetacl_error *error);

/* Free a policy and all that points into it. NULL is fine. No other thread may be using it. */
void vmnetacl_free(struct vmnetacl_policy *policy);

/*
 * Look up the names that a decision on this caller and this bridge depends on, with the C library's functions:
 * getpwnam_r(3) and its like, getgrouplist(3). For an allow, a group is the caller's if the credentials hold it; for a
 * deny, also if the user database says so. That a denied group is unknown is believed only if each of the caller's
 * groups has a name.
 *
 * bridge:     NUL-terminated name; NULL: whatever any bridge depends on.
 * timeout_ms: how long the name service may take in all, in milliseconds; 0: what the library was built with
 *             (VMNETACL_TIMEOUT_MS unless chosen otherwise).
 * names:      to be freed with vmnetacl_names_free(); set to NULL when no lookup is needed, and on failure.
 * error:      filled in on failure; may be NULL.
 * Returns OK, also when a lookup has failed that only an allow depends on: that allow does not match, and
 * vmnetacl_decide() tells when nothing else allows the request. UNAVAIL, with the file and line of a rule that needs
 * it, when a lookup has failed that a deny depends on, or a deny could be about a caller who has no account. TRYAGAIN
 * when the answer is late, cut short or odd, when out of memory, processes or descriptors, or when the resource limits
 * allow no answer that could be believed. INVALID when policy, caller or names is NULL, or bridge is no name.
 *
 * The name service runs code that is not ours (nss(5)), so it is asked in a forked process without capabilities, with
 * stdio on /dev/null and no other descriptor, behind a seccomp filter that forbids it to execute and to fork; it is
 * gone when this returns. Where the saved ids of the process are those that the library was built with
 * (VMNET_WORKER_UID and _GID, 65534), that process takes them, so that the caller cannot disturb it. The program must
 * not ignore SIGCHLD (SA_NOCLDWAIT), or wait for children that it does not know: the answer is then not believed
 * (TRYAGAIN).
 */
enum vmnetacl_status vmnetacl_resolve(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                      const char *bridge, unsigned timeout_ms, struct vmnetacl_names **names,
                                      struct vmnetacl_error *error);

/* Free names. NULL is fine. No other thread may be using them. Once their policy is freed, they are INVALID. */
void vmnetacl_names_free(struct vmnetacl_names *names);

/*
 * May this caller use this bridge? A matching deny wins over any allow, in any order and in any source.
 *
 * names:    what vmnetacl_resolve() gave for this policy, and for a caller with this uid and these groups; NULL is as
 *           if nothing was looked up.
 * bridge:   NUL-terminated name. One that no interface can have is answered with INVALID.
 * decision: filled in whole whatever the answer; its strings live as long as the policy. May be NULL.
 * Returns the verdict: ALLOW, DENY or NOTFOUND; UNAVAIL or TRYAGAIN, with the reason in decision->error, when a source
 * has ended in an error, when a name that the verdict depends on was not looked up, when the rule has an option that is
 * not in caller->enforces, or when the verdict rests on a file that not everybody may read and the rules were not read
 * with the caller's credentials; INVALID when policy, caller or bridge is NULL, when no bridge can have the name, or
 * when names are another policy's or another caller's. Allocates nothing.
 */
enum vmnetacl_status vmnetacl_decide(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                     const struct vmnetacl_names *names, const char *bridge,
                                     struct vmnetacl_decision *decision);

/*
 * The same in one call, which looks names up when the verdict depends on them: vmnetacl_decide(), vmnetacl_resolve(),
 * vmnetacl_decide().
 *
 * timeout_ms: as for vmnetacl_resolve().
 * decision:   as for vmnetacl_decide(), but for UNAVAIL and TRYAGAIN, its error points to the argument error.
 * error:      filled in for UNAVAIL, TRYAGAIN and INVALID; may be NULL.
 */
enum vmnetacl_status vmnetacl_authorize(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                        const char *bridge, unsigned timeout_ms, struct vmnetacl_decision *decision,
                                        struct vmnetacl_error *error);

#define VMNETACL_OPTION_VALUE_SIZE 24 /* of the longest value, a MAC address, with its NUL, and room for others */

/* One option of a grant. */
struct vmnetacl_option {
    const char *name;                       /* as in a rule; lives for ever */
    uint32_t bit;                           /* VMNETACL_OPTION_... */
    bool has_number;                        /* the value is a number */
    uint32_t number;                        /* 0 without one */
    char value[VMNETACL_OPTION_VALUE_SIZE]; /* as a rule has it after the name; "" without one */
    const void *reserved[2];                /* NULL */
};

/*
 * The options of a grant, in the order in which vmnet-rules(5) lists them, to be shown.
 *
 * index: from 0. option: filled in when there is such an option. Not NULL.
 * Returns false when there are no more, or when grant is NULL.
 */
bool vmnetacl_option_at(const struct vmnetacl_grant *grant, size_t index, struct vmnetacl_option *option);

/* The subject of a rule: the users that it is about. */
enum vmnetacl_subject {
    VMNETACL_SUBJECT_ALL,
    VMNETACL_SUBJECT_USER,
    VMNETACL_SUBJECT_UID,
    VMNETACL_SUBJECT_GROUP,
    VMNETACL_SUBJECT_GID,
};

/* A rule, taken apart. Its own strings, but not those of its place, live as long as the call that shows it. */
struct vmnetacl_rule {
    struct vmnetacl_place place;
    bool is_deny;
    enum vmnetacl_subject subject;
    const char *account; /* of USER and GROUP; else NULL */
    uint32_t id;         /* of UID and GID; else 0 */
    const char *bridge;  /* "virbr0", "virbr*" or "all"; is_pattern: it is not one name */
    bool is_pattern;
    struct vmnetacl_grant grant;
    const char *text; /* the rule as one would write it: single blanks, no comment */
};

/* Does a rule, or a part of it, match? */
enum vmnetacl_match {
    VMNETACL_MATCH_NO,
    VMNETACL_MATCH_YES,
    VMNETACL_MATCH_UNKNOWN,      /* it was not looked up, since nothing depends on it */
    VMNETACL_MATCH_NO_SUCH_NAME, /* no: the name service does not know the user or the group */
    VMNETACL_MATCH_FAILED,       /* the lookup of the user or the group failed: an allow does not match */
};

enum vmnetacl_event_kind {
    VMNETACL_EVENT_RULE,   /* a rule was looked at */
    VMNETACL_EVENT_SOURCE, /* a source was asked; its rules came before */
};

struct vmnetacl_event {
    enum vmnetacl_event_kind kind;
    const char *source;
    /* RULE */
    const struct vmnetacl_rule *rule;
    enum vmnetacl_match subject; /* does it mean the caller? */
    enum vmnetacl_match bridge;  /* does it mean the bridge? */
    /* SOURCE */
    bool was_asked;                     /* false: the search had ended before it, and status means nothing */
    bool ends_search;                   /* the switch says so, for this status */
    enum vmnetacl_status status;        /* ALLOW, DENY, NOTFOUND, UNAVAIL or TRYAGAIN */
    const struct vmnetacl_error *error; /* for UNAVAIL and TRYAGAIN; else NULL */
};

/*
 * As vmnetacl_decide(), telling how it comes to its verdict: visit is called for each rule of each source that is
 * asked, in their order, and for each source after its rules. event and all in it live until visit returns.
 * visit: not NULL; data is handed on to it. When it returns false, it is not called again, and the answer is STOPPED.
 * Returns as vmnetacl_decide(); INVALID without a call of visit.
 */
enum vmnetacl_status vmnetacl_explain(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                      const struct vmnetacl_names *names, const char *bridge,
                                      bool (*visit)(const struct vmnetacl_event *event, void *data), void *data,
                                      struct vmnetacl_decision *decision);

/*
 * Which bridges may this caller use? visit is called for each name that is allowed, in the order of strcmp(3), once:
 * of those in existing, and of those that an allow rule names. Rules for "all" and for patterns allow more names than
 * can be listed; of these, only the names in existing are visited.
 *
 * names:    as for vmnetacl_decide(), from vmnetacl_resolve() with bridge NULL; NULL: they are looked up for each
 *           bridge whose verdict depends on some, which takes longer, but a lookup that fails then spoils no other
 *           verdict.
 * existing: names of bridges to ask about; NULL when existing_count is 0. Those that no interface can have are
 *           skipped.
 * Returns OK; UNAVAIL or TRYAGAIN, with error filled in, when there is no verdict on a name: that of the first such
 * name, after all others have been told; TRYAGAIN when out of memory; STOPPED when visit returned false; INVALID when
 * policy, caller or visit is NULL.
 */
enum vmnetacl_status vmnetacl_enumerate(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                        const struct vmnetacl_names *names, const char *const *existing,
                                        size_t existing_count,
                                        bool (*visit)(const char *, const struct vmnetacl_decision *, void *),
                                        void *data, struct vmnetacl_error *error);

/* The kind of change that would make a refused request allowed. */
enum vmnetacl_cure {
    VMNETACL_CURE_NONE,   /* none is needed; or no rule helps before sources in error are fixed, or memory is short */
    VMNETACL_CURE_ADD,    /* add a rule */
    VMNETACL_CURE_REMOVE, /* as long as this deny exists, no rule helps */
    VMNETACL_CURE_RENAME, /* no rule that can be pasted is about this bridge only: give it another name */
    VMNETACL_CURE_LOGIN,  /* log in again: the user database has the caller in a group that this session lacks */
};

/* The longest: allow user ACCOUNT bridge NAME; with the terminating NUL. */
#define VMNETACL_ADVICE_RULE_SIZE 320

struct vmnetacl_advice {
    enum vmnetacl_cure cure;
    /* ADD */
    const char *source;    /* "files" or "qemu"; lives for ever */
    bool is_for_everybody; /* the rule lets every user use the bridge: the source knows no other rules */
    bool is_new;           /* there is nothing at the source's path: the file, and for "files" its directory, is new */
    char file[VMNETACL_PATH_SIZE];        /* the bytes of the path, not escaped */
    char rule[VMNETACL_ADVICE_RULE_SIZE]; /* one line of printable ASCII, without the newline */
    /* REMOVE */
    struct vmnetacl_place deny; /* the deny that decides, or would once a rule is added; lives as long as the policy */
    /* LOGIN: the allow that is for this group; file is NULL when it is the group that may read the file below. */
    struct vmnetacl_place group;
    /* The cause of NOTFOUND, perhaps: the first included file that was skipped because it may not be read, or NULL.
       Lives as long as the policy. */
    const char *unread;
    gid_t unread_gid;        /* the group that may read it; (gid_t)-1: none, or it is unknown */
    const void *reserved[3]; /* NULL */
};

/*
 * What would make this request allowed? A new session, if the user database has the caller in a group that matters but
 * the credentials do not; it is asked as by vmnetacl_resolve(). Else the narrowest rule, which is there in both cases:
 * for this caller and this bridge only, unless the only source in which it counts has no such rules: then
 * is_for_everybody is set. The rule was parsed again, as a check.
 *
 * names:  as for vmnetacl_decide().
 * login:  the caller's login name, for a rule by name instead of by uid. It must be a name whose uid in the user
 *         database is the caller's; not used if a rule cannot contain it. NULL: by uid.
 * advice: filled in whole whatever the answer. Not NULL.
 * Returns the verdict, as vmnetacl_decide(); only NOTFOUND and DENY have a cure. INVALID also when advice is NULL.
 */
enum vmnetacl_status vmnetacl_advise(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                     const struct vmnetacl_names *names, const char *bridge, const char *login,
                                     struct vmnetacl_advice *advice);

/*
 * Walk over every rule of a policy, in order: by source, file and line.
 *
 * rules: a place among the rules, before the first; to be closed with vmnetacl_rules_close(), before the policy is
 *        freed; NULL on failure. One place is for one thread.
 * Returns OK; TRYAGAIN when out of memory; INVALID when policy or rules is NULL.
 */
struct vmnetacl_rules;
enum vmnetacl_status vmnetacl_rules_open(const struct vmnetacl_policy *policy, struct vmnetacl_rules **rules);

/* The next rule, which lives until the next call with rules. NULL after the last, and when rules is NULL. */
const struct vmnetacl_rule *vmnetacl_rules_next(struct vmnetacl_rules *rules);

/* Close it. NULL is fine. */
void vmnetacl_rules_close(struct vmnetacl_rules *rules);

/* What vmnetacl_lint() found. */
struct vmnetacl_finding {
    bool is_error;                      /* else a warning */
    const char *source;                 /* "switch", "files", "qemu" or "names"; lives for ever */
    const struct vmnetacl_error *error; /* what, where, why; lives until visit returns */
};

/*
 * Look for all that is wrong with rules, not only for the first: visit is called for each error, then for each
 * warning: rules that can never take effect, options that do not do what they look like, unknown names, files and
 * directories that look like a mistake.
 *
 * origin: as for vmnetacl_load_from(), also refused in the same cases; NULL: the system's rules.
 * timeout_ms: as for vmnetacl_resolve().
 * Returns OK when it could look, whatever it found; STOPPED when visit returned false; TRYAGAIN when out of memory;
 * INVALID. error: filled in on failure, but not for STOPPED; may be NULL.
 */
enum vmnetacl_status vmnetacl_lint(const struct vmnetacl_origin *origin, unsigned timeout_ms,
                                   bool (*visit)(const struct vmnetacl_finding *finding, void *data), void *data,
                                   struct vmnetacl_error *error);

/*
 * The files that the policy was made from, in the order in which they were looked for, and those that were skipped
 * in silence: an include that does not exist or may not be read, the first file or the directory of a source if there
 * is none.
 *
 * index: from 0. file: filled in when there is such a file. Not NULL.
 * Returns false when there are no more.
 */
bool vmnetacl_file_at(const struct vmnetacl_policy *policy, size_t index, struct vmnetacl_file *file);

/* The sources of the switch, likewise. */
bool vmnetacl_source_at(const struct vmnetacl_policy *policy, size_t index, struct vmnetacl_source *source);

/*
 * Must a program that obeys an ALLOW first write a record of it to the system log, and refuse when it cannot? The
 * administrator says so with "log: required", vmnet-switch.conf(5). A program that looks at this says ENFORCES_LOG; for
 * any other there is no ALLOW then. False for NULL.
 */
bool vmnetacl_requires_log(const struct vmnetacl_policy *policy);

/*
 * May a program that serves a socket obey an ALLOW for a caller in another network namespace than its own, who may be
 * isolated on purpose? The administrator says so with "network: any". No verdict depends on it: ask. False for NULL.
 */
bool vmnetacl_permits_any_network(const struct vmnetacl_policy *policy);

/*
 * Can an interface have this name? The kernel's rule (dev_valid_name() in net/core/dev.c: 1 to 15 bytes, not "." or
 * "..", no '/', ':' or blank), and besides no control byte and no '%', which would make a name a pattern.
 *
 * name: name_len bytes, which need not end with a NUL.
 */
bool vmnetacl_name_valid(const char *name, size_t name_len);

/* The version of the library, as "1.0.0", or "1.0.0~rc1" before its release. */
const char *vmnetacl_version(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
