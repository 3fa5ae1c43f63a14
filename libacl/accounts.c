/* SPDX-License-Identifier: MIT */
#include "accounts.h"

#include "array.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a, 32 bits. Only root chooses what goes in. */
static uint32_t hash(enum account_kind kind, const char *name, size_t name_len, uint32_t id)
{
    uint32_t value = 2166136261U ^ (uint32_t)kind ^ id * 2654435761U;

    for (size_t i = 0; i < name_len; i++)
        value = (value ^ (unsigned char)name[i]) * 16777619U;
    return value ^ value >> 15;
}

const char *accounts_name(const struct accounts *accounts, size_t index)
{
    return accounts->list[index].kind != ACCOUNT_GID ? accounts->names + accounts->list[index].offset : NULL;
}

static bool is_equal(const struct accounts *accounts, size_t index, enum account_kind kind, const char *name,
                     size_t name_len, uint32_t id)
{
    const struct account *account = &accounts->list[index];
    const char *known = accounts->names + account->offset;

    if (account->kind != kind || account->id != id)
        return false;
    return kind == ACCOUNT_GID || (strncmp(known, name, name_len) == 0 && known[name_len] == '\0');
}

/* The slot of an account, or the free one where it belongs. There is always a free one. */
static uint32_t *find_slot(const struct accounts *accounts, enum account_kind kind, const char *name, size_t name_len,
                           uint32_t id)
{
    size_t at = hash(kind, name, name_len, id);

    for (;; at++) {
        uint32_t *slot = &accounts->table[at & (accounts->table_size - 1)];
        if (*slot == 0 || is_equal(accounts, *slot - 1, kind, name, name_len, id))
            return slot;
    }
}

/* A table of twice the size, with everything in it. */
static bool grow_table(struct accounts *accounts)
{
    struct accounts grown = *accounts;

    grown.table_size = accounts->table_size > 0 ? accounts->table_size * 2 : 16;
    grown.table = calloc(grown.table_size, sizeof *grown.table);
    if (grown.table == NULL)
        return false;
    for (size_t i = 0; i < accounts->count; i++) {
        const struct account *account = &accounts->list[i];
        const char *name = accounts_name(accounts, i);
        *find_slot(&grown, account->kind, name, name != NULL ? strlen(name) : 0, account->id) = (uint32_t)i + 1;
    }
    free(accounts->table);
    *accounts = grown;
    return true;
}

/* On failure nothing has changed but what there is room for. */
static bool add(struct accounts *accounts, enum account_kind kind, const char *name, size_t name_len, uint32_t id)
{
    struct account *list = array_grow(accounts->list, accounts->count, 1, &accounts->capacity, sizeof *list);
    char *names;

    if (list == NULL)
        return false;
    accounts->list = list;
    names = array_grow(accounts->names, accounts->names_len, name_len + 1, &accounts->names_capacity, 1);
    if (names == NULL)
        return false;
    accounts->names = names;
    list[accounts->count++] = (struct account){.kind = kind, .id = id, .offset = accounts->names_len};
    memcpy(names + accounts->names_len, name, name_len);
    accounts->names_len += name_len;
    names[accounts->names_len++] = '\0';
    return true;
}

bool accounts_intern(struct accounts *accounts, enum account_kind kind, const char *name, size_t name_len, uint32_t id,
                     uint32_t *index)
{
    uint32_t *slot;

    if (kind == ACCOUNT_GID) {
        name = "";
        name_len = 0;
    }
    if (accounts->count * 2 >= accounts->table_size && !grow_table(accounts))
        return false;
    slot = find_slot(accounts, kind, name, name_len, id);
    if (*slot == 0) {
        if (!add(accounts, kind, name, name_len, id))
            return false;
        *slot = (uint32_t)accounts->count;
    }
    *index = *slot - 1;
    return true;
}

void accounts_free(struct accounts *accounts)
{
    free(accounts->list);
    free(accounts->names);
    free(accounts->table);
    *accounts = (struct accounts){.count = 0};
}
