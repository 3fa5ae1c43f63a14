/* SPDX-License-Identifier: MIT
 *
 * userdb SOCKET [DELAY_MS [empty]]: a provider of users and groups for libnss_systemd, which finds its socket in
 * /run/systemd/userdb. It knows what directory.h lists, and speaks enough of varlink for that
 * (https://systemd.io/USER_GROUP_API): each message is a JSON object that ends with a NUL byte.
 *
 * As systemd's own varlink server does, it keeps at most CONNECTIONS_PER_UID connections of one peer uid, and closes
 * one more as soon as it has accepted it (systemd has 1024 of them; fewer make a test quicker). DELAY_MS passes before
 * each answer. With "empty" it knows nothing. It ends with a signal, and its socket file is left.
 */
#define _GNU_SOURCE
#include "directory.h"

#include <err.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTION_MAX = 512,
    MESSAGE_MAX = 4096
};

struct connection {
    uid_t uid;
    size_t len;
    char request[MESSAGE_MAX]; /* what has come of it */
};

/* The first of them is the listening socket; each other one has its connection beside it. */
static struct pollfd fds[CONNECTION_MAX];
static struct connection *connections[CONNECTION_MAX];
static size_t fd_count;
static bool is_empty;

/* The value of a string parameter; "" when there is none. libnss_systemd puts no blanks and no escapes there. */
static void text_get(const char *request, const char *key, char value[64])
{
    char pattern[64];
    const char *at;

    snprintf(pattern, sizeof pattern, "\"%s\":\"", key);
    at = strstr(request, pattern);
    value[0] = '\0';
    if (at != NULL)
        sscanf(at + strlen(pattern), "%63[^\"]", value);
}

/* The value of a number; 0 when there is none. */
static unsigned number_get(const char *request, const char *key)
{
    char pattern[64];
    const char *at;

    snprintf(pattern, sizeof pattern, "\"%s\":", key);
    at = strstr(request, pattern);
    return at != NULL ? (unsigned)strtoul(at + strlen(pattern), NULL, 10) : 0;
}

static void answer(int fd, const char *text)
{
    if (send(fd, text, strlen(text) + 1, MSG_NOSIGNAL) < 0)
        warn("send"); /* the peer has gone: its own affair */
}

static void answer_none(int fd)
{
    answer(fd, "{\"error\":\"io.systemd.UserDatabase.NoRecordFound\",\"parameters\":{}}");
}

static bool is_meant(const char *name, unsigned number, const char *wanted_name, unsigned wanted_number)
{
    return wanted_name[0] != '\0' ? strcmp(name, wanted_name) == 0 : number == wanted_number;
}

static void answer_user(int fd, const char *request)
{
    char name[64], service[64], text[256];

    text_get(request, "userName", name);
    text_get(request, "service", service);
    if (!is_meant(DIRECTORY_USER, DIRECTORY_USER_UID, name, number_get(request, "uid"))) {
        answer_none(fd);
        return;
    }
    snprintf(text, sizeof text,
             "{\"parameters\":{\"record\":{\"userName\":\"%s\",\"uid\":%d,\"gid\":%d,"
             "\"service\":\"%s\"},\"incomplete\":false}}",
             DIRECTORY_USER, DIRECTORY_USER_UID, DIRECTORY_USER_UID, service);
    answer(fd, text);
}

static void answer_group(int fd, const char *request)
{
    char name[64], service[64], text[256];

    text_get(request, "groupName", name);
    text_get(request, "service", service);
    for (size_t i = 0; i < DIRECTORY_GROUP_COUNT; i++)
        if (is_meant(directory_groups[i].name, directory_groups[i].gid, name, number_get(request, "gid"))) {
            snprintf(text, sizeof text,
                     "{\"parameters\":{\"record\":{\"groupName\":\"%s\",\"gid\":%u,"
                     "\"service\":\"%s\"},\"incomplete\":false}}",
                     directory_groups[i].name, directory_groups[i].gid, service);
            answer(fd, text);
            return;
        }
    answer_none(fd);
}

