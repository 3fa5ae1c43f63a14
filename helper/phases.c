/* SPDX-License-Identifier: MIT */
#include "phases.h"

#include "bridge.h"
#include "caller.h"
#include "filter.h"
#include "handover.h"
#include "message.h"
#include "netlink.h"
#include "policy.h"
#include "port.h"
#include "privilege.h"
#include "process.h"
#include "quota.h"
#include "request.h"
#include "tap.h"

#include <sysexits.h>
#include <unistd.h>

noreturn void phases_run(const struct request *request, struct caller *caller, struct tap *tap)
{
    struct vmnetacl_decision decision;
    struct bridge bridge;
    struct quota quota;
    struct netlink netlink = {.sequence = 0};

    /* 5. Where the tap goes, and nothing else stays open. */
    handover_require_socket(request->fd, tap->fds[0]);
    process_close_all_but(request->fd, tap->fds[0]);
    if (message_open_log(caller, request))
        caller_find_name(caller);

    /* 6. Is it allowed? */
    policy_require(request, caller, &decision);

    /* 7. Which bridge, and whether the rule's options can be enforced there. */
    bridge_find(&bridge, request->bridge);
    bridge_require_options(&bridge, &decision);
    quota_count(&quota, caller, &bridge, &decision);
    tap_prepare(tap, caller, request, &decision);

    /* 8. No open, no exec, no fork after this line. */
    filter_install();

    /* 9. Create and plug the tap, and give up all privilege. */
    privilege_raise();
    tap_create(tap, &netlink);
    quota_take_number(&quota, &netlink, tap);
    port_plug(&netlink, tap, &bridge, &decision);
    privilege_drop_all();
    message_granted(tap->name, decision.rule.file, decision.rule.line);

    /* 10. The last act. The deadline ends before it: it could report a failure after the tap was handed over. */
    process_end_deadline();
    handover_send(request->fd, tap->fds, tap->queues);
    _exit(EX_OK);
}
