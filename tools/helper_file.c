/* SPDX-License-Identifier: MIT */
#include "helper_file.h"

#include "file_privilege.h"
#include "helper_cure.h"
#include "memory.h"
#include "user_namespace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define HELPER VMNET_HELPER_PATH

/*
 * Without privilege, the service is missing. If there is one that does not serve this user, that is what to cure:
 * privilege would serve others, too. Takes ownership of cure, which is NULL where the file must have no privilege.
 */
static char *served_cure(const struct helper_file *helper, char *cure)
{
    char *text = cure == NULL || helper->service.path != NULL ? memory_copy(helper->service.cure)
                                                              : memory_format("%s; or %s", cure, helper->service.cure);

    free(cure);
    return text;
}

/* Takes ownership of text and cure. */
static void add_fault(struct helper_file *helper, bool is_refusing, char *text, char *cure)
{
    helper->faults[helper->faults_count++] =
        (struct helper_fault){.text = text, .cure = cure, .is_refusing = is_refusing};
}

static void add_group_fault(struct helper_file *helper, const struct account *account, const struct stat *status,
                            bool with_names)
{
    char *who = account_describe(account);
    char *group = account_describe_group(status->st_gid, with_names);

    add_fault(helper, true,
              memory_format("%s may not start " HELPER ", whose mode %04o permits only root and %s", who,
                            (unsigned)(status->st_mode & 07777), group),
              account_group_cure(account, status->st_gid, with_names));
    free(group);
    free(who);
}

/* The same as a helper without privilege. */
static void look_at_nosuid(struct helper_file *helper, const struct account *account)
{
    helper->asks_service = account->caller.uid != 0;
    free(helper->privilege);
    helper->privilege = NULL;
    if (helper->service.is_usable)
        helper->privilege = memory_format("the file system of " HELPER " is mounted with nosuid, so it has no "
                                          "privilege; it asks the service at %s",
                                          helper->service.path);
    else
        add_fault(helper, account->caller.uid != 0,
                  memory_format("the file system of " HELPER " is mounted with nosuid, so the kernel ignores "
                                "set-user-ID bits and file capabilities there, and %s",
                                helper->service.text),
                  served_cure(helper, helper_cure_mount()));
}

static void look_at_execution(struct helper_file *helper, const struct account *account, const struct stat *status,
                              bool with_names)
{
    bool is_for_group = (status->st_mode & S_IXGRP) != 0 && (status->st_mode & S_IXOTH) == 0;

    if (!file_may_execute(HELPER, account, status) && is_for_group && status->st_gid != 0) /* root's is for no user */
        add_group_fault(helper, account, status, with_names);
    else if (!file_may_execute(HELPER, account, status))
        add_fault(helper, true,
                  memory_format("the user may not start " HELPER ", whose mode is %04o",
                                (unsigned)(status->st_mode & 07777)),
                  helper_cure_execution());
}

static void look_at_mount(struct helper_file *helper, const struct account *account, const struct stat *status,
                          bool with_names)
{
    struct statvfs file_system;

    if (statvfs(HELPER, &file_system) != 0) {
        add_fault(helper, false, memory_format("cannot examine the file system of " HELPER ": %s", strerror(errno)),
                  NULL);
        return;
    }
    if ((file_system.f_flag & ST_NOEXEC) != 0) {
        add_fault(helper, true,
                  memory_copy("the file system of " HELPER " is mounted with noexec, so the kernel does not start it"),
                  helper_cure_mount());
        return;
    }
    if ((file_system.f_flag & ST_NOSUID) != 0)
        look_at_nosuid(helper, account);
    if ((file_system.f_flag & ST_NOSUID) == 0 || helper->service.is_usable)
        look_at_execution(helper, account, status, with_names);
}

/* Must the file have no privilege? A wrapper must have it, even if what it starts has none. */
static bool is_plain_file(void)
{
    return strcmp(VMNET_INSTALL_MODE, "none") == 0 && !helper_is_wrapper();
}

