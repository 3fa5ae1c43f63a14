/* SPDX-License-Identifier: MIT */
/* The protocol is that of <linux/fuse.h>, version 7.31 or later: a request read from /dev/fuse, an answer written. */
#include "fuse.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILE_NODE 2 /* the root is FUSE_ROOT_ID, which is 1 */
#define VALID_S   60

static const char text[] = "allow virbr0\n";

static struct fuse_attr attributes_of(uint64_t node)
{
    return (struct fuse_attr){.ino = node,
                              .size = node == FILE_NODE ? sizeof text - 1 : 0,
                              .mode = node == FILE_NODE ? S_IFREG | 0644 : S_IFDIR | 0755,
                              .nlink = 1,
                              .blksize = 512};
}

/* Write the answer's body; returns its length, or -1 and *error. */
static ssize_t answer(const struct fuse_in_header *request, const char *argument, char *body, int *error)
{
    static const struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096};
    const struct fuse_attr_out attributes = {.attr_valid = VALID_S, .attr = attributes_of(request->nodeid)};
    const struct fuse_entry_out entry = {.nodeid = FILE_NODE,
                                         .entry_valid = VALID_S,
                                         .attr_valid = VALID_S,
                                         .attr = attributes_of(FILE_NODE)};
    static const struct fuse_open_out opened = {.fh = 1};
    static const struct fuse_statfs_out file_system = {.st = {.bsize = 512, .namelen = 255}};
    const struct fuse_read_in *range = (const void *)argument;

#define ANSWER(object) (memcpy(body, &(object), sizeof(object)), (ssize_t)sizeof(object))
    switch (request->opcode) {
    case FUSE_INIT:
        return ANSWER(init);
    case FUSE_GETATTR:
        return ANSWER(attributes);
    case FUSE_LOOKUP:
        *error = strcmp(argument, LAB_FUSE_FILE) == 0 ? 0 : -ENOENT;
        return *error == 0 ? ANSWER(entry) : -1;
    case FUSE_OPEN:
    case FUSE_OPENDIR:
        return ANSWER(opened);
    case FUSE_STATFS:
        return ANSWER(file_system);
    case FUSE_READ:
        if (range->offset > 0)
            return 0;
        memcpy(body, text, sizeof text - 1);
        return sizeof text - 1;
    case FUSE_READDIR: /* nothing is seen, but what is asked for by name is there */
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
    case FUSE_FLUSH:
        return 0;
    default:
        *error = -ENOSYS;
        return -1;
    }
#undef ANSWER
}

/* Until it is unmounted. */
static void serve(int fd)
{
    static _Alignas(8) char request[FUSE_MIN_READ_BUFFER + 4096];
    static _Alignas(8) char reply[8192];
    const struct fuse_in_header *header = (const void *)request;
    ssize_t len;

    while ((len = read(fd, request, sizeof request - 1)) > 0) {
        struct fuse_out_header out = {.unique = header->unique};
        ssize_t body_len;
        request[len] = '\0';
        if (header->opcode == FUSE_FORGET || header->opcode == FUSE_BATCH_FORGET)
            continue; /* not answered */
        body_len = answer(header, request + sizeof *header, reply + sizeof out, &out.error);
        out.len = (uint32_t)(sizeof out + (body_len > 0 ? (size_t)body_len : 0));
        memcpy(reply, &out, sizeof out);
        if (write(fd, reply, out.len) < 0 && errno != ENOENT) /* ENOENT: the one who asked is gone */
            break;
    }
}

pid_t lab_fuse_mount(const char *directory)
{
    char options[128];
    int fd;
    pid_t server;

    if (mknod("/dev/fuse", S_IFCHR | 0666, makedev(10, 229)) != 0 && errno != EEXIST)
        return -1;
    fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return -1;
    (void)snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fd); /* fits */
    if (mount("test", directory, "fuse", MS_NOSUID | MS_NODEV, options) != 0)
        return -1;
    server = fork();
    if (server == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* best effort: pid 1 of the laboratory ends it otherwise */
        serve(fd);
        _exit(EXIT_SUCCESS);
    }
    (void)close(fd); /* the server has it */
    return server;
}

int lab_fuse_unmount(const char *directory, pid_t server)
{
    if (umount2(directory, MNT_DETACH) != 0)
        return -1;
    return waitpid(server, NULL, 0) == server ? 0 : -1;
}
