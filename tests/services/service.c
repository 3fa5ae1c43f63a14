/* SPDX-License-Identifier: MIT
 *
 * See service.h.
 */
#define _GNU_SOURCE
#include "service.h"

#include <stdio.h>
#include <stdlib.h>

#define RULES_FILE "/etc/vmnet/rules.d/1.rules"

static const gid_t students[] = {7000};
static const gid_t no_name[] = {4711};

const struct lab_caller in_credentials = {.uid = 4242, .gid = 4242, .groups = students, .group_count = 1};
const struct lab_caller remote = {.uid = DIRECTORY_USER_UID, .gid = DIRECTORY_USER_UID};
const struct lab_caller remote_in_credentials = {.uid = DIRECTORY_USER_UID,
                                                 .gid = DIRECTORY_USER_UID,
                                                 .groups = students,
                                                 .group_count = 1};
const struct lab_caller nameless = {.uid = 4243, .gid = 4243, .groups = no_name, .group_count = 1};
const struct lab_caller no_account = {.uid = 5999, .gid = 5999};

int services_setup(void **state)
{
    helper_world_setup(state);
    lab_command("rm -f " RULES " && mkdir -p -m 755 /etc/vmnet/rules.d");
    return 0;
}

void service(const char *action_and_arguments)
{
    lab_command("sh '%s' %s", getenv("VMNET_SERVICE_SH"), action_and_arguments);
}

int services_reset(void **state)
{
    (void)state; /* cmocka's signature */
    service("reset all");
    return 0;
}

void services_switch(const char *passwd, const char *group)
{
    char text[256];

    snprintf(text, sizeof text, "passwd: %s\ngroup: %s\n", passwd, group);
    lab_text_write("/etc/nsswitch.conf", text, 0, 0, 0644);
}

static const char *const words[] = {"granted", "denied", "untold", "refused"};

static bool is_outcome(const struct lab_result *result, enum outcome want)
{
    if (want == GRANTED)
        return result->exit_code == 0;
    if (result->exit_code <= 0)
        return false;
    return want == REFUSED || (want == DENIED) == (result->exit_code == EXIT_NOPERM);
}

void requests_assert(const char *when, const struct request *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lab_text_write(RULES_FILE, requests[i].rules, 0, 0, 0644);
        const struct lab_result *result = helper_start(&(struct lab_start){.caller = requests[i].caller});
        if (!is_outcome(result, requests[i].want))
            fail_msg("%s: uid %u is not %s, but: exit %d: %s%s", when, (unsigned)requests[i].caller->uid,
                     words[requests[i].want], result->exit_code, requests[i].rules, result->stderr_text);
        if (requests[i].want == GRANTED)
            helper_assert_granted(result, "virbr0");
        else
            helper_assert_refused(result, 0, "vmnet-helper: ");
    }
}
