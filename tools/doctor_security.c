/* SPDX-License-Identifier: MIT */
/* The security modules, and what they have denied, as far as a user may know. */
#include "doctor_checks.h"
#include "kernel_value.h"
#include "memory.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LIBVIRTD_PROFILE "/etc/apparmor.d/usr.sbin.libvirtd"
#define LIBVIRTD_LOCAL   "/etc/apparmor.d/local/usr.sbin.libvirtd"

/* Does a line of the file have this word, and is no comment? */
static bool file_has(const char *path, const char *word)
{
    struct text_line line = {.number = 1};
    struct text text;
    bool is_found = false;

    if (text_read(&text, path) != 0)
        return false;
    for (; text_measure(&text, &line) && !is_found; text_next(&line)) {
        const char *begin = text.bytes + line.offset;
        const char *comment = memchr(begin, '#', line.len);
        size_t len = comment == NULL ? line.len : (size_t)(comment - begin);
        is_found = memmem(begin, len, word, strlen(word)) != NULL;
    }
    text_free(&text);
    return is_found;
}

static char *profile_cure(void)
{
    return memory_copy("as root, add to " LIBVIRTD_LOCAL " the line: " VMNET_HELPER_PATH " PUx,  then: apparmor_parser "
                       "-r " LIBVIRTD_PROFILE);
}

void doctor_check_apparmor(struct doctor *doctor)
{
    char *label = kernel_value_text("/proc/self/attr/apparmor/current");

    if (label == NULL)
        label = kernel_value_text("/proc/self/attr/current");
    if (!kernel_value_is("/sys/module/apparmor/parameters/enabled", "Y"))
        doctor_ok(doctor, memory_copy("it is not enabled"));
    else if (label != NULL && label[0] != '\0' && strcmp(label, "unconfined") != 0)
        doctor_note(doctor,
                    memory_format("it confines this process by the profile '%s', and so perhaps the helper", label),
                    memory_copy("start QEMU outside of the profile, or have the profile start " VMNET_HELPER_PATH
                                " with PUx"));
    else if (access(LIBVIRTD_PROFILE, F_OK) == 0 && !file_has(LIBVIRTD_LOCAL, VMNET_HELPER_PATH))
        doctor_note(doctor, memory_copy("the profile of libvirtd lets it start no helper but qemu-bridge-helper"),
                    profile_cure());
    else
        doctor_ok(doctor, memory_copy("it is enabled, and does not confine this process"));
    free(label);
}

/* Has the helper the type of our module? Then every domain that libvirt's guests have may start it. */
static bool has_own_type(void)
{
    char label[256];
    ssize_t len = getxattr(VMNET_HELPER_PATH, "security.selinux", label, sizeof label - 1);

    label[len > 0 ? len : 0] = '\0';
    return strstr(label, ":vmnet_helper_exec_t:") != NULL;
}

void doctor_check_selinux(struct doctor *doctor)
{
    if (kernel_value_number("/sys/fs/selinux/enforce", 0) == 0)
        doctor_ok(doctor, memory_copy("it is not enforcing"));
    else if (has_own_type())
        doctor_ok(doctor, memory_copy("it is enforcing, and " VMNET_HELPER_PATH " has a type of its own"));
    else
        doctor_note(doctor,
                    memory_copy("it is enforcing, and confined guests of libvirt may start only qemu-bridge-helper"),
                    memory_copy("as root, 'ausearch -m avc -ts recent' shows what it has denied; the module "
                                "vmnet_helper, in the documentation, gives the helper a domain of its own"));
}

/* A denial that is about the helper, in the records of the kernel: "6,1234,5678,-;text". */
static bool is_denial(const char *record, size_t len)
{
    return memmem(record, len, "vmnet-helper", 12) != NULL &&
           (memmem(record, len, "apparmor=\"DENIED\"", 17) != NULL || memmem(record, len, "avc:  denied", 12) != NULL);
}

/* /dev/kmsg gives a record with each read, and EPIPE for one that was overwritten in the meantime. */
static char *find_denial(int fd)
{
    char record[8192];
    char *found = NULL;
    ssize_t len;

    while ((len = read(fd, record, sizeof record)) > 0 || (len < 0 && (errno == EPIPE || errno == EINTR))) {
        for (char *line = record; len > 0 && line < record + len;) {
            char *end = memchr(line, '\n', (size_t)(record + len - line));
            size_t line_len = (size_t)((end == NULL ? record + len : end) - line);
            const char *text = memchr(line, ';', line_len);
            if (text != NULL && is_denial(line, line_len)) {
                free(found);
                found = memory_format("%.*s", (int)(line + line_len - text - 1), text + 1);
            }
            line += line_len + 1;
        }
    }
    return found;
}

/*
 * In our own profile, which permits rules only in certain directories: a file with rules elsewhere, or something of the
 * name service. In another one: that of the program that started the helper.
 */
static char *denial_cure(const char *denial)
{
    if (strstr(denial, "apparmor") == NULL)
        return memory_copy("as root, 'ausearch -m avc -c vmnet-helper' shows all; 'restorecon -v " VMNET_HELPER_PATH
                           "' sets the label that the policy has for it");
    if (strstr(denial, "profile=\"vmnet-helper") == NULL)
        return profile_cure();
    return memory_copy("if that is a file with rules, as root, permit it in a file in "
                       "/etc/apparmor.d/abstractions/vmnet-helper.d, and load the profile again: see AppArmor in "
                       "vmnet-helper(8)");
}

void doctor_check_denials(struct doctor *doctor)
{
    int fd = open("/dev/kmsg", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int error = errno;
    char *denial;

    if (fd < 0) {
        doctor_note(doctor,
                    memory_format("unknown: the log of the kernel, /dev/kmsg, cannot be read: %s", strerror(error)),
                    memory_copy("as root, 'dmesg' and 'journalctl -k' show what was denied"));
        return;
    }
    denial = find_denial(fd);
    (void)close(fd); /* it was only read, so this cannot lose data */
    if (denial != NULL)
        doctor_fail(doctor, memory_format("a security module has denied something to vmnet-helper: %s", denial),
                    denial_cure(denial));
    else
        doctor_ok(doctor, memory_copy("the log of the kernel has no denial that is about vmnet-helper"));
    free(denial);
}
