# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced after vm.sh and checks.sh: the service, and a helper without any privilege, which asks it.

# shellcheck source-path=SCRIPTDIR source=../heard.sh
. "${here:?}/../heard.sh"
service_socket=/run/vmnet/helper.sock
service=/run/lab/bin/vmnet-helperd

# service_prepare HELPER SERVICE: after vm_prepare. $vm_helper is the helper without privilege then, and $setuid_helper
# the other.
service_prepare() {
    # shellcheck disable=SC2034,SC2154 # for the caller; set by vm.sh
    setuid_helper=$vm_helper
    vm_helper=/run/lab/bin/unprivileged/vmnet-helper
    mkdir -p "${vm_helper%/*}" /run/vmnet
    cp "$1" "$vm_helper"
    cp "$2" "$service"
    chmod 755 "$vm_helper" "$service"
}

service_start() {
    "$service" --listen "$service_socket" >/run/lab/service.log 2>&1 &
    service_pid=$!
    vm_await 120 'the service to listen' is_heard "$service_socket"
}

service_stop() {
    kill "$service_pid"
    status=0
    wait "$service_pid" || status=$?
    expect 'exit status of the service' "$status" 0
    expect 'what the service says' "$(cat /run/lab/service.log)" ''
    [ ! -e "$service_socket" ] || fail "the service leaves $service_socket"
}
