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
        [VMNETACL_CODE_INCLUDE_DEEP] = "include-deep",
        [VMNETACL_CODE_INCLUDE_LOOP] = "include-loop",
        [VMNETACL_CODE_FILE_MISSING] = "file-missing",
        [VMNETACL_CODE_FILE_DANGLING] = "file-dangling",
        [VMNETACL_CODE_FILE_DENIED] = "file-denied",
        [VMNETACL_CODE_FILE_KIND] = "file-kind",
        [VMNETACL_CODE_FILE_OWNER] = "file-owner",
        [VMNETACL_CODE_FILE_MODE] = "file-mode",
        [VMNETACL_CODE_FILE_LARGE] = "file-large",
        [VMNETACL_CODE_FILE_CHANGED] = "file-changed",
        [VMNETACL_CODE_FILE_LINKS] = "file-links",
        [VMNETACL_CODE_FOLDER_OWNER] = "folder-owner",
        [VMNETACL_CODE_FOLDER_MODE] = "folder-mode",
        [VMNETACL_CODE_SYSTEM] = "system",
        [VMNETACL_CODE_MEMORY] = "memory",
        [VMNETACL_CODE_ARGUMENT] = "argument",
    };
    size_t index = (size_t)code;
    return index < sizeof names / sizeof names[0] ? names[index] : "unknown";
}
