/* SPDX-License-Identifier: MIT */
/*
 * read_rules BRIDGE...: read the rules of this system, and print the verdict on each bridge with the options of an
 * allow, a line each. An error is printed as line, column and code.
 */
#include "vmnetacl.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int fail(const struct vmnetacl_error *error)
{
    printf("%u:%u: %s\n", error->line, error->column, vmnetacl_code_name(error->code));
    return EXIT_FAILURE;
}

static int print_policy(const struct vmnetacl_policy *policy)
{
    struct vmnetacl_source source;
    struct vmnetacl_file file;

    for (size_t i = 0; vmnetacl_source_at(policy, i, &source); i++)
        if (source.error != NULL)
            return fail(source.error);
    for (size_t i = 0; vmnetacl_file_at(policy, i, &file); i++)
        printf("%s %s\n", file.found ? "read" : "missing", file.path);
    return EXIT_SUCCESS;
}

/* In one word each, as in "limit=2 isolated". */
static void print_options(const struct vmnetacl_grant *grant)
{
    struct vmnetacl_option option;

    for (size_t i = 0; vmnetacl_option_at(grant, i, &option); i++)
        printf(" %s%s%s", option.name, option.value[0] != '\0' ? "=" : "", option.value);
}

static int print_verdict(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller, const char *bridge)
{
    struct vmnetacl_decision decision;
    struct vmnetacl_names *names;
    struct vmnetacl_error error;

    if (vmnetacl_resolve(policy, caller, bridge, 0, &names, &error) != VMNETACL_OK)
        return fail(&error);
    printf("%s %s", vmnetacl_status_name(vmnetacl_decide(policy, caller, names, bridge, &decision)), bridge);
    print_options(&decision.grant);
    printf("\n");
    vmnetacl_names_free(names);
    return EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
    static gid_t groups[VMNETACL_GROUPS_MAX];
    /* It grants nothing. But it makes no records, so what needs one is no ALLOW. */
    struct vmnetacl_caller caller = {.uid = getuid(),
                                     .gid = getgid(),
                                     .groups = groups,
                                     .enforces = VMNETACL_OPTIONS_ALL & ~VMNETACL_ENFORCES_LOG};
    int groups_count = getgroups(VMNETACL_GROUPS_MAX, groups);
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;
    int status;

    if (groups_count < 0)
        return EXIT_FAILURE;
    caller.groups_count = (size_t)groups_count;
    if (vmnetacl_load(&policy, &error) != VMNETACL_OK)
        return fail(&error);
    status = print_policy(policy);
    for (int i = 1; i < argc && status == EXIT_SUCCESS; i++)
        status = print_verdict(policy, &caller, argv[i]);
    vmnetacl_free(policy);
    return fflush(stdout) == 0 ? status : EXIT_FAILURE;
}
