/* SPDX-License-Identifier: MIT */
#include "accounts.h"

#include "array.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a, 32 bits. Only root chooses what goes in. */
static uint32_t hash_of(enum account_kind kind, const char *name, size_t name_len, uint32_t id)
{
    uint32_t value = 2166136261U ^ (uint32_t)kind ^ id * 2654435761U;

    for (size_t i = 0; i < name_len; i++)
        value = (value ^ (unsigned char)name[i]) * 16777619U;
    value = (value ^ value >> 16) * 2246822507U; /* so that like names do not lie side by side */
    return value ^ value >> 13;
}

const char *accounts_name(const struct accounts *accounts, size_t index)
{
    return accounts->list[index].kind != ACCOUNT_GID ? accounts->names + accounts->list[index].offset : NULL;
}

static bool is_equal(const struct accounts *accounts, size_t index, const struct account *wanted, const char *name,
                     size_t name_len)
{
    const struct account *account = &accounts->list[index];
    const char *known = accounts->names + account->offset;

    if (account->hash != wanted->hash || account->kind != wanted->kind || account->id != wanted->id)
        return false;
    return wanted->kind == ACCOUNT_GID || (strncmp(known, name, name_len) == 0 && known[name_len] == '\0');
}

/* A table of twice the size, with everything in it. */
static bool grow_table(struct accounts *accounts)
{
    size_t size = accounts->table_size > 0 ? accounts->table_size * 2 : 64;
    uint32_t *table = reallocarray(NULL, size, sizeof *table);

    if (table == NULL)
        return false;
    memset(table, 0, size * sizeof *table);
    for (size_t i = 0; i < accounts->count; i++) {
        size_t at = accounts->list[i].hash;
        while (table[at & (size - 1)] != 0)
            at++;
        table[at & (size - 1)] = (uint32_t)i + 1;
    }
    free(accounts->table);
    accounts->table = table;
    accounts->table_size = size;
    return true;
}

/* On failure nothing has changed but what there is room for. */
static bool add(struct accounts *accounts, const struct account *account, const char *name, size_t name_len)
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
    list[accounts->count] = *account;
    list[accounts->count++].offset = accounts->names_len;
    memcpy(names + accounts->names_len, name, name_len);
    accounts->names_len += name_len;
    names[accounts->names_len++] = '\0';
    return true;
}

/* The slot of an account, or the free one where it belongs. There is always a free one. */
static uint32_t *find_slot(const struct accounts *accounts, const struct account *wanted, const char *name,
                           size_t name_len)
{
    size_t at = wanted->hash;
    uint32_t *slot;

    do {
        slot = &accounts->table[at++ & (accounts->table_size - 1)];
    } while (*slot != 0 && !is_equal(accounts, *slot - 1, wanted, name, name_len));
    return slot;
}

/* name of a GID: "". */
static struct account make_account(enum account_kind kind, const char **name, size_t *name_len, uint32_t id)
{
    if (kind == ACCOUNT_GID) {
        *name = "";
        *name_len = 0;
    }
    return (struct account){.kind = kind, .id = id, .hash = hash_of(kind, *name, *name_len, id)};
}

bool accounts_intern(struct accounts *accounts, enum account_kind kind, const char *name, size_t name_len, uint32_t id,
                     uint32_t *index)
{
    struct account wanted = make_account(kind, &name, &name_len, id);
    uint32_t *slot;

    if (accounts->count * 2 >= accounts->table_size && !grow_table(accounts))
        return false;
    slot = find_slot(accounts, &wanted, name, name_len);
    if (*slot == 0) {
        if (!add(accounts, &wanted, name, name_len))
            return false;
        *slot = (uint32_t)accounts->count;
    }
    *index = *slot - 1;
    return true;
}

size_t accounts_find(const struct accounts *accounts, enum account_kind kind, const char *name, size_t name_len,
                     uint32_t id)
{
    struct account wanted = make_account(kind, &name, &name_len, id);
    uint32_t *slot = accounts->table_size > 0 ? find_slot(accounts, &wanted, name, name_len) : NULL;

    return slot != NULL && *slot != 0 ? *slot - 1 : accounts->count;
}

void accounts_free(struct accounts *accounts)
{
    free(accounts->list);
    free(accounts->names);
    free(accounts->table);
    *accounts = (struct accounts){.count = 0};
}
