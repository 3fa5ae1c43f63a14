/* SPDX-License-Identifier: MIT */
/* The checks of vmnetctl doctor. Each adds at least one result, and changes nothing. */
#pragma once

#include "doctor_results.h"

/*
 * doctor_helper.c and doctor_helper_path.c: the helper as it is installed, the service that it asks without privilege,
 * and whether QEMU and libvirt start the helper. doctor_others.c: other helpers, among them that of the user's libvirt;
 * bridge_helper may be NULL.
 */
void doctor_check_helper(struct doctor *doctor);
void doctor_check_service(struct doctor *doctor);
void doctor_check_helper_path(struct doctor *doctor);
void doctor_report_others(struct doctor *doctor, const char *bridge_helper);

/* doctor_process.c and doctor_device.c: what the process and the kernel must have for a helper to work. */
void doctor_check_no_new_privs(struct doctor *doctor);
void doctor_check_bounding_set(struct doctor *doctor);
void doctor_check_user_namespace(struct doctor *doctor);
void doctor_check_tun(struct doctor *doctor);
void doctor_check_modules(struct doctor *doctor);

/* doctor_rules.c and doctor_groups.c: the rules, and what they and the groups of the session mean for the user. */
void doctor_check_rules(struct doctor *doctor);
void doctor_check_groups(struct doctor *doctor);
void doctor_check_verdict(struct doctor *doctor);

/* doctor_nsswitch.c: the services that know users and groups. */
void doctor_check_name_service(struct doctor *doctor);

/* doctor_bridges.c: the bridges, and what is on them. */
void doctor_check_bridges(struct doctor *doctor);
void doctor_check_libvirt_network(struct doctor *doctor);

/* doctor_neighbours.c, doctor_networkd.c and doctor_security.c: other programs, and the security modules. */
void doctor_check_netfilter(struct doctor *doctor);
void doctor_check_network_manager(struct doctor *doctor);
void doctor_check_networkd(struct doctor *doctor);
void doctor_check_firewalld(struct doctor *doctor);
void doctor_check_apparmor(struct doctor *doctor);
void doctor_check_selinux(struct doctor *doctor);
void doctor_check_denials(struct doctor *doctor);
