/* SPDX-License-Identifier: MIT
 *
 * See service.h. Runs as root.
 */
#define _GNU_SOURCE
#include "service.h"

#include "run.h"
#include "vmtest.h"
#include "world.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void nss_install(void)
{
    const char *module = getenv("VMNET_NSS_MODULE");
    char directory[PATH_MAX];
    Dl_info library;

    if (module == NULL) {
        fprintf(stderr, "VMNET_NSS_MODULE must name libnss_vmtest.so.2\n");
        exit(125);
    }
    /* Where the C library is, its modules are. */
    if (dladdr((void *)(uintptr_t)&printf, &library) == 0 || realpath(library.dli_fname, directory) == NULL)
        lab_die("dladdr");
    *strrchr(directory, '/') = '\0';
    lab_command("mkdir -p /run/lab/nss && cp '%s' /run/lab/nss/libnss_vmtest.so.2 && chmod 755 /run/lab/nss/*", module);
    lab_command("mount -t overlay -o lowerdir=/run/lab/nss:'%s' overlay '%s'", directory, directory);
}

void nss_switch_write(const char *text)
{
    lab_text_write("/etc/nsswitch.conf", text, 0, 0, 0644);
}

void nss_switch(const char *passwd, const char *group, const char *initgroups)
{
    char text[1024] = "# of a test\n\n";
    const char *const names[] = {"passwd", "group", "initgroups"};
    const char *const lines[] = {passwd, group, initgroups};

    for (size_t i = 0; i < 3; i++) {
        const size_t len = strlen(text);
        if (lines[i] != NULL)
            snprintf(text + len, sizeof text - len, "%s:\t%s\n", names[i], lines[i]);
    }
    nss_switch_write(text);
}

void nss_vmtest(const char *text)
{
    lab_text_write(VMTEST_CONF, text, 0, 0, 0644);
}
