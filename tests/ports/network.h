/* SPDX-License-Identifier: MIT
 *
 * The network of these tests: the bridge sw0, a plain tap as its uplink, the host, and guests whose taps the helper
 * makes. Every test has a network of its own.
 *
 *     host ---- sw0 ---- uplink
 *              /   \
 *          guest   guest
 */
#ifndef VMNET_PORTS_NETWORK_H
#define VMNET_PORTS_NETWORK_H

#include "frame.h"

#include "helper.h"

#include <linux/if.h>

#define NETWORK_BRIDGE  "sw0"
#define NETWORK_UPLINK  "uplink"
#define NETWORK_ADDRESS "52:54:00:fe:ed:03" /* the host's, which the bridge has */

/* The addresses of two guests, of somebody beyond the uplink, and of nobody. */
#define ADDRESS_A "52:54:00:00:00:0a"
#define ADDRESS_B "52:54:00:00:00:0b"
#define ADDRESS_U "52:54:00:00:00:0c"
#define ADDRESS_X "52:54:00:00:00:66"

struct guest {
    struct station station;
    struct lab_result result;
    char tap[IFNAMSIZ];
};

struct network {
    struct station host;
    struct station uplink;
};

/* Filled in by network_setup(). */
extern struct network network;

/* A cmocka group setup: install the helper; needs VMNET_HELPER. */
int network_group_setup(void **state);

/* A cmocka test setup, and its teardown, which ends the guests that are left. */
int network_setup(void **state);
int network_teardown(void **state);

/* Wait until the uplink forwards, and frames of the host pass, which they do a little later. network_setup() has done
 * so; it is as before after a change of the bridge's spanning tree. */
void network_await(void);

/* Start the helper for caller, with one rule: it allows him the bridge with these options. The rule must be obeyed; the
 * guest's port forwards then. Static, good until guest_end() or the end of the test. */
struct guest *guest_start(const struct lab_caller *caller, const char *options);

/* The same; the port may be in any state. */
struct guest *guest_plug(const struct lab_caller *caller, const char *options);

/* Close the tap. */
void guest_end(struct guest *guest);

/* The same rule must be refused, with this status and these words, and leave no trace: no tap, and the addresses that
 * the bridge knows are as before. */
void guest_refuse(const struct lab_caller *caller, const char *options, int code, const char *words);

/* linux/if_bridge.h: BR_STATE_DISABLED and BR_STATE_FORWARDING. */
enum port_state {
    PORT_DISABLED = 0,
    PORT_FORWARDING = 3,
};

/* Wait until the port is in this state. */
bool port_state_becomes(const char *port, enum port_state state);

/* Can this kernel do it, as far as the helper has no say in it? */
bool kernel_is_at_least(int major, int minor);
bool kernel_has_vlans(void);

/* The groups of tests; each returns how many failed. */
int isolated_run(void);
int guard_run(void);
int mac_run(void);
int vlan_run(void);
int tap_run(void);
int limit_run(void);

#endif
