/* SPDX-License-Identifier: MIT */
/*
 * The services of /etc/nsswitch.conf that know users and groups. Their modules are looked for and not loaded, since
 * that would run their code in this process.
 */
#include "doctor_checks.h"
#include "doctor_names.h"
#include "memory.h"
#include "text.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SWITCH "/etc/nsswitch.conf"

/* Only glibc has modules. */
#ifdef __GLIBC__
static const bool has_modules = true;
#else
static const bool has_modules = false;
#endif

/* Where glibc looks for modules, as distributions build it. */
static const char *const directories[] = {
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/lib/*-linux-gnu*",
    "/usr/lib/*-linux-gnu*",
    "/run/current-system/sw/lib",
};

/* The packages of the common ones. */
static const struct package {
    const char *service;
    const char *debian;
    const char *fedora;
} packages[] = {
    {"ldap", "libnss-ldapd", "nss-pam-ldapd"},
    {"mymachines", "libnss-mymachines", "systemd-container"},
    {"sss", "libnss-sss", "sssd-client"},
    {"systemd", "libnss-systemd", "systemd-libs"},
    {"winbind", "libnss-winbind", "samba-winbind-clients"},
};

static bool module_is_there(const char *service)
{
    bool is_found = false;

    for (size_t i = 0; i < sizeof directories / sizeof directories[0] && !is_found; i++) {
        char *pattern = memory_format("%s/libnss_%s.so.2", directories[i], service);
        glob_t found;
        if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0) {
            is_found = true;
            globfree(&found);
        }
        free(pattern);
    }
    return is_found;
}

/* A service is a word of letters, digits, '_' and '-'; any other has no module that could be looked for. */
static bool is_plain(const char *service)
{
    return service[strspn(service, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] == '\0';
}

static char *module_cure(const char *service, const char *database)
{
    for (size_t i = 0; i < sizeof packages / sizeof packages[0]; i++)
        if (strcmp(packages[i].service, service) == 0)
            return memory_format("as root, install the package %s (Debian) or %s (Fedora); or remove '%s' from the "
                                 "line '%s' of " SWITCH,
                                 packages[i].debian, packages[i].fedora, service, database);
    return memory_format("install the package that has libnss_%s.so.2, or remove '%s' from the line '%s' of " SWITCH,
                         service, service, database);
}

/* glibc has these two in itself, and skips a service whose module it does not find. */
static bool look_at_service(struct doctor *doctor, const char *database, const char *service)
{
    if (strcmp(service, "files") == 0 || strcmp(service, "dns") == 0 || !is_plain(service) || module_is_there(service))
        return true;
    doctor_note(doctor,
                memory_format("the line '%s' of " SWITCH " has '%s', but libnss_%s.so.2 is in no directory of the "
                              "system, so users and groups that only it knows do not exist",
                              database, service, service),
                module_cure(service, database));
    return false;
}

/* The services of a line, which is cut up: words, except the actions in brackets. */
static bool look_at_line(struct doctor *doctor, const char *database, char *services)
{
    bool is_good = true;
    char *rest = services;
    char *word;

    services[strcspn(services, "#")] = '\0';
    for (char *bracket = strchr(services, '['); bracket != NULL; bracket = strchr(bracket, '[')) {
        size_t len = strcspn(bracket, "]");
        memset(bracket, ' ', bracket[len] == ']' ? len + 1 : len);
    }
    while ((word = strtok_r(rest, " \t\r", &rest)) != NULL)
        is_good = look_at_service(doctor, database, word) && is_good;
    return is_good;
}

static bool look_at_switch(struct doctor *doctor, const struct text *text)
{
    static const char *const databases[] = {"passwd", "group", "initgroups"};
    struct text_line line = {.number = 1};
    bool is_good = true;

    for (; text_measure(text, &line); text_next(&line)) {
        char *copy = memory_format("%.*s", (int)line.len, text->bytes + line.offset);
        size_t start = strspn(copy, " \t");
        size_t len = strcspn(copy + start, ": \t");
        char *colon = strchr(copy, ':');
        for (size_t i = 0; i < sizeof databases / sizeof databases[0] && colon != NULL; i++)
            if (strlen(databases[i]) == len && memcmp(databases[i], copy + start, len) == 0)
                is_good = look_at_line(doctor, databases[i], colon + 1) && is_good;
        free(copy);
    }
    return is_good;
}

static void report_services(struct doctor *doctor)
{
    struct text text;

    if (!has_modules) {
        doctor_note(doctor,
                    memory_copy("the C library of this build has no modules; it reads /etc/passwd and "
                                "/etc/group, and may ask nscd"),
                    NULL);
    } else if (access("/run/nscd/socket", F_OK) == 0 || access("/var/run/nscd/socket", F_OK) == 0) {
        doctor_ok(doctor, memory_copy("nscd answers for the services; it may know for a while what has changed since"));
    } else if (text_read(&text, SWITCH) != 0) {
        doctor_ok(doctor, memory_copy("there is no " SWITCH " that can be read, so the C library asks its defaults"));
    } else {
        if (look_at_switch(doctor, &text))
            doctor_ok(doctor, memory_copy("all services of " SWITCH " that know users and groups are installed"));
        text_free(&text);
    }
}

void doctor_check_name_service(struct doctor *doctor)
{
    static const char cure[] = "'getent passwd USER' and 'getent initgroups USER' show how long each takes; then look "
                               "at the services on those lines of " SWITCH ", as with 'systemctl status sssd nslcd'";

    if (doctor->names == DOCTOR_NAMES_LATE)
        doctor_fail(doctor,
                    memory_format("it takes more than %d ms to find the user and the user's groups; vmnet-helper gives "
                                  "up after %d ms",
                                  DOCTOR_NAMES_MS, VMNET_LOOKUP_TIMEOUT_MS),
                    memory_copy(cure));
    else if (doctor->names == DOCTOR_NAMES_FAILED)
        doctor_fail(doctor, memory_copy("it cannot find the user, since a service fails"), memory_copy(cure));
    else
        doctor_ok(doctor, memory_format("it answers within %d ms", DOCTOR_NAMES_MS));
    report_services(doctor);
}
