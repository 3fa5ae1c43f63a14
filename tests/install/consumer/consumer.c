/* SPDX-License-Identifier: MIT */
/*
 * consumer BRIDGE...: what the rules of this system say about whoever runs it, a line for each bridge, and then the
 * bridges that he may use. A program as one might write it elsewhere: it sees the installed header alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vmnetacl.h>

/* Names that the library has for itself. They must not meet. */
int file_open(void);
int error_add(void);

int file_open(void)
{
    return 1;
}

int error_add(void)
{
    return 2;
}

static int fail(const struct vmnetacl_error *error)
{
    fprintf(stderr, "consumer: %s:%u:%u: %s\n", error->file, error->line, error->column, error->message);
    return EXIT_FAILURE;
}

static bool show(const char *bridge, const struct vmnetacl_decision *decision, void *data)
{
    (void)data;
    printf("may use %s: %s:%u\n", bridge, decision->rule.file, decision->rule.line);
    return true;
}

static int answer(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller, const char *bridge)
{
    struct vmnetacl_names *names;
    struct vmnetacl_decision decision;
    struct vmnetacl_error error;

    if (vmnetacl_resolve(policy, caller, bridge, 0, &names, &error) != VMNETACL_OK)
        return fail(&error);
    vmnetacl_decide(policy, caller, names, bridge, &decision);
    printf("%s: %s", bridge, vmnetacl_status_name(decision.verdict));
    if (decision.rule.file != NULL)
        printf(": %s:%u", decision.rule.file, decision.rule.line);
    printf("\n");
    vmnetacl_names_free(names);
    return EXIT_SUCCESS;
}

static int answer_all(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller)
{
    struct vmnetacl_names *names;
    struct vmnetacl_error error;

    if (vmnetacl_resolve(policy, caller, NULL, 0, &names, &error) != VMNETACL_OK ||
        vmnetacl_enumerate(policy, caller, names, NULL, 0, show, NULL, &error) != VMNETACL_OK)
        return fail(&error);
    vmnetacl_names_free(names);
    return EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
    static gid_t groups[VMNETACL_GROUPS_MAX];
    int count = getgroups(VMNETACL_GROUPS_MAX, groups);
    const struct vmnetacl_caller caller = {.uid = getuid(),
                                           .gid = getgid(),
                                           .groups = groups,
                                           .groups_count = count > 0 ? (size_t)count : 0};
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;
    int status = EXIT_SUCCESS;

    if (strcmp(vmnetacl_version(), VMNETACL_VERSION) != 0 || file_open() + error_add() != 3)
        return EXIT_FAILURE;
    if (vmnetacl_load(&policy, &error) != VMNETACL_OK)
        return fail(&error);
    for (int i = 1; i < argc && status == EXIT_SUCCESS; i++)
        status = answer(policy, &caller, argv[i]);
    if (status == EXIT_SUCCESS)
        status = answer_all(policy, &caller);
    vmnetacl_free(policy);
    return status;
}
