/* SPDX-License-Identifier: MIT */
#include "json.h"

#include "escape.h"
#include "message.h"
#include "problem.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* jansson fails when out of memory alone: what it is given here is ASCII. */
static json_t *there(json_t *value)
{
    if (value == NULL)
        die(EX_TEMPFAIL, "no memory left; try again");
    return value;
}

json_t *json_answer(const char *kind)
{
    json_t *answer = there(json_object());

    json_put(answer, "schema", json_integer(JSON_SCHEMA));
    json_put(answer, "kind", json_string(kind));
    return answer;
}

void json_put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, there(value)) != 0)
        die(EX_TEMPFAIL, "no memory left; try again");
}

void json_push(json_t *array, json_t *value)
{
    if (json_array_append_new(array, there(value)) != 0)
        die(EX_TEMPFAIL, "no memory left; try again");
}

json_t *json_escaped(const char *text)
{
    char *escaped;
    json_t *string;

    if (text == NULL)
        return json_null();
    escaped = escape_copy(text, strlen(text));
    string = there(json_string(escaped));
    free(escaped);
    return string;
}

json_t *json_number(unsigned number)
{
    return number == 0 ? json_null() : there(json_integer((json_int_t)number));
}

json_t *json_place(const struct vmnetacl_place *place)
{
    json_t *object;

    if (place->file == NULL)
        return json_null();
    object = there(json_object());
    json_put(object, "source", json_escaped(place->source));
    json_put(object, "file", json_escaped(place->file));
    json_put(object, "line", json_number(place->line));
    json_put(object, "column", json_number(place->column));
    return object;
}

json_t *json_error(const struct vmnetacl_error *error)
{
    json_t *object;
    char *message;

    if (error == NULL)
        return json_null();
    object = there(json_object());
    message = problem_message(error);
    json_put(object, "code", json_string(vmnetacl_code_name(error->code)));
    json_put(object, "file", json_escaped(error->file[0] == '\0' ? NULL : error->file));
    json_put(object, "line", json_number(error->line));
    json_put(object, "column", json_number(error->column));
    json_put(object, "message", json_escaped(message));
    free(message);
    return object;
}

json_t *json_grant(const struct vmnetacl_grant *grant)
{
    json_t *object = there(json_object());

    if (grant->limit != 0)
        json_put(object, "limit", json_number(grant->limit));
    return object;
}

json_t *json_account(const struct account *account)
{
    json_t *object = there(json_object());
    json_t *groups = there(json_array());

    json_put(object, "name", json_escaped(account->name));
    json_put(object, "uid", json_integer((json_int_t)account->caller.uid));
    json_put(object, "gid", json_integer((json_int_t)account->caller.gid));
    for (size_t i = 0; i < account->caller.groups_count; i++)
        json_push(groups, json_integer((json_int_t)account->caller.groups[i]));
    json_put(object, "groups", groups);
    return object;
}

void json_print(json_t *answer)
{
    if (json_dumpf(answer, stdout, JSON_INDENT(2)) != 0)
        die(EX_OSERR, "cannot write the answer: %m");
    (void)fputc('\n', stdout); /* main() looks at ferror(3) in the end */
    json_decref(answer);
}
