/* SPDX-License-Identifier: MIT */
/*
 * The answers for other programs; vmnetctl.schema.json describes them. A string in them is printable ASCII: the bytes
 * of others are escaped. Functions here end the program when memory is short, and steal the values that they are given.
 */
#pragma once

#include "account.h"
#include "vmnetacl.h"

#include <jansson.h>

/* The number changes when what was there before changes its name or meaning; what is added leaves it. */
#define JSON_SCHEMA 1

/* A new answer of a kind: "check", "explain" or "list". */
json_t *json_answer(const char *kind);

void json_put(json_t *object, const char *key, json_t *value);
void json_push(json_t *array, json_t *value);

/* A string, escaped; null of NULL. */
json_t *json_escaped(const char *text);

/* A number; null of 0: no line, no column, no limit. */
json_t *json_number(unsigned number);

/* {"source", "file", "line", "column"}; null when there is no file. */
json_t *json_place(const struct vmnetacl_place *place);

/* {"code", "file", "line", "column", "message"}; null of NULL. */
json_t *json_error(const struct vmnetacl_error *error);

/* {"limit": 3}: the options of a grant; {} when there are none. */
json_t *json_grant(const struct vmnetacl_grant *grant);

/* {"name", "uid", "gid", "groups"} */
json_t *json_account(const struct account *account);

/* Print it, and free it. */
void json_print(json_t *answer);
