/* SPDX-License-Identifier: MIT */
/* Who asks: this process, or the process at the other end of a unix socket. */
#include "caller.h"

#include "error.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct vmnetacl_caller *caller_make(size_t groups_count)
{
    struct vmnetacl_caller *caller = calloc(1, sizeof *caller + groups_count * sizeof(gid_t));

    if (caller == NULL)
        return NULL;
    caller->groups = groups_count > 0 ? caller_groups(caller) : NULL;
    caller->groups_count = groups_count;
    return caller;
}

gid_t *caller_groups(struct vmnetacl_caller *caller)
{
    return (gid_t *)(caller + 1);
}

void vmnetacl_caller_free(struct vmnetacl_caller *caller)
{
    free(caller);
}

static enum vmnetacl_status read_self(struct vmnetacl_caller **caller, struct vmnetacl_error *error)
{
    int count = getgroups(0, NULL);
    struct vmnetacl_caller *made = count >= 0 ? caller_make((size_t)count) : NULL;

    if (count < 0)
        return error_set_system(error, errno, NULL, "cannot read the groups of this process");
    if (made == NULL)
        return error_set_system(error, ENOMEM, NULL, "cannot get memory for the caller");
    if (count > 0 && getgroups(count, caller_groups(made)) != count) {
        free(made);
        return error_set_system(error, EAGAIN, NULL, "the groups of this process changed while they were read");
    }
    made->uid = getuid();
    made->gid = getgid();
    *caller = made;
    return VMNETACL_OK;
}

enum vmnetacl_status vmnetacl_caller_self(struct vmnetacl_caller **caller, struct vmnetacl_error *error)
{
    struct vmnetacl_error unwanted;

    error = error != NULL ? error : &unwanted;
    if (caller == NULL)
        return error_set(error, VMNETACL_CODE_ARGUMENT, NULL, 0, 0, "no place for the caller");
    *caller = NULL;
    return read_self(caller, error);
}

/* The kernel keeps the peer's groups from the moment of the connection on: they do not change between two calls. */
static enum vmnetacl_status read_peer_groups(int socket_fd, struct vmnetacl_caller **caller,
                                             struct vmnetacl_error *error)
{
    socklen_t len = 0;
    struct vmnetacl_caller *made;

    /* sk_getsockopt() in net/core/sock.c: with too little room it fails with ERANGE and tells how much is needed. */
    if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) != 0 && errno != ERANGE)
        return error_set_system(error, errno, NULL, "cannot read the groups of the peer of the socket");
    made = caller_make(len / sizeof(gid_t));
    if (made == NULL)
        return error_set_system(error, ENOMEM, NULL, "cannot get memory for the caller");
    if (len > 0 && getsockopt(socket_fd, SOL_SOCKET, SO_PEERGROUPS, caller_groups(made), &len) != 0) {
        int system_errno = errno;
        free(made);
        return error_set_system(error, system_errno, NULL, "cannot read the groups of the peer of the socket");
    }
    *caller = made;
    return VMNETACL_OK;
}

enum vmnetacl_status vmnetacl_caller_of_peer(int socket_fd, struct vmnetacl_caller **caller,
                                             struct vmnetacl_error *error)
{
    struct vmnetacl_error unwanted;
    struct ucred peer;
    socklen_t len = sizeof peer;
    enum vmnetacl_status status;

    error = error != NULL ? error : &unwanted;
    if (caller == NULL)
        return error_set(error, VMNETACL_CODE_ARGUMENT, NULL, 0, 0, "no place for the caller");
    *caller = NULL;
    if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return error_set_system(error, errno, NULL, "cannot read the credentials of the peer of the socket");
    if (peer.uid == (uid_t)-1) /* cred_to_ucred() in net/core/sock.c: there is no peer */
        return error_set_system(error, ENOTCONN, NULL, "cannot read the credentials of the peer of the socket");
    status = read_peer_groups(socket_fd, caller, error);
    if (status != VMNETACL_OK)
        return status;
    (*caller)->uid = peer.uid;
    (*caller)->gid = peer.gid;
    return VMNETACL_OK;
}
