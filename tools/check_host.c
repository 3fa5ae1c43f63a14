/* SPDX-License-Identifier: MIT */
#include "check_host.h"

#include "account.h"
#include "helper_file.h"
#include "memory.h"
#include "stock_helper.h"

void check_host(struct findings *findings)
{
    struct account account;
    struct helper_file helper;
    struct stock_helper stock;

    account_of_ids(&account);
    helper_file_look(&helper, &account, true);
    for (size_t i = 0; i < helper.faults_count; i++) {
        const struct helper_fault *fault = &helper.faults[i];
        if (!fault->is_as_installed)
            findings_add_note(findings, "host", "helper-file", NULL,
                              memory_format("%s%s%s", fault->text, fault->cure == NULL ? "" : "; ",
                                            fault->cure == NULL ? "" : fault->cure));
    }
    stock_helper_find(&stock);
    if (stock.is_setuid)
        findings_add_note(findings, "host", "helper-other", NULL, stock_helper_warning(&stock));
    helper_file_free(&helper);
    account_free(&account);
}
