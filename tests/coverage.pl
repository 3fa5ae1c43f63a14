# SPDX-License-Identifier: MIT
#
# coverage.pl SOURCE_DIRECTORY GCOV_OUTPUT EXCEPTIONS: see coverage.sh.
use strict;
use warnings;

my ($top, $output, $exceptions) = @ARGV;
my (%ran, %taken, %text);    # by file and line; %taken has a count for each branch there, under gcov's number of it

sub open_text {
    open my $file, '<', $_[0] or die "coverage.pl: $_[0]: $!\n";
    return $file;
}

my ($source, $line);
my $gcov = open_text($output);
while (my $row = <$gcov>) {
    if ($row =~ /^ +-: +0:Source:(.*)$/) {
        $source = $1;
        $source = $source =~ m{(?:^|/)libacl/(?:[a-z]+/)?([^/]+)$} ? $1 : undef;
    } elsif (!defined $source) {
        next;
    } elsif ($row =~ /^ *(-|#####|=====|\d+\*?): *(\d+):(.*)$/) {
        my $count = $1;
        $line = $2;
        next if $count eq '-';
        my $code = $3;
        $code =~ s/^\s+|\s+$//g;
        $text{$source}{$line} = $code;
        $count =~ s/\*$//;
        $ran{$source}{$line} += $count =~ /^\d/ ? $count : 0;
    } elsif ($row =~ /^branch +(\d+) (?:taken (\d+)|never executed)/) {
        $taken{$source}{$line}{$1} += $2 // 0;
    }
}

# A line of EXCEPTIONS: FILE: the line of code, as it stands there without the blanks before it.
my (%is_excepted, %is_needed);
my $list = open_text($exceptions);
while (my $row = <$list>) {
    next if $row =~ /^#|^\s*$/;
    $row =~ /^([a-z_.]+): (.*\S)\s*$/ or die "coverage.pl: $exceptions:$.: not FILE: CODE\n";
    $is_excepted{$1}{$2} = 1;
}

my @sum = (0) x 4;
my @missing;
printf "%-18s %15s %15s\n", 'libacl/', 'lines', 'branches';
for my $file (sort keys %ran) {
    my ($lines, $lines_ran, $branches, $branches_taken) = (0) x 4;
    for my $number (sort { $a <=> $b } keys %{$ran{$file}}) {
        my $code = $text{$file}{$number};
        my @counts = map { $taken{$file}{$number}{$_} } sort { $a <=> $b } keys %{$taken{$file}{$number} // {}};
        my @not_taken = map { $_ + 1 } grep { $counts[$_] == 0 } 0 .. $#counts;
        my $has_run = $ran{$file}{$number} > 0;
        if ((!$has_run || @not_taken) && $is_excepted{$file}{$code}) {
            $is_needed{$file}{$code} = 1;
            next;
        }
        $lines++;
        $lines_ran += $has_run ? 1 : 0;
        $branches += @counts;
        $branches_taken += @counts - @not_taken;
        push @missing, "libacl/$file:$number: never ran: $code\n" if !$has_run;
        push @missing, "libacl/$file:$number: of " . @counts . " branches not taken: @not_taken: $code\n"
            if $has_run && @not_taken;
    }
    printf "%-18s %7d of %4d %7d of %4d\n", $file, $lines_ran, $lines, $branches_taken, $branches;
    my @all = ($lines_ran, $lines, $branches_taken, $branches);
    $sum[$_] += $all[$_] for 0 .. 3;
}
printf "%-18s %7d of %4d %7d of %4d\n", 'all', @sum;
for my $path (glob "$top/libacl/*/*.c") {
    my ($file) = $path =~ m{([^/]+)$};
    next if $file eq 'option_table.c';    # only data
    push @missing, "libacl/$file: no test runs it\n" if !$ran{$file};
}
for my $file (sort keys %is_excepted) {
    for my $code (sort keys %{$is_excepted{$file}}) {
        push @missing, "$exceptions: not needed: $file: $code\n" if !$is_needed{$file}{$code};
    }
}
print @missing;
exit(@missing ? 1 : 0);
