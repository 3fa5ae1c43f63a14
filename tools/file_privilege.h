/* SPDX-License-Identifier: MIT */
/* What a program file gives to whoever starts it. */
#pragma once

#include "account.h"

#include <stdbool.h>
#include <sys/stat.h>

/* Has the file the capability CAP_NET_ADMIN, as setcap's "cap_net_admin=ep" gives it? */
bool file_has_capability(const char *path);

/* ACLs of files count only when it is this process that would start the program. */
bool file_may_execute(const char *path, const struct account *account, const struct stat *status);

/* "root:kvm, mode 4750", to be freed. with_names: the name service can be asked. */
char *file_describe_mode(const struct stat *status, bool with_names);
