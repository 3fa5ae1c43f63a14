/* SPDX-License-Identifier: MIT */
/*
 * A name service of the test's: takes the place of lookup_run() in a program that is linked with -Wl,--wrap for it, and
 * forks nothing.
 */
#ifndef UNIT_FAKE_NAMES_H
#define UNIT_FAKE_NAMES_H

#include "fake_account.h"
#include "lookup.h"

struct fake_names {
    const struct fake_account *accounts;
    size_t accounts_count;
    enum vmnetacl_code failure; /* NONE: it answers */
    int failure_errno;
    size_t failed;            /* the item; SIZE_MAX: all */
    const char *skipped_name; /* this one is not asked about; NULL: all are */
    bool is_lying;            /* it does not say that a deny applies to who has the number */
    const char *failing_name; /* the lookup of this one fails, where only an allow depends on it; NULL: none does */
    /* What was seen since fake_names_start(). */
    size_t calls;
    uid_t uid;
    unsigned timeout_ms;
    char asked[4096]; /* " user:NAME group:NAME gid:N", a '+' after a group that a deny depends on */
};

extern struct fake_names fake_names;

/* From now on these are all that there are, and nothing fails. */
void fake_names_start(const struct fake_account *accounts, size_t accounts_count);

#endif
