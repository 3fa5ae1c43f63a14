/* SPDX-License-Identifier: MIT */
#include "missing_bridge.h"

#include "bridges.h"
#include "memory.h"
#include "rule.h"
#include "similar.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The bridge and the definition of the network that libvirt installs. Only root can read what bridge another one has.
 */
#define LIBVIRT_BRIDGE  "virbr0"
#define LIBVIRT_NETWORK "/etc/libvirt/qemu/networks/default.xml"

bool missing_bridge_is_of_libvirt(const struct interfaces *interfaces, const char *name)
{
    return strcmp(name, LIBVIRT_BRIDGE) == 0 && interfaces->are_known && interfaces_find(interfaces, name) == NULL &&
           access(LIBVIRT_NETWORK, F_OK) == 0;
}

static void consider_rules(struct similar *similar, const struct vmnetacl_policy *policy)
{
    struct vmnetacl_rules *rules = rules_open(policy);
    const struct vmnetacl_rule *rule;

    while ((rule = vmnetacl_rules_next(rules)) != NULL)
        if (!rule->is_deny && !rule->is_pattern)
            similar_consider(similar, rule->bridge);
    vmnetacl_rules_close(rules);
}

char *missing_bridge_hint(const struct interfaces *interfaces, const struct vmnetacl_policy *policy, const char *name)
{
    struct similar similar = {.typed = name, .typed_len = strlen(name)};
    const char **names;
    size_t names_count;

    if (missing_bridge_is_of_libvirt(interfaces, name))
        return memory_copy("; libvirt's network is not started: " LIBVIRT_START);
    bridges_list(interfaces, &names, &names_count);
    for (size_t i = 0; i < names_count; i++)
        similar_consider(&similar, names[i]);
    free(names);
    if (policy != NULL)
        consider_rules(&similar, policy);
    return memory_copy(similar_question(&similar));
}