/* root needs none from the file. Of a build for VMNET_INSTALL_MODE=none, a wrapper that is not known here has it. */
static bool needs_privilege(const struct account *account)
{
    return account->caller.uid != 0 && !is_plain_file();
}

static void look_at_service(struct helper_file *helper, const struct account *account, const struct stat *status,
                            bool with_names)
{
    if (helper->service.is_usable) {
        helper->privilege =
            memory_format(HELPER " has no privilege of its own, and asks the service at %s", helper->service.path);
        return;
    }
    add_fault(helper, needs_privilege(account),
              memory_format(HELPER " is not setuid root and has no file capability cap_net_admin=ep, and %s",
                            helper->service.text),
              served_cure(helper, helper_cure_privilege(status, with_names)));
    helper->faults[helper->faults_count - 1].is_as_installed = is_plain_file();
}

static void look_at_privilege(struct helper_file *helper, const struct account *account, const struct stat *status,
                              bool with_names)
{
    bool is_setuid = (status->st_mode & S_ISUID) != 0;
    bool has_capability = file_has_capability(HELPER);
    bool is_alone = !is_setuid && !has_capability && needs_privilege(account) && !helper->service.is_usable;

    helper->opens_as_user = !is_setuid && has_capability;
    helper->asks_service = !is_setuid && !has_capability && account->caller.uid != 0;
    if (status->st_uid != 0 && user_namespace_is_inner())
        helper->doubt = memory_copy("the owner of " HELPER " cannot be seen in this user namespace");
    else if (status->st_uid != 0)
        add_fault(helper, is_setuid || is_alone,
                  memory_format(HELPER " belongs to uid %u, not to root", (unsigned)status->st_uid),
                  helper_cure_install_again());
    else if ((status->st_mode & S_IWOTH) != 0 || ((status->st_mode & S_IWGRP) != 0 && status->st_gid != 0))
        add_fault(helper, is_alone,
                  memory_format("users other than root may write to " HELPER ", whose mode is %04o",
                                (unsigned)(status->st_mode & 07777)),
                  helper_cure_install_again());
    else if (!is_setuid && !has_capability)
        look_at_service(helper, account, status, with_names);
    else if (is_setuid)
        helper->privilege = memory_format(HELPER " is setuid root, mode %04o", (unsigned)(status->st_mode & 07777));
    else
        helper->privilege = memory_copy(HELPER " has the file capability cap_net_admin=ep");
}

void helper_file_look(struct helper_file *helper, const struct account *account, bool with_names)
{
    struct stat status;

    *helper = (struct helper_file){.privilege = NULL};
    service_look(&helper->service, account, with_names);
    if (stat(HELPER, &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        add_fault(helper, true, memory_copy("there is no " HELPER), helper_cure_install());
    } else if (stat(HELPER, &status) != 0) {
        add_fault(helper, account->is_self, memory_format("cannot examine " HELPER ": %s", strerror(errno)),
                  memory_copy("'namei -l " HELPER "' shows which directory does not let the user in"));
    } else if (!S_ISREG(status.st_mode)) {
        add_fault(helper, true, memory_copy(HELPER " is not a regular file"), helper_cure_install_again());
    } else {
        look_at_privilege(helper, account, &status, with_names);
        look_at_mount(helper, account, &status, with_names);
    }
}

const struct helper_fault *helper_file_refusal(const struct helper_file *helper)
{
    for (size_t i = 0; i < helper->faults_count; i++)
        if (helper->faults[i].is_refusing)
            return &helper->faults[i];
    return NULL;
}

void helper_file_free(struct helper_file *helper)
{
    for (size_t i = 0; i < helper->faults_count; i++) {
        free(helper->faults[i].text);
        free(helper->faults[i].cure);
    }
    free(helper->privilege);
    free(helper->doubt);
    service_free(&helper->service);
    *helper = (struct helper_file){.privilege = NULL};
}
