/* SPDX-License-Identifier: MIT */
/* Words for the constants of the public header. Pure. */
#include "vmnetacl.h"

const char *vmnetacl_status_name(enum vmnetacl_status status)
{
    switch (status) {
    case VMNETACL_OK:
        return "ok";
    case VMNETACL_ALLOW:
        return "allow";
    case VMNETACL_DENY:
        return "deny";
    case VMNETACL_NOTFOUND:
        return "notfound";
    case VMNETACL_UNAVAIL:
        return "unavail";
    case VMNETACL_TRYAGAIN:
        return "tryagain";
    case VMNETACL_INVALID:
        return "invalid";
    }
    return "unknown";
}

const char *vmnetacl_code_name(enum vmnetacl_code code)
{
    static const char *const names[] = {
        [VMNETACL_CODE_NONE] = "none",
        [VMNETACL_CODE_KEYWORD_UNKNOWN] = "keyword-unknown",
        [VMNETACL_CODE_NAME_MISSING] = "name-missing",
        [VMNETACL_CODE_NAME_INVALID] = "name-invalid",
        [VMNETACL_CODE_NAME_LONG] = "name-long",
        [VMNETACL_CODE_PATH_MISSING] = "path-missing",
        [VMNETACL_CODE_PATH_RELATIVE] = "path-relative",
        [VMNETACL_CODE_LINE_LONG] = "line-long",
        [VMNETACL_CODE_LINE_NUL] = "line-nul",
        [VMNETACL_CODE_SUBJECT_MISSING] = "subject-missing",
        [VMNETACL_CODE_SUBJECT_UNKNOWN] = "subject-unknown",
        [VMNETACL_CODE_ACCOUNT_MISSING] = "account-missing",
        [VMNETACL_CODE_ACCOUNT_INVALID] = "account-invalid",
        [VMNETACL_CODE_ACCOUNT_LONG] = "account-long",
        [VMNETACL_CODE_NUMBER_MISSING] = "number-missing",
        [VMNETACL_CODE_NUMBER_INVALID] = "number-invalid",
        [VMNETACL_CODE_NUMBER_LARGE] = "number-large",
        [VMNETACL_CODE_BRIDGE_MISSING] = "bridge-missing",
        [VMNETACL_CODE_PATTERN_INVALID] = "pattern-invalid",
        [VMNETACL_CODE_OPTION_UNKNOWN] = "option-unknown",
        [VMNETACL_CODE_OPTION_REPEATED] = "option-repeated",
        [VMNETACL_CODE_OPTION_DENY] = "option-deny",
        [VMNETACL_CODE_SWITCH_SECOND] = "switch-second",
        [VMNETACL_CODE_SOURCE_UNKNOWN] = "source-unknown",
        [VMNETACL_CODE_SOURCE_REPEATED] = "source-repeated",
        [VMNETACL_CODE_SOURCE_MISSING] = "source-missing",
        [VMNETACL_CODE_ACTION_INVALID] = "action-invalid",
        [VMNETACL_CODE_ACTION_FORBIDDEN] = "action-forbidden",
        [VMNETACL_CODE_ACTION_REPEATED] = "action-repeated",
        [VMNETACL_CODE_INCLUDE_DEEP] = "include-deep",
        [VMNETACL_CODE_INCLUDE_LOOP] = "include-loop",
        [VMNETACL_CODE_SWITCH_EMPTY] = "switch-empty",
        [VMNETACL_CODE_FILE_MISSING] = "file-missing",
        [VMNETACL_CODE_FILE_DANGLING] = "file-dangling",
        [VMNETACL_CODE_FILE_DENIED] = "file-denied",
        [VMNETACL_CODE_FILE_KIND] = "file-kind",
        [VMNETACL_CODE_FILE_OWNER] = "file-owner",
        [VMNETACL_CODE_FILE_MODE] = "file-mode",
        [VMNETACL_CODE_FILE_LARGE] = "file-large",
        [VMNETACL_CODE_FILE_CHANGED] = "file-changed",
        [VMNETACL_CODE_FILE_LINKS] = "file-links",
        [VMNETACL_CODE_DIRECTORY_KIND] = "directory-kind",
        [VMNETACL_CODE_DIRECTORY_OWNER] = "directory-owner",
        [VMNETACL_CODE_DIRECTORY_MODE] = "directory-mode",
        [VMNETACL_CODE_DIRECTORY_LARGE] = "directory-large",
        [VMNETACL_CODE_SYSTEM] = "system",
        [VMNETACL_CODE_MEMORY] = "memory",
        [VMNETACL_CODE_NAMES_MISSING] = "names-missing",
        [VMNETACL_CODE_LOOKUP_FAILED] = "lookup-failed",
        [VMNETACL_CODE_LOOKUP_BROKEN] = "lookup-broken",
        [VMNETACL_CODE_LOOKUP_TIMEOUT] = "lookup-timeout",
        [VMNETACL_CODE_LOOKUP_LIMITS] = "lookup-limits",
        [VMNETACL_CODE_LOOKUP_NONE] = "lookup-none",
        [VMNETACL_CODE_ARGUMENT] = "argument",
        [VMNETACL_CODE_SECURE] = "secure",
        [VMNETACL_CODE_RULE_SHADOWED] = "rule-shadowed",
        [VMNETACL_CODE_RULE_DENIED] = "rule-denied",
        [VMNETACL_CODE_ACCOUNT_UNKNOWN] = "account-unknown",
        [VMNETACL_CODE_FILE_IGNORED] = "file-ignored",
        [VMNETACL_CODE_DIRECTORY_GROUP] = "directory-group",
        [VMNETACL_CODE_INCLUDE_HIDES] = "include-hides",
        [VMNETACL_CODE_INCLUDE_SKIPPED] = "include-skipped",
        [VMNETACL_CODE_FILE_PRIVATE] = "file-private",
        [VMNETACL_CODE_OPTION_UNENFORCED] = "option-unenforced",
    };
    size_t index = (size_t)code;
    return index < sizeof names / sizeof names[0] ? names[index] : "unknown";
}

const char *vmnetacl_version(void)
{
    return VMNETACL_VERSION;
}
