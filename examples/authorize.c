/* SPDX-License-Identifier: MIT */
/* authorize BRIDGE: may the user who runs this program use the bridge? Exit status 0: yes; 1: no. */
#include <stdio.h>
#include <string.h>
#include <vmnetacl.h>

int main(int argc, char *argv[])
{
    struct vmnetacl_policy *policy = NULL;
    struct vmnetacl_caller *caller = NULL;
    struct vmnetacl_decision decision;
    struct vmnetacl_error error;
    enum vmnetacl_status verdict = vmnetacl_load(&policy, &error);

    if (verdict == VMNETACL_OK)
        verdict = vmnetacl_caller_self(&caller, &error);
    if (verdict == VMNETACL_OK)
        verdict = vmnetacl_authorize(policy, caller, argc == 2 ? argv[1] : NULL, 0, &decision, &error);
    if (verdict == VMNETACL_ALLOW)
        printf("yes, by %s:%u\n", decision.rule.file, decision.rule.line);
    else if (verdict == VMNETACL_DENY)
        printf("no, by %s:%u\n", decision.rule.file, decision.rule.line);
    else if (verdict == VMNETACL_NOTFOUND)
        printf("no: no rule allows it\n");
    else
        printf("no: %s:%u: %s%s%s\n", error.file, error.line, error.message, error.system_errno != 0 ? ": " : "",
               error.system_errno != 0 ? strerror(error.system_errno) : "");
    vmnetacl_caller_free(caller);
    vmnetacl_free(policy);
    return verdict == VMNETACL_ALLOW ? 0 : 1;
}
