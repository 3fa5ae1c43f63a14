/* SPDX-License-Identifier: MIT */
#pragma once

struct request;

/*
 * Phase 5, first half, as request_read() of the helper: read a struct wire_request from the connection.
 *
 * True when it ends: the bridge's name is one that an interface can have; the tap goes to the connection.
 * It must not: wait for more than two seconds; take a descriptor that comes with it.
 */
void request_receive(struct request *request, int connection_fd);
