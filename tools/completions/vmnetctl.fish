# SPDX-License-Identifier: MIT
#
# Completion of vmnetctl(1) for fish.

function __vmnetctl_bridges
    set -l directories /sys/class/net/*/bridge
    string replace -r '^/sys/class/net/(.*)/bridge$' '$1' -- $directories
end

# The command that run runs, and its arguments, as without vmnetctl.
function __vmnetctl_command
    set -l words (commandline -opc)
    set -l dashes (contains -i -- -- $words)
    set -e words[1..$dashes]
    complete -C (string join -- ' ' (string escape -- $words) (commandline -ct))
end

set -l commands check explain list rules who status edit convert doctor run
complete -c vmnetctl -f
complete -c vmnetctl -n "not __fish_seen_subcommand_from $commands" -a check -d 'Show all that is wrong with the rules'
complete -c vmnetctl -n "not __fish_seen_subcommand_from $commands" -a explain -d 'Say whether a user may use a bridge, and why'
complete -c vmnetctl -n "not __fish_seen_subcommand_from $commands" -a list -d 'List the bridges that a user may use'
complete -c vmnetctl -n "not __fish_seen_subcommand_from $commands" -a rules -d 'Show every rule, in order'
complete -c vmnetctl -n "not __fish_seen_subcommand_from $commands" -a who -d 'Show who may use a bridge, by which rule'
complete -c vmnetctl -n "not __fish_seen_subcommand_from $commands" -a status -d 'Show the taps that exist, and what is wrong with them'
complete -c vmnetctl -n "not __fish_seen_subcommand_from $commands" -a edit -d 'Edit a file of rules'
complete -c vmnetctl -n "not __fish_seen_subcommand_from $commands" -a convert -d 'Turn a bridge.conf or an lxc-usernet file into rules'
complete -c vmnetctl -n "not __fish_seen_subcommand_from $commands" -a doctor -d 'Find out why it does not work here'
complete -c vmnetctl -n "not __fish_seen_subcommand_from $commands" -a run -d 'Run a virtual machine monitor on a tap of vmnet-helper'
complete -c vmnetctl -s V -l version -d 'Print the version'
complete -c vmnetctl -s h -l help -d 'Print what it is about'
complete -c vmnetctl -n '__fish_seen_subcommand_from check explain list rules who status doctor' -l json -d 'Print one JSON object'
complete -c vmnetctl -n '__fish_seen_subcommand_from check convert edit' -F
complete -c vmnetctl -n '__fish_seen_subcommand_from check' -l root -x -a '(__fish_complete_directories)' -d 'Check the system below this directory'
complete -c vmnetctl -n '__fish_seen_subcommand_from check' -l with -r -F -d 'Check the installed rules as if this file were one'
complete -c vmnetctl -n '__fish_seen_subcommand_from check' -l as -x -a 'files qemu switch' -d 'What the file is'
complete -c vmnetctl -n '__fish_seen_subcommand_from explain' -l bridge -x -a '(__vmnetctl_bridges)' -d 'The bridge'
complete -c vmnetctl -n '__fish_seen_subcommand_from explain who doctor' -a '(__vmnetctl_bridges)' -d 'The bridge'
complete -c vmnetctl -n '__fish_seen_subcommand_from check explain who' -l all -d 'Show every rule that matters, however many'
complete -c vmnetctl -n '__fish_seen_subcommand_from explain list doctor' -s u -l user -x -a '(__fish_complete_users)' -d 'Ask for this user'
complete -c vmnetctl -n '__fish_seen_subcommand_from explain list' -l uid -x -d 'Ask for this user id'
complete -c vmnetctl -n '__fish_seen_subcommand_from convert' -l from -x -a 'qemu lxc-usernet' -d 'What the file is'
complete -c vmnetctl -n '__fish_seen_subcommand_from convert' -l drop-limits -d 'Leave out the counts of an lxc-usernet file'
complete -c vmnetctl -n '__fish_seen_subcommand_from run' -l bridge -x -a '(__vmnetctl_bridges)' -d 'Plug a card into this bridge'
complete -c vmnetctl -n '__fish_seen_subcommand_from run' -l mac -x -d 'The MAC address of the card'
complete -c vmnetctl -n '__fish_seen_subcommand_from run' -l name -x -d 'The id of its -netdev of QEMU'
complete -c vmnetctl -n '__fish_seen_subcommand_from run' -l queues -x -d 'How many queues each card has'
complete -c vmnetctl -n '__fish_seen_subcommand_from run' -l helper -r -F -d 'Ask this helper'
complete -c vmnetctl -n '__fish_seen_subcommand_from run' -s v -l verbose -d 'Show the command'
complete -c vmnetctl -n 'contains -- -- (commandline -opc)' -a '(__vmnetctl_command)'