/* The memberships of a user, or of a group: one message for each; all but the last say that another follows. */
static void answer_memberships(int fd, const char *request)
{
    char user[64], group[64], text[256] = "";

    text_get(request, "userName", user);
    text_get(request, "groupName", group);
    for (size_t i = 0; i < DIRECTORY_GROUP_COUNT; i++)
        for (const char *const *member = directory_groups[i].members; *member != NULL; member++) {
            if ((user[0] != '\0' && strcmp(user, *member) != 0) ||
                (group[0] != '\0' && strcmp(group, directory_groups[i].name) != 0))
                continue;
            if (text[0] != '\0') {
                strcat(text, ",\"continues\":true}");
                answer(fd, text);
            }
            snprintf(text, sizeof text - 20, "{\"parameters\":{\"userName\":\"%s\",\"groupName\":\"%s\"}", *member,
                     directory_groups[i].name);
        }
    if (text[0] == '\0') {
        answer_none(fd);
        return;
    }
    strcat(text, "}");
    answer(fd, text);
}

static void serve(int fd, const char *request, long delay_ms)
{
    const struct timespec delay = {.tv_sec = delay_ms / 1000, .tv_nsec = delay_ms % 1000 * 1000000};
    char method[64];

    (void)nanosleep(&delay, NULL); /* no signal is handled */
    text_get(request, "method", method);
    if (is_empty)
        answer_none(fd);
    else if (strcmp(method, "io.systemd.UserDatabase.GetUserRecord") == 0)
        answer_user(fd, request);
    else if (strcmp(method, "io.systemd.UserDatabase.GetGroupRecord") == 0)
        answer_group(fd, request);
    else if (strcmp(method, "io.systemd.UserDatabase.GetMemberships") == 0)
        answer_memberships(fd, request);
    else
        answer(fd, "{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":{}}");
}

/* Take a connection, unless its uid has as many as it may. */
static void connection_accept(void)
{
    const int fd = accept4(fds[0].fd, NULL, NULL, SOCK_CLOEXEC);
    struct ucred peer;
    socklen_t peer_len = sizeof peer;
    size_t held = 0;

    if (fd < 0)
        return;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_len) != 0)
        err(1, "SO_PEERCRED");
    for (size_t i = 1; i < fd_count; i++)
        held += connections[i]->uid == peer.uid;
    if (held >= DIRECTORY_CONNECTIONS_PER_UID || fd_count == CONNECTION_MAX) {
        close(fd);
        return;
    }
    connections[fd_count] = calloc(1, sizeof *connections[0]);
    if (connections[fd_count] == NULL)
        err(1, "calloc");
    connections[fd_count]->uid = peer.uid;
    fds[fd_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

/* Read what has come and answer what is whole. False: the connection is over. */
static bool connection_read(int fd, struct connection *connection, long delay_ms)
{
    const ssize_t got = recv(fd, connection->request + connection->len, MESSAGE_MAX - connection->len, 0);
    char *end;

    if (got <= 0)
        return false;
    connection->len += (size_t)got;
    while ((end = memchr(connection->request, '\0', connection->len)) != NULL) {
        serve(fd, connection->request, delay_ms);
        connection->len -= (size_t)(end + 1 - connection->request);
        memmove(connection->request, end + 1, connection->len);
    }
    return connection->len < MESSAGE_MAX;
}

static int socket_listen(const char *path)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (fd < 0 || strlen(path) >= sizeof address.sun_path)
        err(1, "%s", path);
    strcpy(address.sun_path, path);
    unlink(path);
    umask(0); /* everybody may connect */
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, SOMAXCONN) != 0)
        err(1, "%s", path);
    return fd;
}

int main(int argc, char *argv[])
{
    const long delay_ms = argc > 2 ? atol(argv[2]) : 0;

    if (argc < 2)
        errx(1, "usage: userdb SOCKET [DELAY_MS [empty]]");
    is_empty = argc > 3;
    fds[fd_count++] = (struct pollfd){.fd = socket_listen(argv[1]), .events = POLLIN};
    for (;;) {
        if (poll(fds, fd_count, -1) < 0)
            err(1, "poll");
        for (size_t i = fd_count; i-- > 1;)
            if (fds[i].revents != 0 && !connection_read(fds[i].fd, connections[i], delay_ms)) {
                close(fds[i].fd);
                free(connections[i]);
                fd_count--;
                fds[i] = fds[fd_count];
                connections[i] = connections[fd_count];
            }
        if (fds[0].revents != 0)
            connection_accept();
    }
}
