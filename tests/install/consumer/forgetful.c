/* SPDX-License-Identifier: MIT */
/*
 * forgetful BRIDGE [USER | -]: forgets every check that it can forget, and grants when the one comparison says so.
 * USER: for that user; -: for the peer of descriptor 3. It must grant only what the rules allow.
 */
#include <stdio.h>
#include <string.h>
#include <vmnetacl.h>

int main(int argc, char *argv[])
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_caller *caller;
    struct vmnetacl_decision decision;

    (void)argc;
    vmnetacl_load(&policy, NULL);
    if (argv[2] == NULL)
        vmnetacl_caller_self(&caller, NULL);
    else if (strcmp(argv[2], "-") == 0)
        vmnetacl_caller_of_peer(3, &caller, NULL);
    else
        vmnetacl_caller_of_user(argv[2], &caller, NULL);
    vmnetacl_authorize(policy, caller, argv[1], 0, &decision, NULL);
    if (decision.verdict == VMNETACL_ALLOW)
        puts("granted");
    return 0; /* and it frees nothing */
}
