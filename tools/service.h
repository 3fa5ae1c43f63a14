/* SPDX-License-Identifier: MIT */
/*
 * The service, vmnet-helperd, which vmnet-helper asks when it has no privilege: is it there, and does it serve this
 * user and this process?
 */
#pragma once

#include "account.h"

#include <stdbool.h>

struct service {
    const char *path;  /* the socket that vmnet-helper connects to; NULL: there is none. Lives for ever */
    bool is_usable;    /* it listens, and no reason is known for it to refuse every request */
    bool is_elsewhere; /* it is in another network namespace than this process, and so are its bridges */
    char *text;        /* what was found, as a part of a sentence */
    char *cure;        /* what makes it usable; NULL when it is */
};

/* with_names: the name service can be asked. Connects to nothing, so the service does not notice. */
void service_look(struct service *service, const struct account *account, bool with_names);

void service_free(struct service *service);
