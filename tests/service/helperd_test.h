/* SPDX-License-Identifier: MIT
 *
 * What the tests of the service share: a service for each test, and the client that asks it.
 */
#ifndef VMNET_SERVICE_HELPERD_TEST_H
#define VMNET_SERVICE_HELPERD_TEST_H

#include "helper.h"

#include "helperd.h"

/* A cmocka group setup: HELPER_SETUID is the client, with no bit set. */
int helperd_world_setup(void **state);

/* A cmocka test setup and its teardown: the usual rules, and a service that knows no uid yet, and that ends with 0. */
int helperd_setup(void **state);
int helperd_teardown(void **state);

/* The service of this test. */
extern pid_t helperd_pid;

/* Start another, if it has ended in the test. */
void helperd_start(void);

/* End it and start another, which knows no uid yet. */
void helperd_restart(void);

/* Let it accept nothing for a while: the loop is stopped, and connections wait. Instances that run go on. */
void helperd_stop(void);
void helperd_continue(void);

/* Send it a signal, and wait until the loop has taken it. */
void helperd_signal(int number);

/* How many instances it has at this moment; and wait until it has so many, up to a minute. */
size_t helperd_instances(void);
void helperd_instances_await(size_t count);

/* The only one that it has, once that has become the caller and waits for the request. */
pid_t helperd_instance_await(uid_t caller);

#endif
