/* SPDX-License-Identifier: MIT */
/* threads BRIDGE...: one policy, a thread for each bridge; a line for each bridge that this user may use. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <vmnetacl.h>

struct request {
    const struct vmnetacl_policy *policy; /* never changes once it is loaded: no lock is needed */
    const struct vmnetacl_caller *caller;
    const char *bridge;
    pthread_t thread;
    enum vmnetacl_status verdict;
};

static void *decide(void *argument)
{
    struct request *request = argument;

    request->verdict = vmnetacl_authorize(request->policy, request->caller, request->bridge, 0, NULL, NULL);
    return NULL;
}

int main(int argc, char *argv[])
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_caller *caller;
    struct request *requests = calloc((size_t)argc, sizeof *requests);

    if (requests == NULL || vmnetacl_load(&policy, NULL) != VMNETACL_OK ||
        vmnetacl_caller_self(&caller, NULL) != VMNETACL_OK)
        return 1;
    for (int i = 1; i < argc; i++) {
        requests[i] = (struct request){.policy = policy, .caller = caller, .bridge = argv[i]};
        if (pthread_create(&requests[i].thread, NULL, decide, &requests[i]) != 0)
            return 1;
    }
    for (int i = 1; i < argc; i++)
        if (pthread_join(requests[i].thread, NULL) == 0 && requests[i].verdict == VMNETACL_ALLOW)
            printf("%s\n", requests[i].bridge);
    vmnetacl_caller_free(caller);
    vmnetacl_free(policy);
    free(requests);
    return 0;
}
