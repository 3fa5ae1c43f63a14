/* SPDX-License-Identifier: MIT
 *
 * See network.h.
 */
#define _GNU_SOURCE
#include "network.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum {
    GUEST_MAX = 4,
    DEADLINE_MS = 120000,
};

#define RULES_D    "/etc/vmnet/rules.d"
#define FDB        "bridge fdb show br " NETWORK_BRIDGE " | grep -w master | sort" /* no groups that a host joins */
#define FDB_FILE   "/run/lab/fdb"
#define PORT_STATE "/sys/class/net/%s/brport/state"

struct network network;

static struct guest guests[GUEST_MAX];

/* Of the last start that had to be refused; a tap in it is a fault. */
static struct lab_result refused = {.tap_fd = -1};

int network_group_setup(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    lab_program_install(lab_program_find("VMNET_HELPER"), HELPER_SETUID, 0, 0, 04755);
    return 0;
}

static int uplink_open(void)
{
    struct ifreq request = {.ifr_name = NETWORK_UPLINK, .ifr_flags = (short)(IFF_TAP | IFF_NO_PI)};
    const int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0)
        lab_die(NETWORK_UPLINK);
    lab_command("ip link set " NETWORK_UPLINK " master " NETWORK_BRIDGE " up");
    return fd;
}

int network_setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < GUEST_MAX; i++)
        guests[i] = (struct guest){.station.fd = -1, .result.tap_fd = -1};
    lab_command("rm -rf /etc/qemu /etc/vmnet && mkdir -p -m 755 " RULES_D " && chmod 666 /dev/net/tun");
    lab_command("ip link add " NETWORK_BRIDGE " address " NETWORK_ADDRESS " type bridge stp_state 0 && "
                "ip link set " NETWORK_BRIDGE " up");
    network.uplink = (struct station){uplink_open(), &network.host, FRAME_UNTAGGED};
    network.host = (struct station){frame_socket_open(NETWORK_BRIDGE), &network.uplink, FRAME_UNTAGGED};
    network_await();
    return 0;
}

void network_await(void)
{
    assert_true(port_state_becomes(NETWORK_UPLINK, PORT_FORWARDING));
    assert_true(lab_bridge_carries(NETWORK_BRIDGE));
}

int network_teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < GUEST_MAX; i++)
        guest_end(&guests[i]);
    lab_result_release(&refused);
    close(network.host.fd);
    close(network.uplink.fd);
    lab_command("ip link delete " NETWORK_BRIDGE);
    return lab_tap_count_becomes(0) ? 0 : -1;
}

static void helper_start_for(const struct lab_caller *caller, const char *options, struct lab_result *result)
{
    static const char *const arguments[] = {"--br=" NETWORK_BRIDGE, NULL};
    const struct lab_start start = {.program = HELPER_SETUID, .arguments = arguments, .caller = caller};
    char *rule;

    if (asprintf(&rule, "allow uid %u bridge " NETWORK_BRIDGE " %s\n", (unsigned)caller->uid, options) < 0)
        lab_die("asprintf");
    lab_text_write(RULES_D "/ports.rules", rule, 0, 0, 0644);
    free(rule);
    lab_run(&start, result);
}

struct guest *guest_plug(const struct lab_caller *caller, const char *options)
{
    struct guest *guest = guests;
    unsigned flags;

    while (guest->station.fd >= 0)
        assert_true(++guest < guests + GUEST_MAX);
    helper_start_for(caller, options, &guest->result);
    helper_assert_granted(&guest->result, NETWORK_BRIDGE);
    assert_true(lab_tap_identify(guest->result.tap_fd, guest->tap, &flags));
    guest->station = (struct station){guest->result.tap_fd, &network.uplink, FRAME_UNTAGGED};
    return guest;
}

struct guest *guest_start(const struct lab_caller *caller, const char *options)
{
    struct guest *guest = guest_plug(caller, options);

    assert_true(port_state_becomes(guest->tap, PORT_FORWARDING));
    return guest;
}

void guest_end(struct guest *guest)
{
    lab_result_release(&guest->result);
    guest->station.fd = -1;
}

void guest_refuse(const struct lab_caller *caller, const char *options, int code, const char *words)
{
    const size_t tap_count = lab_tap_count();

    lab_command(FDB " >" FDB_FILE);
    helper_start_for(caller, options, &refused);
    helper_assert_refused_beside(&refused, tap_count, code, words);
    assert_int_equal(lab_command_status(FDB " | cmp " FDB_FILE " -"), 0);
}

bool port_state_becomes(const char *port, enum port_state state)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    const long long deadline = lab_now_ms() + DEADLINE_MS;
    char path[64];

    snprintf(path, sizeof path, PORT_STATE, port);
    while (lab_now_ms() < deadline) {
        FILE *file = fopen(path, "re");
        int now;
        if (file == NULL)
            lab_die(path);
        const bool told = fscanf(file, "%d", &now) == 1;
        fclose(file);
        if (told && now == (int)state)
            return true;
        (void)nanosleep(&pause, NULL); /* cut short by a signal, it is only asked again sooner */
    }
    return false;
}

bool kernel_is_at_least(int major, int minor)
{
    struct utsname kernel;
    int own_major, own_minor;

    if (uname(&kernel) != 0 || sscanf(kernel.release, "%d.%d", &own_major, &own_minor) != 2)
        lab_die("uname");
    return own_major > major || (own_major == major && own_minor >= minor);
}

/* Asked of sysfs, where a kernel without CONFIG_BRIDGE_VLAN_FILTERING has no such file. */
bool kernel_has_vlans(void)
{
    lab_command("ip link add probe0 type bridge");
    const bool has = access("/sys/class/net/probe0/bridge/vlan_filtering", F_OK) == 0;
    lab_command("ip link delete probe0");
    return has;
}
