/* SPDX-License-Identifier: MIT */
/* Policies from texts in memory. */
#ifndef UNIT_TEXTS_H
#define UNIT_TEXTS_H

#include "vmnetacl.h"

#define TEXTS_SWITCH "/switch.conf"
#define TEXTS_FILES  "/rules.d/a.rules"
#define TEXTS_QEMU   "/bridge.conf"

/* What is in these files; NULL: the file does not exist. */
struct texts {
    const char *switch_text;
    const char *files;
    const char *qemu;
};

/* As vmnetacl_load_from(); each text is in memory of just its size, so that a sanitizer sees a read after it. */
enum vmnetacl_status texts_load(const struct texts *texts, struct vmnetacl_policy **policy,
                                struct vmnetacl_error *error);

/* The policy; a load that fails fails the test. */
struct vmnetacl_policy *texts_policy(const struct texts *texts);

#endif
