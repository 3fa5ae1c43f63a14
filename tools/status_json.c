/* SPDX-License-Identifier: MIT */
#include "status_json.h"

#include "json.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

static json_t *user_json(const struct status_owner *owner)
{
    json_t *object = json_object();

    json_put(object, "name", json_escaped(owner->account.name));
    json_put(object, "uid", json_integer((json_int_t)owner->uid));
    return object;
}

static json_t *number_json(const struct status_tap *tap)
{
    json_t *object;

    if (!tap->has_number)
        return json_null();
    object = json_object();
    json_put(object, "held", json_integer((json_int_t)tap->number + 1));
    json_put(object, "limit", json_number(tap->verdict->grant.limit));
    return object;
}

static json_t *mac_json(const unsigned char *mac)
{
    char *text;
    json_t *string;

    if (mac == NULL)
        return json_null();
    text = memory_format("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    string = json_escaped(text);
    free(text);
    return string;
}

static json_t *port_json(const struct status_tap *tap)
{
    struct status_port port = status_tap_port(tap);
    json_t *object = json_object();

    json_put(object, "isolated", json_boolean(port.is_isolated));
    json_put(object, "guard", json_boolean(port.is_guarded));
    json_put(object, "locked", json_boolean(port.is_locked));
    json_put(object, "mac", mac_json(port.mac));
    json_put(object, "vlan", json_number(port.vlan));
    return object;
}

static json_t *holders_json(const struct status_tap *tap)
{
    json_t *array;

    if (tap->holders_count == 0 && !status_tap_is_unheld(tap))
        return json_null();
    array = json_array();
    for (size_t i = 0; i < tap->holders_count; i++) {
        json_t *object = json_object();
        json_put(object, "pid", json_integer((json_int_t)tap->holders[i].pid));
        json_put(object, "command", json_escaped(tap->holders[i].command));
        json_push(array, object);
    }
    return array;
}

static json_t *findings_json(const struct status_tap *tap)
{
    json_t *array = json_array();

    for (size_t i = 0; i < tap->findings_count; i++) {
        json_t *object = json_object();
        json_put(object, "code", json_string(tap->findings[i].code));
        json_put(object, "message", json_escaped(tap->findings[i].message));
        json_put(object, "cure", json_escaped(tap->findings[i].cure));
        json_push(array, object);
    }
    return array;
}

static json_t *verdict_json(const struct status_tap *tap)
{
    return tap->has_record ? json_string(vmnetacl_status_name(tap->verdict->status)) : json_null();
}

static json_t *tap_json(const struct status_tap *tap)
{
    bool is_unknown = tap->has_record && !status_verdict_is_there(tap->verdict);
    json_t *object = json_object();

    json_put(object, "name", json_escaped(tap->interface->name));
    json_put(object, "index", json_integer((json_int_t)tap->interface->index));
    json_put(object, "bridge", json_escaped(tap->has_record ? tap->record.bridge : NULL));
    json_put(object, "port_of", json_escaped(tap->master == NULL ? NULL : tap->master->name));
    json_put(object, "user", tap->has_record ? user_json(tap->verdict->owner) : json_null());
    json_put(object, "number", number_json(tap));
    json_put(object, "since", tap->record.has_since ? json_integer((json_int_t)tap->record.since) : json_null());
    json_put(object, "port", port_json(tap));
    json_put(object, "holders", holders_json(tap));
    json_put(object, "verdict", verdict_json(tap));
    json_put(object, "error", json_error(is_unknown ? &tap->verdict->error : NULL));
    json_put(object, "findings", findings_json(tap));
    return object;
}

void status_print_json(const struct status *status)
{
    struct json_answer answer;

    json_begin(&answer, "status");
    json_write(&answer, "error",
               json_escaped(status->interfaces.are_known ? NULL : strerror(status->interfaces.error)));
    json_write(&answer, "findings", json_integer((json_int_t)status->findings_count));
    json_open_array(&answer, "taps");
    for (size_t i = 0; i < status->taps_count; i++)
        json_write(&answer, NULL, tap_json(&status->taps[i]));
    json_close_array(&answer);
    json_end(&answer);
}
