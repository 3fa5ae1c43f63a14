/* SPDX-License-Identifier: MIT */
#include "check_host.h"

#include "account.h"
#include "check_others.h"
#include "helper_file.h"
#include "memory.h"

void check_host(struct findings *findings)
{
    struct account account;
    struct helper_file helper;

    account_of_ids(&account);
    helper_file_look(&helper, &account, true);
    for (size_t i = 0; i < helper.faults_count; i++) {
        const struct helper_fault *fault = &helper.faults[i];
        if (!fault->is_as_installed)
            findings_add_note(findings, "host", "helper-file", NULL,
                              memory_format("%s%s%s", fault->text, fault->cure == NULL ? "" : "; ",
                                            fault->cure == NULL ? "" : fault->cure));
    }
    check_others(findings);
    helper_file_free(&helper);
    account_free(&account);
}
