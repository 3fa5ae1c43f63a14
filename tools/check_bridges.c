/* SPDX-License-Identifier: MIT */
#include "check_bridges.h"

#include "bridges.h"
#include "escape.h"
#include "memory.h"
#include "missing_bridge.h"
#include "rule.h"
#include "string_set.h"

#include <stdlib.h>
#include <string.h>

/* The bridges that were checked. A note about a bridge is given once, for the first rule that names it. */
struct view {
    struct findings *findings;
    struct interfaces interfaces;
    struct string_set named;
    struct string_set allowed;
    struct string_set guarded;
    struct string_set divided; /* into VLANs */
};

/* A note about this bridge, at a rule that names it, or whose pattern includes it. */
static void note_about(struct view *view, const struct vmnetacl_rule *rule, const char *bridge, const char *code,
                       const char *what)
{
    char *name = escape_copy(bridge, strlen(bridge));

    findings_add_note(view->findings, "bridges", code, &rule->place, memory_format("'%s' %s", name, what));
    free(name);
}

static void note(struct view *view, const struct vmnetacl_rule *rule, const char *code, const char *what)
{
    note_about(view, rule, rule->bridge, code, what);
}

static void note_absent(struct view *view, const struct vmnetacl_rule *rule)
{
    char *hint = missing_bridge_hint(&view->interfaces, NULL, rule->bridge);
    char *what = memory_format("does not exist now; check the name, or create the bridge%s", hint);

    note(view, rule, "bridge-absent", what);
    free(what);
    free(hint);
}

/* In the order of require_settings() in helper/bridge.c. */
static void look_at_options(struct view *view, const struct vmnetacl_rule *rule, const struct interface *bridge)
{
    uint32_t options = rule->grant.options;

    if ((options & VMNETACL_OPTION_GUARD) != 0 && !bridge->has_kernel_stp &&
        string_set_add(&view->guarded, bridge->name))
        note_about(view, rule, bridge->name, "bridge-stp",
                   bridge->runs_stp
                       ? "leaves STP to a program, and 'guard' needs that of the kernel: vmnet-helper refuses what "
                         "this rule allows"
                       : "does not run STP, without which 'guard' stops nothing: vmnet-helper refuses what this rule "
                         "allows. Turn it on where the bridge is configured; 'ip link set dev BRIDGE type bridge "
                         "stp_state 1' lasts until the bridge is deleted");
    if ((options & VMNETACL_OPTION_VLAN) != 0 && !bridge->is_vlan_aware && string_set_add(&view->divided, bridge->name))
        note_about(view, rule, bridge->name, "bridge-vlan",
                   bridge->knows_vlans
                       ? "is not VLAN-aware, and 'vlan' divides nothing there: vmnet-helper refuses what this rule "
                         "allows. Turn VLAN filtering on where the bridge is configured; 'ip link set dev BRIDGE type "
                         "bridge vlan_filtering 1' lasts until the bridge is deleted"
                       : "cannot be VLAN-aware, since this kernel has no VLANs for bridges: vmnet-helper refuses what "
                         "this rule with 'vlan' allows");
}

/* The same for each bridge that the rule is about. */
static void look_at_bridges(struct view *view, const struct vmnetacl_rule *rule)
{
    size_t prefix_len = strcmp(rule->bridge, "all") == 0 ? 0 : strcspn(rule->bridge, "*");
    const struct interfaces *interfaces = &view->interfaces;
    struct bridge bridge;

    if ((rule->grant.options & (VMNETACL_OPTION_GUARD | VMNETACL_OPTION_VLAN)) == 0)
        return;
    if (!rule->is_pattern) {
        bridge_look(&bridge, interfaces, rule->bridge);
        if (bridge.is_bridge)
            look_at_options(view, rule, bridge.interface);
        return;
    }
    for (size_t i = 0; i < interfaces->count; i++)
        if (strcmp(interfaces->items[i].kind, "bridge") == 0 &&
            strncmp(interfaces->items[i].name, rule->bridge, prefix_len) == 0)
            look_at_options(view, rule, &interfaces->items[i]);
}

static void look_at_rule(struct view *view, const struct vmnetacl_rule *rule)
{
    struct bridge bridge;

    if (rule->is_pattern)
        return;
    bridge_look(&bridge, &view->interfaces, rule->bridge);
    if (string_set_add(&view->named, rule->bridge) && !bridge.is_bridge) {
        if (bridge.other != NULL)
            note(view, rule, "bridge-name",
                 "is an alternative name of an interface, and vmnet-helper takes only the name that 'ip link' shows "
                 "first");
        else if (bridge.exists)
            note(view, rule, "bridge-kind", "is an interface, but not a bridge; check the name");
        else
            note_absent(view, rule);
    }
    if (!rule->is_deny && bridge.is_bridge && string_set_add(&view->allowed, rule->bridge) &&
        bridge_address_can_change(&view->interfaces, bridge.interface))
        note(view, rule, "bridge-mac",
             "has no fixed MAC address: Linux gives it the lowest address of its ports, so guests that come and go can "
             "change it. ARP entries then go stale, and DHCP may assign another address. Set an address where the "
             "bridge is configured; 'ip link set dev BRIDGE address MAC' lasts until the bridge is deleted");
}

void check_bridges(struct findings *findings, const struct vmnetacl_origin *origin)
{
    struct view view = {.findings = findings};
    struct vmnetacl_policy *policy;
    struct vmnetacl_rules *rules;
    const struct vmnetacl_rule *rule;
    enum vmnetacl_status status =
        origin == NULL ? vmnetacl_load(&policy, NULL) : vmnetacl_load_from(origin, &policy, NULL);

    if (status != VMNETACL_OK)
        return;
    interfaces_read(&view.interfaces);
    rules = rules_open(policy);
    while (view.interfaces.are_known && (rule = vmnetacl_rules_next(rules)) != NULL) {
        look_at_rule(&view, rule);
        look_at_bridges(&view, rule);
    }
    vmnetacl_rules_close(rules);
    interfaces_free(&view.interfaces);
    string_set_free(&view.named);
    string_set_free(&view.allowed);
    string_set_free(&view.guarded);
    string_set_free(&view.divided);
    vmnetacl_free(policy);
}
