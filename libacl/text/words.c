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
    case VMNETACL_STOPPED:
        return "stopped";
    }
    return "unknown";
}

const char *vmnetacl_version(void)
{
    return VMNETACL_VERSION;
}
