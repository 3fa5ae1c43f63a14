/* SPDX-License-Identifier: MIT */
/* Does a bridge forward, and do guests on it get an address? */
#include "bridges.h"
#include "doctor_checks.h"
#include "kernel_value.h"
#include "memory.h"
#include "text.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSFS_NET "/sys/class/net"

/* BR_MIN_FORWARD_DELAY of net/bridge/br_private_stp.h, which libvirt's networks have, in hundredths of a second. */
#define FORWARD_DELAY_LEAST 200

static const char unknown[] = "unknown, since " SYSFS_NET " cannot be read; is /sys mounted?";

static unsigned long read_attribute(const char *interface, const char *attribute)
{
    char *path = memory_format(SYSFS_NET "/%s/%s", interface, attribute);
    unsigned long number = kernel_value_number(path, 0);

    free(path);
    return number;
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
    size_t physical_count; /* those of a device, and so of the network outside */
    size_t linked_count;   /* of these: with a link */
    char physical[256];    /* the name of one of them; d_name is no longer */
};

static void count_ports(struct ports *ports, const char *bridge)
{
    char *path = memory_format(SYSFS_NET "/%s/brif", bridge);
    DIR *directory = opendir(path);
    const struct dirent *entry;

    *ports = (struct ports){.count = 0};
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        char *device;
        if (entry->d_name[0] == '.')
            continue;
        ports->count++;
        device = memory_format(SYSFS_NET "/%s/device", entry->d_name);
        if (access(device, F_OK) == 0) {
            ports->physical_count++;
            ports->linked_count += read_attribute(entry->d_name, "carrier") == 1;
            (void)snprintf(ports->physical, sizeof ports->physical, "%s", entry->d_name); /* always fits */
        }
        free(device);
    }
    if (directory != NULL)
        (void)closedir(directory); /* it was only read, so this cannot lose data */
    free(path);
}

static void look_at_settings(struct doctor *doctor, const char *name, const struct bridge *bridge)
{
    unsigned long delay = read_attribute(name, "bridge/forward_delay");
    char *path = memory_format(SYSFS_NET "/%s/address", name);
    char *address = kernel_value_text(path);

    if (read_attribute(name, "bridge/stp_state") != 0 && delay > FORWARD_DELAY_LEAST)
        doctor_note(doctor,
                    memory_format("'%s' runs STP with a forward delay of %lu s, so a new port forwards nothing for "
                                  "%lu s: DHCP and network boot may give up before",
                                  name, delay / 100, 2 * delay / 100),
                    memory_format("if no loop of bridges is possible: as root, ip link set dev %s type bridge "
                                  "stp_state 0; else: forward_delay 200, and make both lasting where the bridge is "
                                  "configured",
                                  doctor_word(name)));
    if (!bridge->has_fixed_mac)
        doctor_note(doctor,
                    memory_format("'%s' has no fixed MAC address: it changes when guests come and go, ARP entries go "
                                  "stale, and DHCP may give another address",
                                  name),
                    memory_format("as root: ip link set dev %s address %s; make it lasting where the bridge is "
                                  "configured",
                                  doctor_word(name), address == NULL ? "MAC" : address));
    free(address);
    free(path);
}

static void look_at_network(struct doctor *doctor, const char *name)
{
    char *addresses = find_addresses(name);
    struct ports ports;

    count_ports(&ports, name);
    if (ports.physical_count > 0 && ports.linked_count == 0)
        doctor_fail_or_note(doctor, doctor_wants(doctor, name),
                            memory_format("no physical port of '%s' has a link, so guests reach only each other and "
                                          "this host",
                                          name),
                            memory_format("check the cable; as root: ip link set dev %s up",
                                          doctor_word(ports.physical)));
    if (ports.physical_count == 0 && !has_dhcp_server())
        doctor_note(
            doctor,
            memory_format("'%s' has no physical port, and no program of this host serves DHCP (UDP port 67), so "
                          "guests get no address by themselves",
                          name),
            strcmp(name, "virbr0") == 0
                ? memory_copy("virsh --connect qemu:///system net-destroy default && virsh --connect "
                              "qemu:///system net-start default; this cuts off the guests that are on it")
                : memory_format("give guests fixed addresses, or start a DHCP server on it, such as: as root, "
                                "dnsmasq --interface=%s --bind-interfaces --dhcp-range=FIRST,LAST",
                                doctor_word(name)));
    doctor_ok(doctor,
              memory_format("'%s' is up, has %s%s, and %zu %s", name,
                            addresses == NULL ? "no IPv4 address" : "the address ", addresses == NULL ? "" : addresses,
                            ports.count, ports.count == 1 ? "port" : "ports"));
    free(addresses);
}

static void look_at_bridge(struct doctor *doctor, const char *name)
{
    struct bridge bridge;

    bridge_look(&bridge, name);
    if (!bridge.is_known)
        doctor_note(doctor, memory_copy(unknown), NULL);
    else if (!bridge.exists)
        doctor_fail(doctor, memory_format("there is no interface '%s' in this network namespace", name),
                    strcmp(name, "virbr0") == 0
                        ? memory_copy("virsh --connect qemu:///system net-start default")
                        : memory_format("'ip link show type bridge' lists the bridges; to make this one until the next "
                                        "boot: as root, ip link add %s type bridge && ip link set dev %s up",
                                        doctor_word(name), doctor_word(name)));
    else if (!bridge.is_bridge)
        doctor_fail(doctor, memory_format("'%s' is an interface, but not a bridge", name),
                    memory_copy("give the name of a bridge; 'ip link show type bridge' lists them"));
    else if (!bridge.is_up)
        doctor_fail_or_note(doctor, doctor_wants(doctor, name),
                            memory_format("'%s' is down, and forwards nothing", name),
                            memory_format("as root: ip link set dev %s up", doctor_word(name)));
    else
        look_at_network(doctor, name);
    if (bridge.is_bridge)
        look_at_settings(doctor, name, &bridge);
}

void doctor_check_bridges(struct doctor *doctor)
{
    char **names;
    size_t names_count;

    if (doctor->bridge != NULL) {
        look_at_bridge(doctor, doctor->bridge);
        return;
    }
    bridges_list(&names, &names_count);
    for (size_t i = 0; i < names_count; i++)
        look_at_bridge(doctor, names[i]);
    if (names_count == 0 && access(SYSFS_NET, X_OK) != 0)
        doctor_note(doctor, memory_copy(unknown), NULL);
    else if (names_count == 0)
        doctor_fail(doctor, memory_copy("there is no bridge in this network namespace"),
                    memory_copy("create one where the network is configured, or start libvirt's: virsh --connect "
                                "qemu:///system net-start default"));
    bridges_free(names, names_count);
}

void doctor_check_libvirt_network(struct doctor *doctor)
{
    struct bridge bridge;

    bridge_look(&bridge, "virbr0");
    if (bridge.exists || !bridge.is_known || access("/etc/libvirt/qemu/networks/default.xml", F_OK) != 0)
        doctor_ok(doctor,
                  memory_copy(bridge.exists ? "virbr0 exists" : "no network 'default' of libvirt is seen here"));
    else
        doctor_fail_or_note(doctor, doctor_wants(doctor, "virbr0"),
                            memory_copy(
                                "libvirt's network 'default' is defined and not started, so there is no virbr0"),
                            memory_copy("virsh --connect qemu:///system net-start default; and at each boot: virsh "
                                        "--connect qemu:///system net-autostart default"));
}
