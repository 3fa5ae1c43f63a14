# SPDX-License-Identifier: MIT
#
# For the checkers in this directory to read with "require": what vmnetacl.h declares. It has few forms of declarations,
# one of each kind, and these are all that is understood.
use strict;
use warnings;

sub read_file {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!\n";
    local $/ = undef;
    return scalar <$file>;
}

sub read_output {
    open my $output, '-|', @_ or die "$_[0]: $!\n";
    my @lines = <$output>;
    close $output or die "@_ fails\n";
    return @lines;
}

# Single blanks, no comments, and no blank where C needs none.
sub tidy {
    my ($text) = @_;
    $text =~ s{/\*.*?\*/}{ }gs;
    $text =~ s/\s+/ /g;
    $text =~ s/ ?([(){};,]) ?/$1/g;
    $text =~ s/\* /*/g;
    return $text;
}

# read_header(PATH): a reference to
#     limits       the names of macros
#     enums        [name, constant...] each
#     structures   [name, member...] each, a member as it is declared
#     prototypes   by the name of the function
sub read_header {
    my ($path) = @_;
    my $text = read_file($path);
    my ($directory) = $path =~ m{^(.*)/};
    $text =~ s{^#include "(\w+\.h)"$}{read_file("$directory/$1")}mge;
    my %header = (limits => [$text =~ /^#define (VMNETACL_[A-Z_]+) /mg], enums => [], structures => []);

    $text =~ s/^#.*$//mg;
    $text = tidy($text);
    while ($text =~ /(?<=[;{}])(enum|struct) (vmnetacl_\w+)\{(.*?)\};/g) {
        my ($kind, $name, $content) = ($1, $2, $3);
        if ($kind eq 'enum') {
            push @{$header{enums}}, [$name, map { /^(\w+)/ } split /,/, $content];
        } else {
            push @{$header{structures}}, [$name, split /;/, $content];
        }
    }
    $header{prototypes}{$2} = "$1$2$3"
        while $text =~ /(?<=[;{}])([\w ]+[ *])(vmnetacl_\w+)(\((?:[^()]|\([^()]*\))*\));/g;
    return \%header;
}

1;
