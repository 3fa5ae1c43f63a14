/* SPDX-License-Identifier: MIT */
/*
 * read_rules BRIDGE...: read the rules of this system, and print the verdict on each bridge, a line each. An error is
 * printed as line, column and code.
 */
#include "vmnetacl.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    const struct vmnetacl_caller caller = {.uid = getuid(), .gid = getgid()};
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;
    struct vmnetacl_file file;

    if (vmnetacl_load(&policy, &error) != VMNETACL_OK) {
        printf("%u:%u: %s\n", error.line, error.column, vmnetacl_code_name(error.code));
        return EXIT_FAILURE;
    }
    for (size_t i = 0; vmnetacl_file_at(policy, i, &file); i++)
        printf("%s %s\n", file.found ? "read" : "missing", file.path);
    for (int i = 1; i < argc; i++)
        printf("%s %s\n", vmnetacl_status_name(vmnetacl_decide(policy, &caller, argv[i], NULL)), argv[i]);
    vmnetacl_free(policy);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
