/* SPDX-License-Identifier: MIT */
/* Other programs that change bridges and taps, or filter what is on them. */
#include "bridges.h"
#include "doctor_checks.h"
#include "kernel_value.h"
#include "memory.h"
#include "text.h"

#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NF_CALL "/proc/sys/net/bridge/bridge-nf-call-"

/* The rules of iptables can be read only by root, and not without its programs. */
void doctor_check_netfilter(struct doctor *doctor)
{
    static const char *const tables[] = {"iptables", "ip6tables", "arptables"};
    const char *found = NULL;
    struct bridge docker;
    const char *bridge = doctor_word(doctor->bridge == NULL ? "BRIDGE" : doctor->bridge);

    for (size_t i = sizeof tables / sizeof tables[0]; i > 0; i--) {
        char *path = memory_format(NF_CALL "%s", tables[i - 1]);
        if (kernel_value_number(path, 0) != 0)
            found = tables[i - 1];
        free(path);
    }
    bridge_look(&docker, &doctor->interfaces, "docker0");
    if (found == NULL)
        doctor_ok(doctor, memory_copy("frames between ports of a bridge do not pass iptables"));
    else if (docker.exists && strcmp(found, "arptables") != 0)
        doctor_note(doctor,
                    memory_format("frames between ports of a bridge pass %s (bridge-nf-call-%s is 1), and Docker is "
                                  "here, which sets the policy of FORWARD to DROP; its rules can be read only by root",
                                  found, found),
                    memory_format("if guests reach this host and nothing else: as root, %s -I DOCKER-USER -i %s -o %s "
                                  "-j ACCEPT",
                                  found, bridge, bridge));
    else
        doctor_note(doctor,
                    memory_format("frames between ports of a bridge pass %s (bridge-nf-call-%s is 1), whose rules can "
                                  "be read only by root",
                                  found, found),
                    memory_format("if guests do not reach each other: as root, '%s -vL FORWARD' shows what drops "
                                  "their frames",
                                  found));
}

/* Is this one of NetworkManager's specifications of devices, and about taps? */
static bool is_about_taps(const char *device)
{
    static const char name[] = "interface-name:";

    if (strncmp(device, name, sizeof name - 1) != 0)
        return strcmp(device, "*") == 0 || strcmp(device, "driver:tun") == 0 || strcmp(device, "type:tun") == 0;
    device += sizeof name - 1;
    return fnmatch(device + (device[0] == '='), "tap0", 0) == 0;
}

/* Does the line, which is cut up, have taps unmanaged? */
static bool line_leaves_taps(char *line)
{
    static const char key[] = "unmanaged-devices";
    static const char except[] = "except:";
    bool leaves_taps = false;
    char *rest = line + strspn(line, " \t");
    const char *device;

    if (strncmp(rest, key, sizeof key - 1) != 0)
        return false;
    rest += strcspn(rest, "=");
    rest += *rest == '=';
    while ((device = strtok_r(rest, ";, \t", &rest)) != NULL) {
        if (strncmp(device, except, sizeof except - 1) != 0)
            leaves_taps = leaves_taps || is_about_taps(device);
        else if (is_about_taps(device + sizeof except - 1))
            return false; /* it wins in any order */
    }
    return leaves_taps;
}

/* Does one of the files have taps unmanaged? */
static bool files_leave_taps(const char *pattern)
{
    struct text text;
    bool leaves_taps = false;
    glob_t files;

    if (glob(pattern, 0, NULL, &files) != 0)
        return false;
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct text_line line = {.number = 1};
        if (text_read(&text, files.gl_pathv[i]) != 0)
            continue;
        for (; text_measure(&text, &line); text_next(&line)) {
            char *copy = memory_format("%.*s", (int)line.len, text.bytes + line.offset);
            leaves_taps = line_leaves_taps(copy) || leaves_taps;
            free(copy);
        }
        text_free(&text);
    }
    globfree(&files);
    return leaves_taps;
}

/* NetworkManager.conf(5) */
static bool configuration_leaves_taps(void)
{
    static const char *const places[] = {
        "/etc/NetworkManager/NetworkManager.conf",
        "/etc/NetworkManager/conf.d/*.conf",
        "/run/NetworkManager/conf.d/*.conf",
        "/usr/lib/NetworkManager/conf.d/*.conf",
    };
    bool leaves_taps = false;

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        leaves_taps = leaves_taps || files_leave_taps(places[i]);
    return leaves_taps;
}

/* Has NetworkManager made the bridge? It says so in a file for each interface, by its index, which users may read. */
static bool is_of_network_manager(const struct bridge *bridge)
{
    static const char owned[] = "nm-owned=true";
    struct text_line line = {.number = 1};
    struct text text;
    bool is_owned = false;
    char *path;

    if (!bridge->exists || !bridge->is_bridge)
        return false;
    path = memory_format("/run/NetworkManager/devices/%u", (unsigned)bridge->interface->index);
    if (text_read(&text, path) == 0) {
        for (; text_measure(&text, &line); text_next(&line))
            is_owned =
                is_owned || (line.len == sizeof owned - 1 && memcmp(text.bytes + line.offset, owned, line.len) == 0);
        text_free(&text);
    }
    free(path);
    return is_owned;
}

void doctor_check_network_manager(struct doctor *doctor)
{
    struct bridge bridge = {.exists = false};

    if (access("/run/NetworkManager", F_OK) != 0) {
        doctor_ok(doctor, memory_copy("it does not run"));
        return;
    }
    if (doctor->bridge != NULL)
        bridge_look(&bridge, &doctor->interfaces, doctor->bridge);
    if (is_of_network_manager(&bridge))
        doctor_note(
            doctor,
            memory_format("it has made '%s', and removes the taps of guests from it when it restarts or activates "
                          "'%s' again, even if taps are unmanaged",
                          doctor->bridge, doctor->bridge),
            memory_copy("use a bridge that systemd-networkd or libvirt has made, which NetworkManager leaves "
                        "alone; until then, 'vmnetctl status' says how to plug the taps in again"));
    else if (configuration_leaves_taps())
        doctor_ok(doctor, memory_copy("it runs, and is configured to leave taps alone"));
    else
        doctor_note(doctor,
                    memory_copy("it runs, and when its networking is switched off, it sets the taps of guests down"),
                    memory_copy(
                        "as root, write to /etc/NetworkManager/conf.d/50-vmnet.conf the two lines [keyfile] and "
                        "unmanaged-devices+=interface-name:tap*; then: nmcli general reload"));
}

void doctor_check_firewalld(struct doctor *doctor)
{
    if (access("/run/firewalld", F_OK) != 0 && access("/run/firewalld.pid", F_OK) != 0)
        doctor_ok(doctor, memory_copy("it does not run"));
    else
        doctor_note(doctor,
                    memory_copy("it runs, and the zone of a bridge decides whether guests reach DHCP and DNS of this "
                                "host"),
                    memory_format("as root, 'firewall-cmd --get-zone-of-interface=%s' shows the zone; libvirt's "
                                  "networks are in the zone libvirt",
                                  doctor_word(doctor->bridge)));
}
