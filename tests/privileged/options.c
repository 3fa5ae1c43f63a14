/* SPDX-License-Identifier: MIT
 *
 * See options.h.
 */
#define _GNU_SOURCE
#include "options.h"

#include "helper.h"

#include <linux/if.h>
#include <stdio.h>
#include <string.h>

#define ADDRESS "52:54:00:00:00:07" /* of the guest */
#define VLAN    "7"

static bool has_vlan; /* the kernel has VLANs for bridges */

int options_world_setup(void **state)
{
    const int status = helper_rules_reset(state);

    lab_command("ip link set virbr0 type bridge stp_state 1");
    has_vlan = lab_command_status("{ ip link set virbr0 type bridge vlan_filtering 1 && "
                                  "grep -q 1 /sys/class/net/virbr0/bridge/vlan_filtering; } 2>/dev/null") == 0;
    lab_command("rm %s && mkdir -m 755 /etc/vmnet/rules.d", RULES);
    lab_text_write("/etc/vmnet/rules.d/options.rules",
                   has_vlan ? "allow all bridge virbr0 limit 2 isolated guard mac " ADDRESS " tap vm%d vlan " VLAN "\n"
                            : "allow all bridge virbr0 limit 2 isolated guard mac " ADDRESS " tap vm%d\n",
                   0, 0, 0644);
    return status;
}

int options_world_reset(void **state)
{
    lab_command("ip link set virbr0 type bridge stp_state 0");
    if (has_vlan)
        lab_command("ip link set virbr0 type bridge vlan_filtering 0");
    return helper_rules_reset(state);
}

const char *options_missing_if_up(const char *name)
{
    static const struct {
        const char *leaf;
        char value;
    } rows[] = {{"isolated", '1'}, {"bpdu_guard", '1'}, {"root_block", '1'}, {"learning", '0'}, {"unicast_flood", '0'}};
    struct lab_link link;

    if (!lab_link_read(name, &link) || !(link.flags & IFF_UP))
        return "";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[128];
        snprintf(path, sizeof path, "/sys/class/net/%s/brport/%s", name, rows[i].leaf);
        FILE *file = fopen(path, "re");
        const int value = file != NULL ? fgetc(file) : EOF;
        if (file != NULL)
            fclose(file);
        if (value != rows[i].value)
            return rows[i].leaf;
    }
    return "";
}

void options_assert_whole(const char *name)
{
    assert_string_equal(name, OPTIONS_TAP);
    assert_string_equal(options_missing_if_up(name), "");
    lab_command("set -e; port=$(bridge -d link show dev %s); for wanted in 'guard on' 'root_block on' 'isolated on' "
                "'learning off' ' flood off' 'locked on' 'master virbr0'; do "
                "case $port in *\"$wanted\"*) ;; *) echo \"not $wanted: $port\" >&2; exit 1 ;; esac; done",
                name);
    lab_command("bridge fdb show dev %s | grep '^" ADDRESS " .*static' | grep -q sticky", name);
    lab_command("ip link show dev %s | grep -q 'altname vmnet-helper\\.4242\\.[0-9]*\\.[01]$'", name);
    if (has_vlan)
        lab_command("bridge vlan show dev %s | grep -q ' " VLAN " PVID Egress Untagged$' && "
                    "[ $(bridge vlan show dev %s | grep -c '[0-9]$\\|Untagged$') = 1 ]",
                    name, name);
}

void options_assert_none_left(void)
{
    assert_int_equal(lab_command_status("ip link show | grep 'altname vmnet-helper' >&2"), 1);
    assert_int_equal(lab_command_status("bridge fdb show | grep '" ADDRESS "' >&2"), 1);
    assert_int_equal(lab_command_status("ls /sys/class/net/virbr0/brif | grep . >&2"), 1);
}
