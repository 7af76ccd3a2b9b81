#pragma once

#include <libvirt/libvirt.h>

#include <memory>
#include <vector>

#include "call.h"
#include "environment.h"

namespace libvirt {

/** Brings libvirt's questions to a JavaScript function, and its answers back, while the opening thread waits. */
class Credentials {
 public:
  /** @param listener the function's id in the environment */
  Credentials(std::shared_ptr<Environment> environment, int listener, std::vector<int> types)
      : environment_(std::move(environment)), listener_(listener), types_(std::move(types)) {}

  /** For virConnectOpenAuth; valid as long as this object. @param call the opening, whose deadline ends the waiting */
  virConnectAuth auth(const std::shared_ptr<Call>& call);

 private:
  static int answer(virConnectCredentialPtr credentials, unsigned count, void* opaque);

  const std::shared_ptr<Environment> environment_;
  const int listener_;
  std::vector<int> types_;
  std::shared_ptr<Call> call_;
};

}  // namespace libvirt
