/* SPDX-License-Identifier: MIT */
/* The device that taps come from, and the modules. Nothing is loaded: the device is opened only once its driver is. */
#include "bridges.h"
#include "doctor_checks.h"
#include "helper_cure.h"
#include "memory.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#define TUN "/dev/net/tun"

/* Documentation/admin-guide/devices.txt: the driver's minor number among the miscellaneous devices. */
#define TUN_MAJOR 10
#define TUN_MINOR 200

static char *device_cure(void)
{
    return memory_copy("as root: modprobe tun; or, in a container or a service, give it the device, as with "
                       "'--device " TUN "' or DeviceAllow=" TUN " rw");
}

static bool driver_is_there(void)
{
    return access("/sys/class/misc/tun", F_OK) == 0 || access("/sys/module/tun", F_OK) == 0;
}

/* NULL when the helper cannot be looked at. */
static char *root_cure(const struct doctor *doctor)
{
    struct stat status;
    char *change;
    char *cure;

    if (stat(VMNET_HELPER_PATH, &status) != 0)
        return NULL;
    change = helper_cure_capability(&status, doctor->names != DOCTOR_NAMES_LATE);
    cure = memory_format("%s; then the helper opens it as root", change);
    free(change);
    return cure;
}

static void report_denied(struct doctor *doctor, const struct stat *status)
{
    if (doctor->helper.opens_as_user)
        doctor_fail(doctor,
                    memory_format("the user may not open " TUN ", whose mode is %04o; the helper has only a file "
                                  "capability, and opens it as the user",
                                  (unsigned)(status->st_mode & 07777)),
                    root_cure(doctor));
    else
        doctor_note(doctor,
                    memory_format("the user may not open " TUN ", whose mode is %04o, and need not: the helper opens "
                                  "it as root",
                                  (unsigned)(status->st_mode & 07777)),
                    NULL);
}

static void try_to_open(struct doctor *doctor, const struct stat *status)
{
    int fd = open(TUN, O_RDWR | O_CLOEXEC | O_NOCTTY);
    int error = errno;

    if (fd >= 0) {
        (void)close(fd); /* no tap was made with it */
        doctor_ok(doctor, memory_copy(TUN " can be opened"));
    } else if (error == EACCES) {
        report_denied(doctor, status);
    } else if (error == EPERM) { /* devcgroup_check_permission() in security/device_cgroup.c */
        doctor_fail(doctor,
                    memory_copy("no program here may open " TUN ", not even root: the device cgroup of this "
                                "container or service forbids it"),
                    device_cure());
    } else {
        doctor_fail(doctor, memory_format(TUN " cannot be opened: %s", strerror(error)), device_cure());
    }
}

void doctor_check_tun(struct doctor *doctor)
{
    struct stat status;

    if (doctor_is_served(doctor))
        doctor_ok(doctor, memory_copy(TUN " is not needed here: the service opens it"));
    else if (stat(TUN, &status) != 0)
        doctor_fail(doctor, memory_format("there is no " TUN ", which taps are made with: %s", strerror(errno)),
                    device_cure());
    else if (!S_ISCHR(status.st_mode) || major(status.st_rdev) != TUN_MAJOR || minor(status.st_rdev) != TUN_MINOR)
        doctor_fail(doctor, memory_copy(TUN " is not the device with the numbers 10, 200"),
                    memory_copy("'stat " TUN
                                "' shows what it is, and when it was made; udev or the container makes the "
                                "right one, at the latest when the system or the container starts again"));
    else if (!driver_is_there())
        doctor_note(doctor, memory_copy(TUN " exists, and its driver is not loaded; see the check of the modules"),
                    NULL);
    else
        try_to_open(doctor, &status);
}

/* Can the module be loaded, or is it in the kernel itself? modules.dep and modules.builtin list their paths. */
static bool is_listed(const char *directory, const char *list, const char *module)
{
    char *path = memory_format("%s/%s", directory, list);
    char *file = memory_format("/%s.ko", module);
    struct text text;
    bool is_found = false;

    if (text_read(&text, path) == 0) {
        is_found = text.len > 0 && memmem(text.bytes, text.len, file, strlen(file)) != NULL;
        text_free(&text);
    }
    free(file);
    free(path);
    return is_found;
}

static void report_absent(struct doctor *doctor, const char *module)
{
    struct utsname kernel;
    char *directory;

    if (uname(&kernel) != 0)
        return; /* fails only for a bad address: uname(2) */
    directory = memory_format("/lib/modules/%s", kernel.release);
    if (is_listed(directory, "modules.builtin", module))
        doctor_ok(doctor, memory_format("%s is in the kernel", module));
    else if (is_listed(directory, "modules.dep", module))
        doctor_note(doctor,
                    memory_format("the module %s is not loaded; the kernel loads it when it is first needed", module),
                    memory_format("if the kernel does not: as root, modprobe %s", module));
    else if (access(directory, F_OK) == 0)
        doctor_fail(doctor, memory_format("the module %s is not loaded, and %s does not have it", module, directory),
                    memory_copy("install the package with the other modules of this kernel"));
    else
        doctor_fail(doctor,
                    memory_format("the module %s is not loaded, and cannot be: there is no %s, as after an update of "
                                  "the kernel; or this is a container",
                                  module, directory),
                    memory_format("reboot into the new kernel; for a container, as root on its host: modprobe %s",
                                  module));
    free(directory);
}

void doctor_check_modules(struct doctor *doctor)
{
    const char **bridges;
    size_t bridges_count;

    if (doctor_is_served(doctor)) {
        doctor_ok(doctor, memory_copy("not needed here: the service makes the tap"));
        return;
    }
    if (access("/sys", X_OK) != 0 || access("/sys/class/net", X_OK) != 0) {
        doctor_note(doctor, memory_copy("unknown, since /sys/class/net cannot be read; is /sys mounted?"), NULL);
        return;
    }
    if (driver_is_there())
        doctor_ok(doctor, memory_copy("tun is loaded"));
    else
        report_absent(doctor, "tun");
    bridges_list(&doctor->interfaces, &bridges, &bridges_count);
    if (bridges_count > 0 || access("/sys/module/bridge", F_OK) == 0)
        doctor_ok(doctor, memory_copy("bridge is loaded"));
    else
        report_absent(doctor, "bridge");
    free(bridges);
}
