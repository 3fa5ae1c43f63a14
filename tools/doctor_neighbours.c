/* SPDX-License-Identifier: MIT */
/* Other programs that change bridges and taps, or filter what is on them. */
#include "bridges.h"
#include "doctor_checks.h"
#include "kernel_value.h"
#include "memory.h"
#include "text.h"

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
    else if (docker.exists)
        doctor_note(doctor,
                    memory_format("frames between ports of a bridge pass %s (bridge-nf-call-%s is 1), and Docker is "
                                  "here, which sets the policy of FORWARD to DROP; its rules can be read only by root",
                                  found, found),
                    memory_format("if guests reach this host and nothing else: as root, iptables -I DOCKER-USER -i %s "
                                  "-o %s -j ACCEPT",
                                  bridge, bridge));
    else
        doctor_note(doctor,
                    memory_format("frames between ports of a bridge pass %s (bridge-nf-call-%s is 1), whose rules can "
                                  "be read only by root",
                                  found, found),
                    memory_copy("if guests do not reach each other: as root, 'iptables -vL FORWARD' shows what drops "
                                "their frames"));
}

/* Does one of the files have a line that begins with this key and has this word? */
static bool files_have(const char *pattern, const char *key, const char *word)
{
    struct text_line line;
    struct text text;
    bool is_found = false;
    glob_t files;

    if (glob(pattern, 0, NULL, &files) != 0)
        return false;
    for (size_t i = 0; i < files.gl_pathc && !is_found; i++) {
        if (text_read(&text, files.gl_pathv[i]) != 0)
            continue;
        for (line = (struct text_line){.number = 1}; text_measure(&text, &line); text_next(&line))
            is_found =
                is_found || (line.len >= strlen(key) && memcmp(text.bytes + line.offset, key, strlen(key)) == 0 &&
                             memmem(text.bytes + line.offset, line.len, word, strlen(word)) != NULL);
        text_free(&text);
    }
    globfree(&files);
    return is_found;
}

/* NetworkManager.conf(5) */
void doctor_check_network_manager(struct doctor *doctor)
{
    static const char *const places[] = {
        "/etc/NetworkManager/NetworkManager.conf",
        "/etc/NetworkManager/conf.d/*.conf",
        "/run/NetworkManager/conf.d/*.conf",
        "/usr/lib/NetworkManager/conf.d/*.conf",
    };
    bool leaves_taps = false;

    if (access("/run/NetworkManager", F_OK) != 0) {
        doctor_ok(doctor, memory_copy("it does not run"));
        return;
    }
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        leaves_taps = leaves_taps || files_have(places[i], "unmanaged-devices", "tap") ||
                      files_have(places[i], "unmanaged-devices", "driver:tun");
    if (leaves_taps)
        doctor_ok(doctor, memory_copy("it runs, and is configured to leave taps alone"));
    else
        doctor_note(doctor,
                    memory_copy("it runs, and when it activates a bridge again, it takes the taps of guests out of it"),
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
