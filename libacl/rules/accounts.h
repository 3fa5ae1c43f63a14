/* SPDX-License-Identifier: MIT */
/* The users and groups that the name service is asked about, each once. Memory is all that it touches. */
#ifndef VMNETACL_ACCOUNTS_H
#define VMNETACL_ACCOUNTS_H

#include "vmnetacl.h"

enum account_kind {
    ACCOUNT_USER,  /* by name */
    ACCOUNT_GROUP, /* by name */
    ACCOUNT_GID,   /* by number: whose members are in question */
};

struct account {
    enum account_kind kind;
    uint32_t id; /* of GID; else 0 */
    uint32_t hash;
    size_t offset; /* of its name in accounts.names; of GID: worthless */
};

struct accounts {
    struct account *list;
    size_t count;
    size_t capacity;
    char *names; /* NUL-terminated, one after the other */
    size_t names_len;
    size_t names_capacity;
    uint32_t *table;   /* open addressing: 1 + the index of an account; 0: free */
    size_t table_size; /* a power of two, or 0 */
};

/* The index of the account, which is added when it is new. False when out of memory. name is ignored for a GID. */
bool accounts_intern(struct accounts *accounts, enum account_kind kind, const char *name, size_t name_len, uint32_t id,
                     uint32_t *index);

/* The index of the account; count when it is not there. */
size_t accounts_find(const struct accounts *accounts, enum account_kind kind, const char *name, size_t name_len,
                     uint32_t id);

/* NULL for a GID. Lives until the next account is added. */
const char *accounts_name(const struct accounts *accounts, size_t index);

void accounts_free(struct accounts *accounts);

#endif
