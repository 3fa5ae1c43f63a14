/* SPDX-License-Identifier: MIT
 *
 * Requests whose rules depend on a name service that a test starts and stops (service.sh).
 */
#ifndef VMNET_SERVICES_SERVICE_H
#define VMNET_SERVICES_SERVICE_H

#include "directory.h"
#include "helper.h"

/* What comes of a request. */
enum outcome {
    GRANTED,
    DENIED,  /* by the rules: 77 */
    UNTOLD,  /* names could not be told: neither 0 nor 77 */
    REFUSED, /* DENIED or UNTOLD */
};

struct request {
    const char *rules;
    const struct lab_caller *caller;
    enum outcome want;
};

/* Callers. vmuser and vmother are local; vmuser is one of the students in the directory only. */
extern const struct lab_caller in_credentials;        /* vmuser, with gid 7000, the students' */
extern const struct lab_caller remote;                /* vmremote, whom only the directory knows */
extern const struct lab_caller remote_in_credentials; /* with gid 7000 */
extern const struct lab_caller nameless;              /* vmother, with a gid that nothing has a name for */
extern const struct lab_caller no_account;

/* cmocka's group setup: the helper, and the directory of the rules. */
int services_setup(void **state);

/* service.sh ACTION ARGUMENTS */
void service(const char *action_and_arguments);

/* nsswitch.conf: the services of passwd and of group. */
void services_switch(const char *passwd, const char *group);

/* cmocka's teardown of a test: no service but slapd is there. */
int services_reset(void **state);

/* Make the requests, each as virbr0 is asked for, and fail with the first that comes out otherwise. */
void requests_assert(const char *when, const struct request *requests, size_t count);

#define ALLOW_ALL "allow all bridge virbr0\n"

#endif
