/* SPDX-License-Identifier: MIT */
/* Does a bridge forward, and do guests on it get an address? */
#include "bridges.h"
#include "doctor_checks.h"
#include "interface_sysfs.h"
#include "memory.h"
#include "missing_bridge.h"
#include "text.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* BR_MIN_FORWARD_DELAY of net/bridge/br_private_stp.h, which libvirt's networks have. */
#define FORWARD_DELAY_LEAST_CS 200

static void note_unknown(struct doctor *doctor)
{
    doctor_note(doctor,
                memory_format("unknown, since the kernel did not list the interfaces: %s",
                              strerror(doctor->interfaces.error)),
                memory_copy("run it where netlink(7) is not forbidden; vmnet-helper needs it, too"));
}

/* Its IPv4 addresses with commas, to be freed; NULL when it has none. */
static char *find_addresses(const char *bridge)
{
    struct ifaddrs *all;
    char shown[INET_ADDRSTRLEN];
    char *text = NULL;

    if (getifaddrs(&all) != 0)
        return NULL;
    for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
        char *shorter = text;
        if (one->ifa_addr == NULL || one->ifa_addr->sa_family != AF_INET || strcmp(one->ifa_name, bridge) != 0 ||
            inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)one->ifa_addr)->sin_addr, shown,
                      sizeof shown) == NULL)
            continue;
        text = shorter == NULL ? memory_copy(shown) : memory_format("%s, %s", shorter, shown);
        free(shorter);
    }
    freeifaddrs(all);
    return text;
}

/* Does a program listen at UDP port 67 of this network namespace (proc(5))? */
static bool has_dhcp_server(void)
{
    struct text_line line = {.number = 1};
    struct text text;
    bool is_found = false;

    if (text_read(&text, "/proc/net/udp") != 0)
        return false;
    for (; text_measure(&text, &line) && !is_found; text_next(&line)) {
        char *copy = memory_format("%.*s", (int)line.len, text.bytes + line.offset);
        unsigned port;
        is_found = sscanf(copy, " %*u: %*x:%x", &port) == 1 && port == 67;
        free(copy);
    }
    text_free(&text);
    return is_found;
}

/* The ports of a bridge. */
struct ports {
    size_t count;
    size_t physical_count; /* those that lead to a device, and so to the network outside */
    size_t linked_count;   /* of these: with a link */
    const char *physical;  /* the name of one of them */
};

static void count_ports(struct ports *ports, const struct interfaces *interfaces, const struct interface *bridge)
{
    *ports = (struct ports){.count = 0};
    for (size_t i = 0; i < interfaces->count; i++) {
        const struct interface *port = &interfaces->items[i];
        if (port->master != bridge->index)
            continue;
        ports->count++;
        if (!interface_leads_outside(port))
            continue;
        ports->physical_count++;
        ports->linked_count += port->has_link;
        ports->physical = port->name;
    }
}

static void look_at_settings(struct doctor *doctor, const struct interface *bridge)
{
    const char *name = bridge->name;
    const unsigned char *bytes = bridge->address;
    unsigned delay = bridge->forward_delay_cs;

    if (bridge->runs_stp && delay > FORWARD_DELAY_LEAST_CS)
        doctor_note(doctor,
                    memory_format("'%s' runs STP with a forward delay of %u s, so a new port forwards nothing for "
                                  "%u s: DHCP and network boot may give up before",
                                  name, delay / 100, 2 * delay / 100),
                    memory_format("if no loop of bridges is possible: as root, ip link set dev %s type bridge "
                                  "stp_state 0; else: forward_delay 200, and make both lasting where the bridge is "
                                  "configured",
                                  doctor_word(name)));
    if (bridge_address_can_change(&doctor->interfaces, bridge))
        doctor_note(doctor,
                    memory_format("'%s' has no fixed MAC address: it changes when guests come and go, ARP entries go "
                                  "stale, and DHCP may give another address",
                                  name),
                    memory_format("as root: ip link set dev %s address %02x:%02x:%02x:%02x:%02x:%02x; make it lasting "
                                  "where the bridge is configured",
                                  doctor_word(name), bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]));
}

