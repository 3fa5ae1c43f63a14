/* SPDX-License-Identifier: MIT */
/* The part of <vmnetacl.h> about statuses and errors, which includes it. */
#ifndef VMNETACL_ERROR_OBJECT_H
#define VMNETACL_ERROR_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Room in struct vmnetacl_error, with the terminating NUL. */
#define VMNETACL_PATH_SIZE    1024
#define VMNETACL_MESSAGE_SIZE 256

enum vmnetacl_status {
    VMNETACL_OK = 0,   /* the call did what it is for; never a verdict */
    VMNETACL_ALLOW,    /* a rule allows it and none denies it */
    VMNETACL_DENY,     /* a rule denies it */
    VMNETACL_NOTFOUND, /* all rules were read, and none speaks of it */
    VMNETACL_UNAVAIL,  /* the rules could not be read in full: no verdict, so nothing is permitted */
    VMNETACL_TRYAGAIN, /* as UNAVAIL, when out of memory or descriptors, or a file was being written: try later */
    VMNETACL_INVALID,  /* the arguments are not what the function takes */
    VMNETACL_STOPPED,  /* the function that is called for each item returned false */
};

/* What exactly is wrong. A code's name (vmnetacl_code_name) is stable and fit for tests and for other programs. */
enum vmnetacl_code {
    VMNETACL_CODE_NONE = 0,
    /* In a line. */
    VMNETACL_CODE_KEYWORD_UNKNOWN,
    VMNETACL_CODE_NAME_MISSING,
    VMNETACL_CODE_NAME_INVALID,
    VMNETACL_CODE_NAME_LONG,
    VMNETACL_CODE_PATH_MISSING,
    VMNETACL_CODE_PATH_RELATIVE,
    VMNETACL_CODE_LINE_LONG,
    VMNETACL_CODE_LINE_NUL,
    VMNETACL_CODE_SUBJECT_MISSING,
    VMNETACL_CODE_SUBJECT_UNKNOWN,
    VMNETACL_CODE_ACCOUNT_MISSING,
    VMNETACL_CODE_ACCOUNT_INVALID,
    VMNETACL_CODE_ACCOUNT_LONG,
    VMNETACL_CODE_NUMBER_MISSING,
    VMNETACL_CODE_NUMBER_INVALID,
    VMNETACL_CODE_NUMBER_LARGE,
    VMNETACL_CODE_BRIDGE_MISSING,
    VMNETACL_CODE_PATTERN_INVALID,
    VMNETACL_CODE_OPTION_UNKNOWN,
    VMNETACL_CODE_OPTION_REPEATED,
    VMNETACL_CODE_OPTION_DENY,
    VMNETACL_CODE_SWITCH_SECOND,
    VMNETACL_CODE_SOURCE_UNKNOWN,
    VMNETACL_CODE_SOURCE_REPEATED,
    VMNETACL_CODE_SOURCE_MISSING,
    VMNETACL_CODE_ACTION_INVALID,
    VMNETACL_CODE_ACTION_FORBIDDEN,
    VMNETACL_CODE_ACTION_REPEATED,
    VMNETACL_CODE_INCLUDE_DEEP,
    VMNETACL_CODE_INCLUDE_LOOP,
    /* Of a file. */
    VMNETACL_CODE_SWITCH_EMPTY,
    VMNETACL_CODE_FILE_MISSING,
    VMNETACL_CODE_FILE_DANGLING,
    VMNETACL_CODE_FILE_DENIED,
    VMNETACL_CODE_FILE_KIND,
    VMNETACL_CODE_FILE_OWNER,
    VMNETACL_CODE_FILE_MODE,
    VMNETACL_CODE_FILE_LARGE,
    VMNETACL_CODE_FILE_CHANGED,
    VMNETACL_CODE_FILE_LINKS,
    VMNETACL_CODE_DIRECTORY_KIND,
    VMNETACL_CODE_DIRECTORY_OWNER,
    VMNETACL_CODE_DIRECTORY_MODE,
    VMNETACL_CODE_DIRECTORY_LARGE,
    /* Of the system, and of names. */
    VMNETACL_CODE_SYSTEM, /* a system call failed: see system_errno */
    VMNETACL_CODE_MEMORY,
    VMNETACL_CODE_NAMES_MISSING,  /* a rule names a user or a group, and it was not looked up */
    VMNETACL_CODE_LOOKUP_FAILED,  /* a lookup failed, or the caller cannot be identified */
    VMNETACL_CODE_LOOKUP_BROKEN,  /* the process that asks the name service ended, or did not answer as it should */
    VMNETACL_CODE_LOOKUP_TIMEOUT, /* it did not answer in time */
    VMNETACL_CODE_LOOKUP_LIMITS,  /* the resource limits are too tight for it to be believed */
    VMNETACL_CODE_LOOKUP_NONE,    /* this build of the library cannot ask the name service */
    VMNETACL_CODE_ARGUMENT,
    VMNETACL_CODE_SECURE, /* a setuid program takes its rules from nowhere but the system */
    /* What vmnetacl_lint() warns of. */
    VMNETACL_CODE_RULE_SHADOWED, /* redundant: an earlier allow gives all that this one gives */
    VMNETACL_CODE_RULE_DENIED,   /* an allow is taken back in full by a deny */
    VMNETACL_CODE_ACCOUNT_UNKNOWN,
    VMNETACL_CODE_FILE_IGNORED,
    VMNETACL_CODE_DIRECTORY_GROUP,
    VMNETACL_CODE_INCLUDE_HIDES,   /* a deny in an included file that not everybody may read */
    VMNETACL_CODE_INCLUDE_SKIPPED, /* an included file that does not exist, or that is not ours to read */
    VMNETACL_CODE_FILE_PRIVATE,    /* not everybody may read a file or directory without which there is no verdict */
    /* Of a decision. */
    VMNETACL_CODE_OPTION_UNENFORCED, /* the rule that allows it has an option that the program does not enforce */
    VMNETACL_CODE_READER, /* not everybody may read the rules, and they were not read with the caller's credentials */
    VMNETACL_CODE_RESOURCES,    /* out of descriptors or processes, which a caller can provoke: see system_errno */
    VMNETACL_CODE_FILE_FUSE,    /* a file or directory on FUSE, of which any user can be the server */
    VMNETACL_CODE_NAME_LITERAL, /* lint: a pattern or quotes where they are taken literally */
    VMNETACL_CODE_MAC_INVALID,  /* an option's MAC address; also one that is missing */
    VMNETACL_CODE_TAP_INVALID,  /* an option's name of a tap; also one that is missing */
    VMNETACL_CODE_OPTION_GROUP, /* lint: an option that fits one user is in a rule for more */
    VMNETACL_CODE_OPTION_SOME,  /* lint: another allow of the bridge lacks the option, which protects little then */
    VMNETACL_CODE_OPTION_TAP,   /* lint: a tap's name that is too long, or that two taps would have */
    VMNETACL_CODE_FILE_FORBIDDEN, /* its mode lets us read a file, or search a directory, and a security module does not */
};

