#!/bin/bash
# Process 1 of a private libvirt host (see hypervisor.ts): runs in mount, uts and pid namespaces of its own.
#   $1  folder of the host: etc, run, var stand in for the machine's; removed at the end
#   $2  host name
#   $3  own: it has a network namespace of its own, too; shared: that of the machine
#   …   more arguments of libvirtd
# Lives as long as its standard input: when the test process closes it, or dies in any way, the kernel closes it for it, and
# everything in here (daemons and guests) ends with us.
set -u
host=$1
hostname "$2"
if [ "$3" = own ]; then
  ip link set lo up
  # /sys tells of the network devices of the namespace that it was mounted in. What is mounted below it stays in sight.
  mkdir -p "$host/cgroup"
  mount --rbind /sys/fs/cgroup "$host/cgroup"
  mount -t sysfs sysfs /sys
  mount --rbind "$host/cgroup" /sys/fs/cgroup
  umount --recursive "$host/cgroup"
fi
for d in etc run var/lib var/log var/cache; do
  mkdir -p "/$d/libvirt"
  mount --bind "$host/$d/libvirt" "/$d/libvirt"
done
if [ -f "$host/hosts" ]; then mount --bind "$host/hosts" /etc/hosts; fi
virtlogd -d -p "$host/virtlogd.pid" </dev/null
libvirtd -p "$host/libvirtd.pid" "${@:4}" </dev/null &
read -r _
kill -KILL -1
rm -rf --one-file-system -- "$host"
