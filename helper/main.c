/* SPDX-License-Identifier: MIT */
/*
 * vmnet-helper: gives an unprivileged QEMU a tap on a bridge that the rules allow it.
 *
 * Ten phases, one after the other, none of which goes back. What is true when a phase ends, and what it must not do,
 * stands above its declaration. Any failure ends the process with a line on stderr and a code from <sysexits.h>; a tap
 * that it had created goes with it. The caller controls the arguments, environment, descriptors, limits, signals,
 * working directory and timing.
 */
#include "bridge.h"
#include "caller.h"
#include "filter.h"
#include "handover.h"
#include "message.h"
#include "policy.h"
#include "privilege.h"
#include "process.h"
#include "request.h"
#include "tap.h"

#include <sysexits.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    static struct caller caller; /* large, and mostly never touched */
    struct request request;
    struct vmnetacl_decision decision;
    struct bridge bridge;
    struct tap tap;

    /* 1. A sane process, with a privilege to speak of. */
    process_make_sane(argc);
    privilege_require();

    /* 2. The device, which only root may open on some hosts. */
    tap_open(&tap);

    /* 3. Who asks. */
    caller_capture(&caller);

    /* 4. From here on we are the caller, with one capability that is not in effect. */
    privilege_drop_to_caller(&caller);

    /* 5. What is asked for. */
    request_read(&request, argc, argv, tap.fd);
    if (message_open_log(&caller, &request))
        caller_find_name(&caller);

    /* 6. Is it allowed? */
    policy_require(&request, &caller, &decision);

    /* 7. Where it goes. */
    bridge_find(&bridge, request.bridge);
    tap_prepare(&tap, &caller, &request);

    /* 8. No open, no exec, no fork after this line. */
    filter_install();

    /* 9. The deed, and the end of all privilege. */
    privilege_raise();
    tap_plug(&tap, &bridge);
    privilege_drop_all();
    message_granted(tap.name, decision.rule.file, decision.rule.line);

    /* 10. The last act. */
    handover_send(request.fd, tap.fd);
    _exit(EX_OK);
}
