/* SPDX-License-Identifier: MIT
 *
 * The options of a port, as frames feel them: real guests' taps from the installed helper, on whatever kernel runs.
 * Runs as root in a world of its own: lab.sh's, or a machine of kernels.sh.
 */
#include "network.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

int main(void)
{
    struct utsname kernel;
    int failed = 0;

    if (uname(&kernel) != 0)
        return EXIT_FAILURE;
    printf("Linux %s\n", kernel.release);
    failed += isolated_run();
    failed += guard_run();
    failed += mac_run();
    failed += vlan_run();
    failed += tap_run();
    failed += limit_run();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
