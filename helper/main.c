/* SPDX-License-Identifier: MIT */
/*
 * vmnet-helper: gives an unprivileged QEMU a tap on a bridge that the rules allow it.
 *
 * Theory of operation
 *
 * QEMU executes this program with "--br=NAME --fd=N" and waits on a unix socket, N, for one message with one
 * descriptor. The caller, who is hostile, controls the arguments, the environment, the descriptors, the resource
 * limits, the signals, the working directory and the timing. The program gets its privilege at the exec: it is setuid
 * root, or has CAP_NET_ADMIN as a file capability. It runs through ten phases, and never goes back to one:
 *
 *   1-2  As root. The process is made sane, and /dev/net/tun is opened. Neither an argument nor a byte of a file is
 *        looked at, so there is nothing that could be parsed wrongly. (If exec changed neither uid nor gid, as with a
 *        file capability, one file of /proc/self is: it says whether this is a user namespace.)
 *   3-4  Who calls is read from the kernel, once. Then the process becomes that user, with CAP_NET_ADMIN in its
 *        permitted set only, and no_new_privs: it cannot become root again, and no exec can give it anything.
 *   5-7  As the caller. The arguments are parsed, every other descriptor is closed, and the rules are read: a file that
 *        the caller may not read is not readable here either. If a rule names a user or a group, a forked process asks
 *        the name service and cannot harm us: see lookup/worker.c of the library. Last, the bridge is looked up: from
 *        here on its index counts, not its name. If the rule has options, what the bridge can do and how many taps the
 *        caller holds is found out here, without privilege.
 *   8-9  A seccomp filter allows only what is left to do: no open, no exec, no fork. CAP_NET_ADMIN is raised for the
 *        steps that need it: creating the tap, giving it a number if the rule has a limit, and plugging it into the
 *        bridge. The port is brought up only after each option was read back. Then it is given up for good.
 *   10   Without privilege, the descriptor is sent to QEMU, as the last act. If that fails, or the process is killed
 *        before, the kernel removes the tap with its last descriptor: nothing is left behind.
 *
 * Without privilege, or with one that counts only in a user namespace, it is the client of the service, vmnet-helperd
 * (service/main.c), which runs through the same phases: client.c asks for the tap, and hands it over as phase 10 does.
 *
 * A function that ends the process when its condition does not hold is called ..._require or die...; each failure is
 * one line on stderr and a code from <sysexits.h>. The header of each phase says what is true when it ends, and what it
 * must not do. SECURITY.md says what an attacker gains by taking over one of them.
 */
#include "caller.h"
#include "client.h"
#include "phases.h"
#include "privilege.h"
#include "process.h"
#include "request.h"
#include "tap.h"

int main(int argc, char *argv[])
{
    struct caller caller;
    struct request request;
    struct tap tap;

    /* 1. A sane process, which has the privilege that it needs; without any, it can only ask the service. */
    process_make_sane(argc);
    if (!privilege_is_held() || client_is_preferred())
        client_run(argc, argv);

    /* 2. The device, which only root may open on some hosts. */
    tap_open(&tap);

    /* 3. Who asks. */
    caller_capture_self(&caller);

    /* 4. From here on we are the caller, with one capability that is not in effect. */
    privilege_drop_to_caller(&caller);

    /* 5. What is asked for; and on to phase 10, in phases.c. */
    request_read(&request, argc, argv);
    phases_run(&request, &caller, &tap);
}
