/* SPDX-License-Identifier: MIT */
/*
 * vmnet-helper as it is installed: has it the privilege that it needs, or does it ask the service, and may the user
 * start it?
 */
#pragma once

#include "account.h"
#include "service.h"

#include <stdbool.h>
#include <stddef.h>

#define HELPER_FAULTS_MAX 2

struct helper_fault {
    char *text;           /* what is wrong */
    char *cure;           /* what to do; may be NULL */
    bool is_refusing;     /* so wrong that this user's requests are refused */
    bool is_as_installed; /* "cmake --install" leaves it so, for something else to give it its privilege */
};

struct helper_file {
    char *privilege; /* how it gets its privilege, or does without it; NULL after a fault of that */
    char *doubt;     /* why that cannot be known; else NULL */
    struct service service;
    bool asks_service; /* the file gives it no privilege, so it asks the service, whether that answers or not */
    struct helper_fault faults[HELPER_FAULTS_MAX];
    size_t faults_count;
    bool opens_as_user; /* it has only a file capability, so the user must be able to open /dev/net/tun */
};

/* with_names: the name service can be asked. */
void helper_file_look(struct helper_file *helper, const struct account *account, bool with_names);

/* The first fault for which this user's requests are refused; NULL when there is none. */
const struct helper_fault *helper_file_refusal(const struct helper_file *helper);

void helper_file_free(struct helper_file *helper);
