#!/bin/bash
# libvirt's hook for QEMU guests (etc/libvirt/hooks/qemu), so that a test can interfere at exact moments; see hooks.ts.
#   $1 guest  $2 operation  (definition on standard input)
control=/etc/libvirt/hooks/control
xml=$(cat)
is_rescue() { [[ $xml == *urn:salvor:rescue:1* ]]; }

if [[ $2 == prepare ]]; then
  if [[ -e $control/hold-$1 ]]; then
    : >"$control/held-$1"
    while [[ -e $control/hold-$1 ]]; do sleep 0.02; done
  fi
  if [[ -e $control/fail-all-$1 ]] || { [[ -e $control/fail-rescue-$1 ]] && is_rescue; }; then
    echo 'the test makes this start fail' >&2
    exit 1
  fi
fi
if [[ $2 == release && -e $control/remove-after-stop-$1 ]]; then
  rm -f -- "$(<"$control/remove-after-stop-$1")"
fi
exit 0
