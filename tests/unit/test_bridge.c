/* SPDX-License-Identifier: MIT */
/* Finding the bridge, with the kernel played by the test; real links are looked up in tests/privileged. */
#include "bridge.h"
#include "child.h"
#include "unit.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sysexits.h>

struct world {
    const char *name;
    int index_error;
    int driver_error;
    const char *driver;
    int mtu_error;
    int name_error;
    const char *real_name;
    int want;
    const char *want_text;
};

static const struct world *world;

int __wrap_ioctl(int fd, unsigned long request, struct ifreq *ifreq);

int __wrap_ioctl(int fd, unsigned long request, struct ifreq *ifreq)
{
    struct ethtool_drvinfo *info;

    CHILD_CHECK(fd >= 3);
    CHILD_CHECK(request == SIOCGIFNAME || strcmp(ifreq->ifr_name, "virbr0") == 0);
    switch (request) {
    case SIOCGIFINDEX:
        errno = world->index_error;
        ifreq->ifr_ifindex = errno == 0 ? 12 : 0; /* the kernel writes nothing when it fails */
        break;
    case SIOCETHTOOL:
        info = (struct ethtool_drvinfo *)(void *)ifreq->ifr_data;
        CHILD_CHECK(info->cmd == ETHTOOL_GDRVINFO);
        strcpy(info->driver, world->driver);
        errno = world->driver_error;
        break;
    case SIOCGIFMTU:
        ifreq->ifr_mtu = 9000;
        errno = world->mtu_error;
        break;
    default:
        CHILD_CHECK(request == SIOCGIFNAME && ifreq->ifr_ifindex == 12);
        strcpy(ifreq->ifr_name, world->real_name);
        errno = world->name_error;
    }
    return errno == 0 ? 0 : -1;
}

static int find(const void *row)
{
    struct bridge bridge = {.ifindex = 0};

    world = row;
    bridge_find(&bridge, "virbr0");
    CHILD_CHECK(bridge.ifindex == 12 && bridge.mtu == 9000);
    return 0;
}

static void test_bridge_find_bridge_found(void **state)
{
    static const struct world row = {.driver = "bridge", .real_name = "virbr0"};
    struct child_result result;

    (void)state; /* cmocka's signature, here and below */
    child_run(find, &row, &result);
    child_assert_exit(&result, 0, "");
}

static void test_bridge_find_anything_else_refused(void **state)
{
    static const struct world rows[] = {
        {"missing", ENODEV, 0, "bridge", 0, 0, "virbr0", EX_UNAVAILABLE, "there is no bridge 'virbr0'"},
        {"unknown error", ENOMEM, 0, "bridge", 0, 0, "virbr0", EX_OSERR, "cannot look up bridge 'virbr0': %m"},
        {"no driver", 0, EOPNOTSUPP, "bridge", 0, 0, "virbr0", EX_UNAVAILABLE, "'virbr0' is not a bridge"},
        {"other driver", 0, 0, "tun", 0, 0, "virbr0", EX_UNAVAILABLE, "'virbr0' is not a bridge"},
        {"driver's beginning", 0, 0, "bridge2", 0, 0, "virbr0", EX_UNAVAILABLE, "'virbr0' is not a bridge"},
        {"gone at the MTU", 0, 0, "bridge", ENODEV, 0, "virbr0", EX_OSERR, "cannot look up bridge 'virbr0': %m"},
        {"gone at the name", 0, 0, "bridge", 0, ENODEV, "virbr0", EX_OSERR, "cannot look up bridge 'virbr0': %m"},
        {"other name", 0, 0, "bridge", 0, 0, "br7", EX_UNAVAILABLE, "'virbr0' is another name of 'br7'"},
        {"longer name", 0, 0, "bridge", 0, 0, "virbr01", EX_UNAVAILABLE, "'virbr0' is another name of 'virbr01'"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        print_message("  %s\n", rows[i].name);
        child_run(find, &rows[i], &result);
        child_assert_died_of(&result, rows[i].want, rows[i].want_text,
                             rows[i].index_error + rows[i].mtu_error + rows[i].name_error); /* one of them */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bridge_find_bridge_found),
        cmocka_unit_test(test_bridge_find_anything_else_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
