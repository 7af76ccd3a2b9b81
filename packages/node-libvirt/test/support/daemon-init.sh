#!/bin/bash
# The first process of a private libvirt host, in mount, host-name and process namespaces of its own (see daemon.ts):
# private folders take the place of the machine's, then virtlogd and libvirtd run. When this process ends, the kernel ends
# all of them, guests included; it ends when its standard input closes, that is with the test in whatever way.
# A shell, because the first process of a process namespace must collect the orphans (QEMU makes itself one), and it does.
#   $1  the folder that holds etc, run, var
#   standard input: lines "stop", "continue" and "kill" send that signal to libvirtd
set -u
host=$1
for name in etc run var/lib var/log var/cache; do
  mkdir -p "/$name/libvirt"
  mount --bind "$host/$name/libvirt" "/$name/libvirt"
done
virtlogd -p "$host/virtlogd.pid" </dev/null >&2 &
libvirtd -p "$host/libvirtd.pid" </dev/null >&2 &
libvirtd=$!
while read -r line; do
  case $line in
    stop) kill -STOP $libvirtd ;;
    continue) kill -CONT $libvirtd ;;
    kill) kill -KILL $libvirtd ;;
  esac
  echo "done: $line"
done
