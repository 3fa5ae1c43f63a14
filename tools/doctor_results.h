/* SPDX-License-Identifier: MIT */
/* What the checks of vmnetctl doctor share: whom they are about, and the results that they add. */
#pragma once

#include "account.h"
#include "helper_file.h"
#include "interfaces.h"
#include "string_set.h"

#include <stdbool.h>
#include <stddef.h>

enum doctor_level {
    DOCTOR_OK,
    DOCTOR_NOTE, /* it may be what is wrong, or it cannot be known */
    DOCTOR_FAIL,
};

struct doctor_result {
    const char *name; /* of the check; a string literal */
    enum doctor_level level;
    char *text; /* what is so, and why it matters */
    char *cure; /* what to do; NULL when there is nothing to do */
};

/* What the name service did when it was asked for the user and his groups. */
enum doctor_names {
    DOCTOR_NAMES_FOUND,
    DOCTOR_NAMES_UNKNOWN, /* it does not know the user */
    DOCTOR_NAMES_FAILED,
    DOCTOR_NAMES_LATE,
};

struct doctor {
    const char *bridge;      /* the one that was asked about; NULL: all that exist */
    bool is_other;           /* the user was given by name, so nothing is known about a session of his */
    enum doctor_names names; /* when LATE, nothing more may be asked of the name service: it takes too long */
    struct account account;  /* when names are LATE, of this process, and without a name */
    struct interfaces interfaces;
    bool has_usable;          /* the next one is known */
    struct string_set usable; /* bridges that the rules let the user use, existing or named in a rule */
    size_t usable_count;
    char *usable_text; /* the first of them, with commas; NULL when there are none */
    struct helper_file helper;
    const char *name; /* of the check that runs */
    struct doctor_result *items;
    size_t count;
    size_t notes_count;
    size_t failures_count;
};

/* Add a result of the check that runs. These take ownership of text and of cure; cure may be NULL for a note. */
void doctor_ok(struct doctor *doctor, char *text);
void doctor_note(struct doctor *doctor, char *text, char *cure);
void doctor_fail(struct doctor *doctor, char *text, char *cure);

/* A failure where it concerns what was asked for, else a note. */
void doctor_fail_or_note(struct doctor *doctor, bool is_failure, char *text, char *cure);

/*
 * Has a helper that this process starts no privilege, so that it asks the service? And does the service answer it? root
 * has its own, in the first user namespace. A helper with a file capability does not ask, even where it gains nothing by
 * it: exec(2) says AT_SECURE all the same.
 */
bool doctor_asks_service(const struct doctor *doctor);
bool doctor_is_served(const struct doctor *doctor);

/* Is it the bridge that was asked about; or, if none was, may the user use it? */
bool doctor_wants(const struct doctor *doctor, const char *bridge);

/* The name of a bridge, for a command to be pasted: "BRIDGE" in place of one that a shell may not take as it is. */
const char *doctor_word(const char *bridge);

/* Print all results. */
void doctor_print(const struct doctor *doctor);
void doctor_print_json(const struct doctor *doctor);
