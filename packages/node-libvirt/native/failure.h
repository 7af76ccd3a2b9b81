// What can go wrong in a call, as it is thrown on worker threads.
#pragma once

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <cstdlib>
#include <string>

namespace libvirt {

struct Failure {
  int code;
  int domain;
  int level;
  std::string message;

  /** libvirt's last error on this thread. */
  static Failure last() {
    virErrorPtr error = virGetLastError();
    if (!error || error->code == VIR_ERR_OK) {
      return {VIR_ERR_INTERNAL_ERROR, VIR_FROM_NONE, VIR_ERR_ERROR, "libvirt failed without saying why"};
    }
    return {error->code, error->domain, int(error->level), error->message ? error->message : ""};
  }

  static Failure closed() {
    return {VIR_ERR_INVALID_CONN, VIR_FROM_NONE, VIR_ERR_ERROR, "the connection is closed"};
  }
};

/** libvirt's rule: a negative result is a failure. */
inline int check(int result) {
  if (result < 0) throw Failure::last();
  return result;
}

template <class T>
T* check(T* result) {
  if (!result) throw Failure::last();
  return result;
}

/** A string that libvirt gives away: copied and freed. */
inline std::string own(char* text) {
  check(text);
  std::string copy(text);
  free(text);
  return copy;
}

}  // namespace libvirt