/* What kind of thing is wrong, by its code. */
enum vmnetacl_class {
    VMNETACL_CLASS_NONE = 0,
    VMNETACL_CLASS_LINE,    /* a line is wrong: file, line and column say which */
    VMNETACL_CLASS_FILE,    /* a file or a directory is not one that is obeyed */
    VMNETACL_CLASS_READ,    /* a file or a directory could not be read */
    VMNETACL_CLASS_NAMES,   /* a name in the rules could not be looked up */
    VMNETACL_CLASS_CALL,    /* the program did not call the library as it must */
    VMNETACL_CLASS_WARNING, /* vmnetacl_lint() warns of it */
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
    char message[VMNETACL_MESSAGE_SIZE]; /* escaped: each byte outside printable ASCII is \xHH */
    uint32_t reserved[4];                /* 0 */
};

/* The constant's own word in lower case, as "allow" or "name-missing"; "unknown" for any other value. Never NULL. */
const char *vmnetacl_status_name(enum vmnetacl_status status);
const char *vmnetacl_code_name(enum vmnetacl_code code);

/* The class of a code; CALL for a value that is no code. */
enum vmnetacl_class vmnetacl_code_class(enum vmnetacl_code code);

/*
 * What to do about an error with this code, as "try again", to be shown after its message, and after the text of its
 * system_errno if that is not 0. NULL when the message says what to do.
 */
const char *vmnetacl_code_advice(enum vmnetacl_code code);

/*
 * Copy bytes so that they can be shown on a terminal or in a log: each byte outside printable ASCII becomes \xHH, with
 * two lower-case hexadecimal digits. A backslash stays as it is, so this is for people to read, not for programs.
 *
 * out:   of out_size bytes. The copy ends with a NUL, and at a whole character when it does not fit; it always fits in
 *        4 * bytes_len + 1. Nothing is written when out_size is 0.
 * bytes: bytes_len of them. Not NULL unless bytes_len is 0.
 * Returns the length of the copy in bytes, without the NUL. May be called in a signal handler.
 */
size_t vmnetacl_escape(char *out, size_t out_size, const char *bytes, size_t bytes_len);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
