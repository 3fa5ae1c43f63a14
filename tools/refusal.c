/* SPDX-License-Identifier: MIT */
#include "refusal.h"

#include "helper.h"
#include "memory.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* MAX_MTU of drivers/net/tun.c, less the header of Ethernet. A tap gets the MTU of its bridge. */
#define TAP_MTU_MAX 65521

bool refusal_needs_names(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller, const char *bridge)
{
    struct vmnetacl_decision decision;

    return vmnetacl_decide(policy, caller, NULL, bridge, &decision) == VMNETACL_UNAVAIL &&
           decision.error->code == VMNETACL_CODE_NAMES_MISSING;
}

char *refusal_of_rule(bool needs_names)
{
    return needs_names && !helper_looks_up_names ? memory_copy("this build cannot look up the name of a rule") : NULL;
}

/* connect(2) sends nothing, so this leaves no record. */
static bool log_is_there(void)
{
    static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool is_there = fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;

    if (fd >= 0)
        (void)close(fd); /* nothing was sent: nothing to fail */
    return is_there;
}

/* In the order of helper/bridge.c. */
static char *refusal_of_bridge(const struct bridge *bridge, const struct vmnetacl_grant *grant, const char *name)
{
    if (!bridge->is_known)
        return NULL;
    if (bridge->other != NULL)
        return memory_format("'%s' is only another name of '%s'", name, bridge->other->name);
    if (!bridge->exists)
        return memory_format("there is no interface '%s'", name);
    if (!bridge->is_bridge)
        return memory_format("'%s' is not a bridge", name);
    if (bridge->interface->mtu > TAP_MTU_MAX)
        return memory_format("'%s' has the MTU %u, and that of a tap is at most %u", name,
                             (unsigned)bridge->interface->mtu, TAP_MTU_MAX);
    if ((grant->options & VMNETACL_OPTION_GUARD) != 0 && !bridge->interface->has_kernel_stp)
        return memory_format(bridge->interface->runs_stp
                                 ? "'%s' leaves STP to a program, and the option 'guard' needs that of the kernel"
                                 : "'%s' does not run STP, without which the option 'guard' stops nothing",
                             name);
    if ((grant->options & VMNETACL_OPTION_VLAN) != 0 && !bridge->interface->is_vlan_aware)
        return memory_format("'%s' is not VLAN-aware, which the option 'vlan' needs", name);
    return NULL;
}

/* Then nothing is known of its bridges and its log. */
static bool is_elsewhere(const struct helper_file *helper)
{
    return helper->asks_service && helper->service.is_elsewhere;
}

char *refusal_find(const struct helper_file *helper, const struct vmnetacl_policy *policy,
                   const struct vmnetacl_grant *grant, bool needs_names, const struct bridge *bridge, const char *name)
{
    const struct helper_fault *fault = helper_file_refusal(helper);
    char *refusal;

    if (fault != NULL)
        return memory_copy(fault->text);
    refusal = refusal_of_rule(needs_names);
    if (refusal != NULL || is_elsewhere(helper))
        return refusal;
    if (vmnetacl_requires_log(policy) && !log_is_there())
        return memory_copy("switch.conf says 'log: required', and there is no system log at /dev/log");
    return refusal_of_bridge(bridge, grant, name);
}
