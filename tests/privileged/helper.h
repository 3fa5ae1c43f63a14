/* SPDX-License-Identifier: MIT
 *
 * The helper under test: its installed copies, a rule file, its starts, and what every outcome must look like.
 * VMNET_HELPER names the program; it is required. If VMNET_SERVICE names vmnet-helperd, that runs, and the copies have
 * no privilege but root's: they are its clients, and everything must be as it is without it.
 */
#ifndef VMNET_PRIVILEGED_HELPER_H
#define VMNET_PRIVILEGED_HELPER_H

#include "link.h"
#include "log.h"
#include "run.h"
#include "trace.h"
#include "world.h"

/* cmocka wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The exit statuses of the contract. */
enum {
    EXIT_USAGE = 64,
    EXIT_UNAVAILABLE = 69,
    EXIT_SOFTWARE = 70,
    EXIT_OSERR = 71,
    EXIT_TEMPFAIL = 75,
    EXIT_NOPERM = 77,
    EXIT_CONFIG = 78,
};

#define HELPER_SETUID "/run/lab/helper-setuid" /* root:root 4755; 0755 as a client */
#define HELPER_GROUP  "/run/lab/helper-group"  /* root:vmgroup 4750; 0750 as a client */
#define HELPER_FSCAPS "/run/lab/helper-fscaps" /* root:root 0755, cap_net_admin=ep; without it as a client */
#define HELPER_PLAIN  "/run/lab/helper-plain"  /* root:root 0755 */
#define RULES         "/etc/qemu/bridge.conf"

enum {
    VMGROUP = 4250
};

/* A cmocka group setup: install all copies, rules that let everybody use virbr0 and no other. */
int helper_world_setup(void **state);

/* Does the service make the taps? */
bool helper_has_service(void);

/* Skip this test, saying why, if it does: for tests of what only a program with privilege has. */
void helper_skip_with_service(const char *reason);

/* A cmocka test setup: those rules, /etc/qemu and /dev/net/tun as they were at first, no tap of an earlier test. */
int helper_rules_reset(void **state);

/* Write RULES, root:root 0644. */
void helper_rules_write(const char *text);

/* Start HELPER_SETUID as caller with these arguments (NULL-terminated) and --fd last. The result is one static object,
 * good until the next start; what an earlier one held is released first. */
struct lab_result *helper_run(const struct lab_caller *caller, ...) __attribute__((sentinel));

/* The same for any start. program, caller and arguments may be left out: HELPER_SETUID, vmuser, --br=virbr0. */
struct lab_result *helper_start(const struct lab_start *start);

/* The same under a tracer. */
struct lab_result *helper_trace(const struct lab_start *start, const struct lab_plan *plan);

/* Fill in what start leaves out, for lab_spawn and lab_trace. */
struct lab_start helper_start_complete(const struct lab_start *start);

/* The contract's success: exit 0, silence, one byte and one descriptor in one message; the tap is up and plugged into
 * bridge. Returns the tap's link. */
struct lab_link helper_assert_granted(const struct lab_result *result, const char *bridge);

/* The same with so many descriptors. */
struct lab_link helper_assert_granted_queues(const struct lab_result *result, const char *bridge, size_t count);

/* The contract's failure: this exit status, one line of ours in one write that contains words, nothing delivered and no
 * tap left. code 0 accepts any status of the contract but 0. */
void helper_assert_refused(const struct lab_result *result, int code, const char *words);

/* The same in a test that has tap_count taps of other starts, or of its own. */
void helper_assert_refused_beside(const struct lab_result *result, size_t tap_count, int code, const char *words);

/* The result of a start under a fault: either the whole success or, with any status but 0 or by any signal, nothing
 * delivered and no tap left. */
void helper_assert_whole(const struct lab_result *result, const char *bridge);

/* The same for a start that asks for so many queues. */
void helper_assert_whole_queues(const struct lab_result *result, const char *bridge, size_t count);

/* For tests that have calls fail: getuid(2) and its like have no way to, and no program asks whether they did. */
bool helper_call_always_succeeds(long number);

/* Release the tap and wait until it is gone. */
void helper_release(struct lab_result *result);

#endif
