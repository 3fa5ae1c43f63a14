/* SPDX-License-Identifier: MIT */
/* The questions to the name service. */
#ifndef VMNETACL_NSS_QUERY_H
#define VMNETACL_NSS_QUERY_H

#include "worker.h"

/* Not an errno: the caller has no account, and a deny depends on who he is. */
#define NSS_QUERY_STRANGER (-4)

/* What a failure is about. */
struct nss_failure {
    size_t item;
    char service[WORKER_SERVICE_SIZE]; /* that has not answered; "": it is no service's fault */
};

/*
 * Answer each item of the lookup, into answers of the same index. 0; or an errno or NSS_QUERY_STRANGER, with what it is
 * about in *failure. Calls foreign code. What is allocated is not freed, and the process is left asking other
 * services than before: it is to end soon.
 *
 * That somebody or something is not known, or is not a member, is said only if every service that nsswitch.conf(5) asks
 * has answered. Else a service that is down or missing, or that a caller has brought down, could take a deny away.
 */
int nss_query(const struct lookup *lookup, struct worker_answer *answers, struct nss_failure *failure);

#endif
