/* SPDX-License-Identifier: MIT */
/*
 * A table of checks, which run in its order. None of them changes anything, runs another program, or waits long: the
 * name service is asked first, in a process that can be ended, and if it is late, no check asks it again.
 */
#include "doctor.h"

#include "doctor_checks.h"
#include "doctor_names.h"
#include "doctor_usable.h"
#include "message.h"
#include "sudo_note.h"
#include "vmnetacl.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum {
    DOCTOR_EXIT_WELL = 0,
    DOCTOR_EXIT_FAILURES = 1,
};

static const struct doctor_check {
    const char *name;
    void (*run)(struct doctor *doctor);
} checks[] = {
    /* In the order in which a request meets them. */
    {"helper", doctor_check_helper},
    {"service", doctor_check_service},
    {"helper-path", doctor_check_helper_path},
    {"no-new-privs", doctor_check_no_new_privs},
    {"bounding-set", doctor_check_bounding_set},
    {"user-namespace", doctor_check_user_namespace},
    {"tun", doctor_check_tun},
    {"modules", doctor_check_modules},
    {"rules", doctor_check_rules},
    {"groups", doctor_check_groups},
    {"verdict", doctor_check_verdict},
    {"name-service", doctor_check_name_service},
    {"bridges", doctor_check_bridges},
    {"libvirt-network", doctor_check_libvirt_network},
    {"netfilter", doctor_check_netfilter},
    {"network-manager", doctor_check_network_manager},
    {"networkd", doctor_check_networkd},
    {"firewalld", doctor_check_firewalld},
    {"apparmor", doctor_check_apparmor},
    {"selinux", doctor_check_selinux},
    {"denials", doctor_check_denials},
};

static void doctor_begin(struct doctor *doctor, const struct options *options)
{
    *doctor = (struct doctor){.is_other = options->user != NULL};
    if (options->files_count > 0)
        doctor->bridge = options->files[0];
    doctor->names = doctor_names_probe(options->user);
    if (options->user != NULL && doctor->names == DOCTOR_NAMES_LATE)
        die(EX_TEMPFAIL,
            "the name service takes more than %d ms to find the user '%s'; 'vmnetctl doctor' without "
            "--user says more about it",
            DOCTOR_NAMES_MS, options->user);
    if (options->user != NULL)
        account_of_user(&doctor->account, options->user);
    else if (doctor->names == DOCTOR_NAMES_LATE)
        account_of_ids(&doctor->account);
    else
        account_of_process(&doctor->account);
    (void)account_become(&doctor->account); /* if not, the files are read as who runs this; the page says so */
    helper_file_look(&doctor->helper, &doctor->account, doctor->names != DOCTOR_NAMES_LATE);
    interfaces_read(&doctor->interfaces);
    doctor_find_usable(doctor);
}

static void doctor_free(struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->count; i++) {
        free(doctor->items[i].text);
        free(doctor->items[i].cure);
    }
    free(doctor->items);
    string_set_free(&doctor->usable);
    free(doctor->usable_text);
    helper_file_free(&doctor->helper);
    interfaces_free(&doctor->interfaces);
    account_free(&doctor->account);
}

static int doctor_run(const struct options *options)
{
    struct doctor doctor;
    int status;

    if (options->files_count > 0 && !vmnetacl_name_valid(options->files[0], strlen(options->files[0])))
        die(EX_USAGE, "'%s' is not a valid name of an interface; 'ip link show type bridge' lists the bridges",
            options->files[0]);
    sudo_note(options, "doctor", options->files_count > 0 ? options->files[0] : NULL);
    doctor_begin(&doctor, options);
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        doctor.name = checks[i].name;
        checks[i].run(&doctor);
    }
    if (options->json)
        doctor_print_json(&doctor);
    else
        doctor_print(&doctor);
    status = doctor.failures_count > 0 ? DOCTOR_EXIT_FAILURES : DOCTOR_EXIT_WELL;
    doctor_free(&doctor);
    return status;
}

const struct command doctor_command = {
    .name = "doctor",
    .options = OPTION_JSON | OPTION_USER,
    .files_max = 1,
    .run = doctor_run,
    .help = "Usage: vmnetctl doctor [BRIDGE] [--user NAME] [--json]\n"
            "Find out why guests do not get onto a bridge here, or get no network there. It looks at the\n"
            "helper, this process, the rules, the bridges and the services beside them, and changes nothing.\n"
            "\n"
            "  BRIDGE         look at this bridge; without it, at all that exist\n"
            "  --user NAME    ask for this user, as if the user logged in now\n"
            "  --json         print one JSON object\n"
            "\n"
            "Each result is 'ok', a 'note' (which may be the cause, and may be as it should be) or 'fail',\n"
            "with what to do about it. Exits 0 if nothing fails, 1 if something does.\n",
};
