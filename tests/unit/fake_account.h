/* SPDX-License-Identifier: MIT */
/* A user or a group of a name service that is the test's. */
#ifndef UNIT_FAKE_ACCOUNT_H
#define UNIT_FAKE_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

struct fake_account {
    bool is_group;
    const char *name;
    uint32_t id;
    bool has_caller; /* of a group: by the database, he is a member */
};

#endif