static void look_at_network(struct doctor *doctor, const struct interface *bridge)
{
    const char *name = bridge->name;
    char *addresses = find_addresses(name);
    struct ports ports;

    count_ports(&ports, &doctor->interfaces, bridge);
    if (ports.physical_count > 0 && ports.linked_count == 0)
        doctor_fail_or_note(doctor, doctor_wants(doctor, name),
                            memory_format("no physical port of '%s' has a link, so guests reach only each other and "
                                          "this host",
                                          name),
                            memory_format("check the cable; as root: ip link set dev %s up",
                                          doctor_word(ports.physical)));
    if (ports.physical_count == 0 && (addresses == NULL || !has_dhcp_server())) /* which may serve another bridge */
        doctor_note(doctor,
                    memory_format("'%s' has no physical port, and %s, so guests get no address by themselves", name,
                                  addresses == NULL ? "this host has no address on it to serve DHCP from"
                                                    : "no program of this host serves DHCP (UDP port 67)"),
                    strcmp(name, "virbr0") == 0
                        ? memory_copy("virsh --connect qemu:///system net-destroy default && virsh --connect "
                                      "qemu:///system net-start default; this cuts off the guests that are on it")
                        : memory_format(
                              "give guests fixed addresses, or give it an address and start a DHCP server on it, such "
                              "as: as root, dnsmasq --interface=%s --bind-interfaces --dhcp-range=FIRST,LAST",
                              doctor_word(name)));
    doctor_ok(doctor,
              memory_format("'%s' is up, has %s%s, and %zu %s", name,
                            addresses == NULL ? "no IPv4 address" : "the address ", addresses == NULL ? "" : addresses,
                            ports.count, ports.count == 1 ? "port" : "ports"));
    free(addresses);
}

static char *absence(const struct doctor *doctor, const char *name)
{
    bool is_of_libvirt = missing_bridge_is_of_libvirt(&doctor->interfaces, name); /* the cure says it */
    char *hint = is_of_libvirt ? memory_copy("") : missing_bridge_hint(&doctor->interfaces, NULL, name);
    char *text = memory_format("there is no interface '%s' in this network namespace%s", name, hint);

    free(hint);
    return text;
}

static void look_at_bridge(struct doctor *doctor, const char *name)
{
    struct bridge bridge;

    bridge_look(&bridge, &doctor->interfaces, name);
    if (!bridge.is_known)
        note_unknown(doctor);
    else if (bridge.other != NULL)
        doctor_fail(doctor,
                    memory_format("'%s' is only another name of '%s', and vmnet-helper refuses it", name,
                                  bridge.other->name),
                    memory_copy("give the name that 'ip link' shows first"));
    else if (!bridge.exists)
        doctor_fail(doctor, absence(doctor, name),
                    strcmp(name, "virbr0") == 0
                        ? memory_copy(LIBVIRT_START)
                        : memory_format("'ip link show type bridge' lists the bridges; to make this one until the next "
                                        "boot: as root, ip link add %s type bridge && ip link set dev %s up",
                                        doctor_word(name), doctor_word(name)));
    else if (bridge.port_of != NULL)
        doctor_fail(doctor, memory_format("'%s' is an interface, but not a bridge", name),
                    memory_format("it is a port of '%s': ask for that", bridge.port_of->name));
    else if (!bridge.is_bridge)
        doctor_fail(doctor, memory_format("'%s' is an interface, but not a bridge", name),
                    memory_copy("give the name of a bridge; 'ip link show type bridge' lists them"));
    else if (!bridge.is_up)
        doctor_fail_or_note(doctor, doctor_wants(doctor, name),
                            memory_format("'%s' is down, and forwards nothing", name),
                            memory_format("as root: ip link set dev %s up", doctor_word(name)));
    else
        look_at_network(doctor, bridge.interface);
    if (bridge.is_bridge)
        look_at_settings(doctor, bridge.interface);
}

void doctor_check_bridges(struct doctor *doctor)
{
    const char **names;
    size_t names_count;

    if (doctor_is_served(doctor) && doctor->helper.service.is_elsewhere) {
        doctor_note(doctor,
                    memory_copy(
                        "the bridges are in the network namespace of the service, and are not seen in this one"),
                    memory_copy("'vmnetctl doctor' in that network namespace looks at them"));
        return;
    }
    if (doctor->bridge != NULL) {
        look_at_bridge(doctor, doctor->bridge);
        return;
    }
    bridges_list(&doctor->interfaces, &names, &names_count);
    for (size_t i = 0; i < names_count; i++)
        look_at_bridge(doctor, names[i]);
    if (!doctor->interfaces.are_known)
        note_unknown(doctor);
    else if (names_count == 0)
        doctor_fail(doctor, memory_copy("there is no bridge in this network namespace"),
                    memory_copy("create one where the network is configured, or start libvirt's: virsh --connect "
                                "qemu:///system net-start default"));
    free(names);
}

void doctor_check_libvirt_network(struct doctor *doctor)
{
    bool has_bridge = interfaces_find(&doctor->interfaces, "virbr0") != NULL;

    if (!missing_bridge_is_of_libvirt(&doctor->interfaces, "virbr0"))
        doctor_ok(doctor, memory_copy(has_bridge ? "virbr0 exists" : "no network 'default' of libvirt is seen here"));
    else
        doctor_fail_or_note(
            doctor, doctor_wants(doctor, "virbr0"),
            memory_copy("libvirt's network 'default' is defined and not started, so there is no virbr0"),
            memory_copy(LIBVIRT_START "; and at each boot: virsh --connect qemu:///system net-autostart default"));
}
