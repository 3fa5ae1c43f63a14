/* SPDX-License-Identifier: MIT */
/* What a helper that reads only bridge.conf allows, beside what all the rules of this system allow. */
#pragma once

#include "account.h"
#include "interfaces.h"
#include "string_set.h"

#include <stdbool.h>
#include <stddef.h>

struct stock_rules {
    struct vmnetacl_policy *whole; /* the rules of this system */
    struct vmnetacl_policy *alone; /* those of bridge.conf; it has no others */
    bool has_source;               /* the rules of this system include them */
    struct string_set named;       /* bridges that exist, and those that a rule names */
    char **names;                  /* the same */
    size_t names_count;
};

/*
 * Read both, as this process may. Returns false when either has an error, so that nothing is known; stock is to be freed
 * in any case.
 */
bool stock_rules_read(struct stock_rules *stock, const char *bridge_conf, const struct interfaces *interfaces);

/*
 * Visit each of the named bridges that bridge.conf allows, until visit returns false. Its rules are for all users, so
 * it does not matter who is asked about.
 */
void stock_rules_visit(const struct stock_rules *stock, const struct vmnetacl_caller *caller,
                       bool (*visit)(const char *bridge, const struct vmnetacl_decision *decision, void *data),
                       void *data);

void stock_rules_free(struct stock_rules *stock);
