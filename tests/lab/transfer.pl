# SPDX-License-Identifier: BSD-2-Clause
# perl transfer.pl serve PORT
# perl transfer.pl fetch|store ADDRESS PORT BYTES SECONDS
# perl transfer.pl throw FROM ADDRESS PORT COUNT
# perl transfer.pl catch PORT COUNT SECONDS
#
# Moves a known pattern over TCP and compares it; prints how many seconds it
# took. Or throws datagrams of 1000 bytes one way; who catches them prints how
# many there were. Uses no more of Perl than what every Debian has.
use strict;
use warnings;
use Socket;

# Bytes that do not repeat soon: words of a linear congruential generator.
sub pattern {
	my ($length) = @_;
	my ($state, @words) = (1);
	while (@words * 4 < $length) {
		$state = ($state * 1664525 + 1013904223) & 0xffffffff;
		push @words, $state;
	}
	return substr(pack('N*', @words), 0, $length);
}

sub send_all {
	my ($socket, $data) = @_;
	my $done = 0;
	while ($done < length $data) {
		my $count = syswrite($socket, $data, 65536, $done);
		die "cannot send: $!\n" unless $count;
		$done += $count;
	}
}

sub receive_all {
	my ($socket, $length) = @_;
	my $data = '';
	while (length $data < $length) {
		my $count = sysread($socket, $data, 65536, length $data);
		die "cannot receive: $!\n" unless defined $count;
		last unless $count;
	}
	return $data;
}

# The first line is "fetch BYTES" or "store BYTES".
sub serve_one {
	my ($socket) = @_;
	my $line = '';
	until ($line =~ /\n/) {
		sysread($socket, $line, 1, length $line) or return;
	}
	my ($verb, $length) = split ' ', $line;
	if ($verb eq 'fetch') {
		send_all($socket, pattern($length));
	} else {
		my $same = receive_all($socket, $length) eq pattern($length);
		send_all($socket, $same ? "same\n" : "other\n");
	}
	shutdown($socket, 1);
	sysread($socket, $line, 1);
}

sub serve {
	my ($port) = @_;
	$SIG{CHLD} = 'IGNORE';
	socket(my $server, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
	setsockopt($server, SOL_SOCKET, SO_REUSEADDR, 1);
	bind($server, sockaddr_in($port, INADDR_ANY)) or die "bind: $!\n";
	listen($server, 16) or die "listen: $!\n";
	while (1) {
		accept(my $socket, $server) or next;
		next if fork;
		alarm 600;
		serve_one($socket);
		exit 0;
	}
}

sub move {
	my ($verb, $address, $port, $length, $seconds) = @_;
	my $start = time;
	alarm $seconds;
	socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
	connect($socket, sockaddr_in($port, inet_aton($address)))
		or die "cannot connect: $!\n";
	send_all($socket, "$verb $length\n");
	if ($verb eq 'fetch') {
		die "fetched other data\n"
			unless receive_all($socket, $length) eq pattern($length);
	} else {
		send_all($socket, pattern($length));
		die "stored other data\n"
			unless receive_all($socket, 5) eq "same\n";
	}
	printf "%d\n", time - $start;
}

sub datagram_socket {
	socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
	bind($socket, sockaddr_in(@_)) or die "bind: $!\n";
	return $socket;
}

sub throw {
	my ($from, $address, $port, $count) = @_;
	my $socket = datagram_socket(0, inet_aton($from));
	my $to = sockaddr_in($port, inet_aton($address));
	for (1 .. $count) {
		send($socket, pattern(1000), 0, $to);
		select(undef, undef, undef, 0.002);
	}
}

sub catch {
	my ($port, $count, $seconds) = @_;
	my $socket = datagram_socket($port, INADDR_ANY);
	my $caught = 0;
	local $SIG{ALRM} = sub { print "$caught\n"; exit 1 };
	alarm $seconds;
	while ($caught < $count) {
		recv($socket, my $data, 2000, 0);
		$caught++ if $data eq pattern(1000);
	}
	print "$caught\n";
}

$SIG{ALRM} = sub { die "took too long\n" };
$SIG{PIPE} = 'IGNORE';
my $verb = shift @ARGV;
my %verbs = (serve => \&serve, throw => \&throw, catch => \&catch);
exists $verbs{$verb} ? $verbs{$verb}->(@ARGV) : move($verb, @ARGV);
